"""One transaction of the product: the port that ``lifecycle`` and ``conversation`` speak to, on either engine.

Rows, diary and messages are written in the same transaction, or none of them is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from mboa.dispatch.events import Actor, Event, EventName
from mboa.dispatch.matching import Withheld
from mboa.dispatch.offer import Choice, Offer
from mboa.dispatch.people import Candidate, Contact, Holding, Provider
from mboa.dispatch.policy import Policy
from mboa.dispatch.ports import DoneJob
from mboa.dispatch.request import Request
from mboa.dispatch.status import OfferStatus, Status
from mboa.storage import inbox, offers, people, providers, requests
from mboa.storage.foreseen import Foreseen
from mboa.storage.known import Known
from mboa.storage.post import Post
from mboa.storage.sealing import masked_json
from mboa.storage.store import Connection

_DIARY = """
INSERT INTO events (happened_at, name, request_id, contact_id, actor, cause, data_json)
VALUES (:at, :name, :request, :contact, :actor, :cause, :data)"""


class Unit:
    """Fulfils :class:`mboa.dispatch.ports.UnitOfWork`. ``cause`` names what brought the transaction about.

    ``events`` are what happened in it, for the log and the metrics once it is committed.
    """

    def __init__(self, conn: Connection, policy: Policy, base_url: str, cause: str | None = None) -> None:
        self.conn = conn
        self.now: datetime = conn.now
        self.policy = policy
        self.cause = cause
        self.events: list[Event] = []
        self.known = Known(conn)
        self.post = Post(self.known, conn, policy, base_url, cause)
        self.foreseen: Foreseen | None = None
        self.silent: list[int] = []

    def foresee(self, offer_ids: Sequence[int]) -> None:
        self.foreseen = Foreseen(self.conn, self.known, offer_ids)
        self.post.at_the_end = True

    def contact(self, contact_id: int) -> Contact:
        self.post.speaker = person = self.known.locked(contact_id)
        return person

    def person(self, contact_id: int) -> Contact:
        return self.known.person(contact_id)

    @property
    def has_answered(self) -> bool:
        return bool(self.post.answers)

    def held_on(self, contact: Contact) -> Holding:
        return people.held_on(self.conn, contact.id)

    def keep_contact(self, contact: Contact) -> None:
        people.keep_contact(self.conn, contact)

    def give_phone(self, contact: Contact, phone: str) -> None:
        if people.address(self.conn, contact.id, "dial", phone):
            contact.phone = phone
            self.happened("phone_given", "client", contact_id=contact.id)

    def provider(self, provider_id: int) -> Provider:
        return self.known.provider(provider_id)

    def provider_of(self, contact: Contact) -> Provider | None:
        return providers.by_contact(self.conn, contact.id) if contact.is_provider else None

    def set_available(self, provider: Provider, available: bool) -> None:
        providers.set_available(self.conn, provider.id, available)
        self.known.forget_provider(provider.id)

    def request(self, request_id: int) -> Request | None:
        if self.foreseen and (known := self.foreseen.request(request_id)):
            return known
        return requests.by_id(self.conn, request_id)

    def request_after_client(self, request_id: int) -> Request | None:
        client_id = requests.client_of(self.conn, request_id)
        if client_id is None:
            return None
        self.known.locked(client_id)
        return self.request(request_id)

    def cancelled_by(self, request: Request) -> Actor | None:
        return requests.cancelled_by(self.conn, request.id)

    def live_requests(self, client_id: int) -> list[Request]:
        return requests.live(self.conn, client_id)

    def last_closed(self, client_id: int) -> Request | None:
        return requests.last_closed(self.conn, client_id)

    def jobs(self, provider_id: int) -> list[Request]:
        return requests.jobs(self.conn, provider_id)

    def oldest_waiting(self, provider: Provider) -> Request | None:
        return requests.oldest_waiting(self.conn, provider)

    def done_at_pins(self, zone: str) -> list[DoneJob]:
        return requests.done_at_pins(self.conn, zone)

    def new_request(self, client: Contact) -> Request:
        draft = Request(id=0, client_id=client.id, status=Status.GATHERING, created_at=self.now)
        draft.wait("abandon", self.now + self.policy.draft_patience)
        return requests.new(self.conn, client, draft)

    def keep(self, request: Request) -> None:
        requests.keep(self.conn, request)
        if request.due_at is not None:
            self.conn.wake("deadlines")

    def attach(self, message_ids: tuple[int, ...], request: Request) -> None:
        inbox.attach(self.conn, message_ids, request.id)

    def offer(self, offer_id: int) -> Offer | None:
        if self.foreseen and (known := self.foreseen.offer(offer_id)):
            return known
        return offers.by_id(self.conn, offer_id)

    def open_offer(self, request_id: int) -> Offer | None:
        return offers.open_of_request(self.conn, request_id)

    def open_offers(self, provider_id: int) -> list[Offer]:
        return offers.open_of_provider(self.conn, provider_id)

    def offers(self, request_id: int) -> list[Offer]:
        return self.known.offers(request_id)

    def last_offer(self, provider_id: int, code: str | None = None) -> Offer | None:
        return offers.last(self.conn, provider_id, code)

    def candidates(self, request: Request) -> list[Candidate]:
        asked = self._asked(request)
        if self.foreseen:
            return self.foreseen.candidates(request, asked)
        return providers.candidates(self.conn, request, asked)

    def candidate(self, request: Request, provider_id: int) -> Candidate | None:
        return providers.candidate(self.conn, request, provider_id, self._asked(request))

    def _asked(self, request: Request) -> set[int]:
        return {offer.provider_id for offer in self.known.offers(request.id)}

    def make_offer(self, request: Request, choice: Choice, withheld: list[Withheld]) -> Offer:
        self.conn.wake("deadlines")
        offer = offers.make(self.conn, request, choice, withheld, self.policy.offer_timeout)
        self.known.keep_offer(offer)
        if self.foreseen:
            self.foreseen.opened(offer)
        return offer

    def give(self, request: Request, choice: Choice) -> Offer:
        his = [offer for offer in self.offers(request.id) if offer.provider_id == choice.provider_id]
        offer = his[0] if his else offers.make(self.conn, request, choice, [], self.policy.offer_timeout)
        offers.give(self.conn, offer)
        self.known.keep_offer(offer)
        return offer

    def settle(self, offer: Offer, to: OfferStatus) -> bool:
        done = offers.settle(self.conn, offer, to)
        if not done:
            self.known.forget_offers(offer.request_id)
            return False
        self.known.keep_offer(offer)
        if self.foreseen:
            self.foreseen.closed(offer, to)
        if to is OfferStatus.EXPIRED:
            self.silent.append(offer.provider_id)
        return True

    def free_acceptance(self, request: Request) -> None:
        self.known.forget_offers(request.id)
        offers.free_acceptance(self.conn, request.id)

    def count_rating(self, provider_id: int, rating: int) -> None:
        self.known.forget_provider(provider_id)
        providers.count_rating(self.conn, provider_id, rating)

    def count_job(self, provider_id: int) -> None:
        providers.count_job(self.conn, provider_id)

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
        if contact_id is None and request is not None:
            contact_id = request.client_id
        if offer is not None:
            data = {"offer_id": offer.id, "provider_id": offer.provider_id, "position": offer.position, **data}
        if offer is not None and name in {"offer_accepted", "offer_declined"} and offer.answered_at and offer.sent_at:
            data["answer_seconds"] = round((offer.answered_at - offer.sent_at).total_seconds(), 3)
        event = Event(name, actor, self.cause, request.id if request else None, contact_id, data)
        self.events.append(event)
        self.post.announce(event, request, offer)

    def reply(
        self, contact: Contact, phrase: str, request: Request | None = None, offer: Offer | None = None, **facts: Any
    ) -> None:
        self.post.reply(contact, phrase, request, offer, facts)

    def close(self) -> None:
        """Write the diary, and what is said to the speaker as one message."""
        self.conn.many(
            _DIARY,
            [
                {
                    "at": self.now,
                    "name": event.name,
                    "request": event.request_id,
                    "contact": event.contact_id,
                    "actor": event.actor,
                    "cause": event.cause,
                    "data": masked_json(orjson.dumps(event.data).decode()),
                }
                for event in self.events
            ],
        )
        if self.silent:
            offers.count_silences(self.conn, self.silent)
        self.post.close()
