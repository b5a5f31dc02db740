"""What many offers that end together need, read for all of them in a few statements and not for each.

Only for a transaction that does nothing else: what is read here is not read again, so whatever else could change a
provider (a rating, a pause, a job) must not happen in it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from mboa.dispatch.offer import Offer
from mboa.dispatch.people import Candidate
from mboa.dispatch.request import Request
from mboa.dispatch.status import OfferStatus
from mboa.storage import offers, people, providers, requests
from mboa.storage.known import Known
from mboa.storage.store import Connection


class Foreseen:
    """Offers, and their requests, locked, with clients and candidates."""

    def __init__(self, conn: Connection, known: Known, offer_ids: Sequence[int]) -> None:
        self._conn = conn
        self._offers = offers.by_ids(conn, offer_ids)
        self._requests = requests.by_ids(conn, {offer.request_id for offer in self._offers.values()})
        clients = list({request.client_id for request in self._requests.values()})
        # Under the locks, and therefore not as they were read above.
        known.take_in(people.contacts(conn, clients), offers.of_requests(conn, list(self._requests)))
        self._apart = providers.kept_apart(conn, clients)
        self._covering: dict[tuple[str | None, str | None], list[Candidate]] = {}
        self._silent: Counter[int] = Counter()
        self._seen: defaultdict[int, list[Candidate]] = defaultdict(list)

    def offer(self, offer_id: int) -> Offer | None:
        """An offer as it was before its request was locked."""
        return self._offers.get(offer_id)

    def request(self, request_id: int) -> Request | None:
        """A request, locked."""
        return self._requests.get(request_id)

    def candidates(self, request: Request, asked: Collection[int]) -> list[Candidate]:
        """As :func:`mboa.storage.providers.candidates`; the next request marks the same candidates anew."""
        key = (request.service, request.zone)
        if key not in self._covering:
            self._covering[key] = self._read(request)
        return providers.seen_from(request, self._covering[key], asked, self._apart[request.client_id])

    def _read(self, request: Request) -> list[Candidate]:
        found = providers.covering(self._conn, request.service, request.zone)
        for candidate in found:
            candidate.offers_count += self._silent[candidate.provider_id]
            self._seen[candidate.provider_id].append(candidate)
        return found

    def opened(self, offer: Offer) -> None:
        """He has one more on his hands: among equals somebody else comes first now."""
        for candidate in self._seen[offer.provider_id]:
            candidate.open_offers += 1

    def closed(self, offer: Offer, to: OfferStatus) -> None:
        """He has one less; a silence is counted at the end of the transaction, but weighs now."""
        silent = to is OfferStatus.EXPIRED
        self._silent[offer.provider_id] += silent
        for candidate in self._seen[offer.provider_id]:
            candidate.open_offers -= 1
            candidate.offers_count += silent
