"""What the product asks of the place where things are kept; storage fulfils it on either engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mboa.dispatch.events import Actor, EventName
from mboa.dispatch.matching import Withheld
from mboa.dispatch.offer import Choice, Offer
from mboa.dispatch.people import Candidate, Contact, Holding, Provider
from mboa.dispatch.policy import Policy
from mboa.dispatch.request import Request
from mboa.dispatch.status import OfferStatus


class Stale(Exception):
    """Somebody else changed the row first: the transaction is run again from its beginning."""


@dataclass(frozen=True, slots=True)
class DoneJob:
    """A completed request whose client had shared his location: his words for the spot, and the spot in degrees."""

    client_id: int
    words: str
    spot: tuple[float, float]


class UnitOfWork(Protocol):
    """One transaction. Rows are locked in one order everywhere: person, request, offer.

    Nothing is written by its methods' return alone: state, diary and messages are committed together.
    """

    now: datetime
    policy: Policy
    cause: str | None

    def contact(self, contact_id: int) -> Contact:
        """A person, locked until the end; raises ``LookupError``."""
        ...

    def person(self, contact_id: int) -> Contact:
        """A person, read only; raises ``LookupError``."""
        ...

    @property
    def has_answered(self) -> bool:
        """Whether the speaker was told anything in this transaction."""
        ...

    def held_on(self, contact: Contact) -> Holding:
        """How much is held about a person."""
        ...

    def keep_contact(self, contact: Contact) -> None:
        """Write a person back."""
        ...

    def provider(self, provider_id: int) -> Provider:
        """A provider; raises ``LookupError``."""
        ...

    def provider_of(self, contact: Contact) -> Provider | None:
        """The provider that this person is, if he is one."""
        ...

    def set_available(self, provider: Provider, available: bool) -> None:
        """Switch a provider on or off."""
        ...

    def request(self, request_id: int) -> Request | None:
        """A request, locked until the end."""
        ...

    def request_after_client(self, request_id: int) -> Request | None:
        """A request, locked after its client: for whoever acts on it from outside his conversation."""
        ...

    def cancelled_by(self, request: Request) -> Actor | None:
        """Who ended a cancelled request."""
        ...

    def live_requests(self, client_id: int) -> list[Request]:
        """The client's requests that are not over, newest first, locked."""
        ...

    def last_closed(self, client_id: int) -> Request | None:
        """The client's request that ended last."""
        ...

    def jobs(self, provider_id: int) -> list[Request]:
        """The provider's jobs under way, newest first, locked."""
        ...

    def oldest_waiting(self, provider: Provider) -> Request | None:
        """The oldest request of the waiting pool that this provider covers and was not asked for, locked."""
        ...

    def done_at_pins(self, zone: str) -> list[DoneJob]:
        """The newest completed requests of a zone with a pin, five hundred at most."""
        ...

    def new_request(self, client: Contact) -> Request:
        """A draft for this client."""
        ...

    def keep(self, request: Request) -> None:
        """Write a request back at its version; raises :class:`Stale`."""
        ...

    def foresee(self, offer_ids: Sequence[int]) -> None:
        """These offers, and nothing else, are what this transaction is about: lock their requests, and read at once
        what is asked of them."""
        ...

    def offer(self, offer_id: int) -> Offer | None:
        """An offer."""
        ...

    def open_offer(self, request_id: int) -> Offer | None:
        """The request's open offer."""
        ...

    def open_offers(self, provider_id: int) -> list[Offer]:
        """The provider's open offers, oldest first."""
        ...

    def offers(self, request_id: int) -> list[Offer]:
        """All offers of a request, in order."""
        ...

    def last_offer(self, provider_id: int, code: str | None = None) -> Offer | None:
        """The provider's newest offer, or his newest with this code."""
        ...

    def candidates(self, request: Request) -> list[Candidate]:
        """Everybody who covers the request's trade and zone."""
        ...

    def candidate(self, request: Request, provider_id: int) -> Candidate | None:
        """One active provider, wherever he works; ``None`` when there is no such one."""
        ...

    def make_offer(self, request: Request, choice: Choice, withheld: list[Withheld]) -> Offer:
        """Open an offer, with the reasons kept beside it."""
        ...

    def give(self, request: Request, choice: Choice) -> Offer:
        """The job is his without his answer: his offer, made before or now, is accepted and counts for nothing."""
        ...

    def settle(self, offer: Offer, to: OfferStatus) -> bool:
        """Close an offer if nobody did before; tells whether it was done here. Counts the provider's answer."""
        ...

    def free_acceptance(self, request: Request) -> None:
        """Withdraw the accepted offer of a request whose provider gives it back."""
        ...

    def count_rating(self, provider_id: int, rating: int) -> None:
        """Add a rating to the provider's mean."""
        ...

    def count_job(self, provider_id: int) -> None:
        """Count a job taken, for fairness."""
        ...

    def happened(
        self,
        name: EventName,
        actor: Actor,
        request: Request | None = None,
        offer: Offer | None = None,
        *,
        contact_id: int | None = None,
        **data: Any,
    ) -> None:
        """Write the diary, and the messages that this event means for client and provider."""
        ...

    def reply(
        self, contact: Contact, phrase: str, request: Request | None = None, offer: Offer | None = None, **facts: Any
    ) -> None:
        """Say something to the person who speaks; what is said to him in one transaction is one message."""
        ...

    def attach(self, message_ids: tuple[int, ...], request: Request) -> None:
        """Note that these messages (a voice note, a picture) belong to a request."""
        ...

    def give_phone(self, contact: Contact, phone: str) -> None:
        """Take down the number that a person gave; it changes nothing if somebody else is known by it."""
        ...
