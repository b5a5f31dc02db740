"""What one transaction has read already: each person, provider and search is read once."""

from collections.abc import Iterable

from mboa.dispatch.offer import Offer
from mboa.dispatch.people import Contact, Provider
from mboa.storage import offers, people, providers
from mboa.storage.store import Connection


class Known:
    """The rows of one transaction by their ids. Whoever changes a row forgets it here, or changes the same object."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._people: dict[int, Contact] = {}
        self._providers: dict[int, Provider] = {}
        self._offers: dict[int, list[Offer]] = {}

    def person(self, contact_id: int) -> Contact:
        """A person; raises ``LookupError``."""
        known = self._people.get(contact_id)
        if known is None:
            known = self._people[contact_id] = people.contact(self._conn, contact_id)
        return known

    def providers_with_phones(self, provider_ids: Iterable[int]) -> None:
        """Read these providers, and themselves as people, in a few statements."""
        self._providers |= providers.by_ids(
            self._conn, [one for one in set(provider_ids) if one not in self._providers]
        )
        unknown = {one.contact_id for one in self._providers.values()} - self._people.keys()
        self._people |= people.contacts(self._conn, list(unknown))

    def take_in(self, people: dict[int, Contact], offers: dict[int, list[Offer]]) -> None:
        """Somebody read them at once: people, and all offers of requests that he locked."""
        self._people |= people
        self._offers |= offers

    def locked(self, contact_id: int) -> Contact:
        """A person, read anew and locked; everybody who asks for him gets this object."""
        self._people[contact_id] = person = people.contact(self._conn, contact_id, lock=True)
        return person

    def provider(self, provider_id: int) -> Provider:
        """A provider; raises ``LookupError``."""
        known = self._providers.get(provider_id)
        if known is None:
            known = self._providers[provider_id] = providers.by_id(self._conn, provider_id)
        return known

    def forget_provider(self, provider_id: int) -> None:
        """He was changed."""
        self._providers.pop(provider_id, None)

    def offers(self, request_id: int) -> list[Offer]:
        """All offers of a request (locked by the caller), in order."""
        known = self._offers.get(request_id)
        if known is None:
            known = self._offers[request_id] = offers.of_request(self._conn, request_id)
        return known

    def keep_offer(self, offer: Offer) -> None:
        """One was made, or closed: this object is what it is now."""
        known = self._offers.get(offer.request_id)
        if known is not None:
            others = [other for other in known if other.id != offer.id]
            self._offers[offer.request_id] = sorted([*others, offer], key=lambda one: one.position)

    def forget_offers(self, request_id: int) -> None:
        """They were changed where they lie."""
        self._offers.pop(request_id, None)
