"""What the list of requests can be narrowed to, and by which index each choice is served (migration 0004)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mboa.dispatch.status import Status
from mboa.storage.admin import request_search
from mboa.storage.admin.request_search import INDEX, OPEN_TAG, Dialect, Endings, Search, month_tags, trade_tag, zone_tag

Sort = Literal["created", "-created", "waiting"]
"""Newest first; oldest first; only those for whom a provider is sought, the longest waiting first."""

OVER = (Status.COMPLETED, Status.CANCELLED)
OPEN = frozenset(Status) - {*OVER}

# A longer time is so large a part of all requests that a search within it needs no help.
MOST_MONTHS = timedelta(days=200)

# To the letter the conditions of the partial indexes.
IS_OPEN = "r.status NOT IN ('completed', 'cancelled')"
_IS_SEARCHING = "r.status IN ('pending', 'offered', 'unserved')"


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; empty or ``None`` means any. ``since`` is included, ``until`` is not; both are about the
    creation. ``newest_id`` leaves out what came after it."""

    statuses: frozenset[Status] = frozenset()
    service: str | None = None
    zone: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    search: Search | None = None
    sort: Sort = "created"
    newest_id: int | None = None

    @property
    def ascending(self) -> bool:
        """Whether the oldest comes first."""
        return self.sort != "created"

    @property
    def by_id(self) -> bool:
        """Whether the order goes by the id alone."""
        return self.search is not None and self.sort != "waiting"

    @property
    def only_open(self) -> bool:
        """Whether nothing that is over can be among what is looked for."""
        return self.sort == "waiting" or (bool(self.statuses) and self.statuses <= OPEN)

    def words(self, dialect: Dialect, endings: Endings) -> str | None:
        """What the index of words is asked; ``None`` when no word is looked for."""
        if self.search is None or not self.search.words:
            return None
        return request_search.matching(dialect, endings, list(self._tags()))

    def _tags(self) -> Iterator[tuple[str, ...]]:
        if self.only_open:
            yield (OPEN_TAG,)
        if self.service:
            yield (trade_tag(self.service),)
        if self.zone:
            yield (zone_tag(self.zone),)
        if self.since and self.until and timedelta() < self.until - self.since <= MOST_MONTHS:
            yield month_tags(self.since, self.until)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request stands in a list: the time that the order goes by, and its id."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the rows: where from, under which conditions, and in the order of which columns."""

    source: str
    tests: list[str]
    key: tuple[str, ...]
    at: str = "r.created_at"


def ways(
    dialect: Dialect, filters: Filters, after: Place | None, drafts: tuple[int, ...] = (), *, lean: bool = False
) -> list[Way]:
    """The ways to what is looked for; none when nothing can be found. ``drafts`` are the ids of those that were found
    apart. ``lean``: only counted, so that a table that no condition needs is left out."""
    found = list(_ways(dialect, filters, lean))
    if drafts:
        found.append(Way("requests r", [f"r.id IN ({', '.join(map(str, drafts))})", *_narrowed(filters)], ("r.id",)))
    for way in found:
        way.tests.extend(_behind(way, filters, after))
    return found


def _behind(way: Way, filters: Filters, after: Place | None) -> Iterator[str]:
    sign = ">" if filters.ascending else "<"
    if after is not None and len(way.key) == 1:
        yield f"{way.key[0]} {sign} :last_id"
    elif after is not None:
        yield f"({', '.join(way.key)}) {sign} (:last_at, :last_id)"


def _ways(dialect: Dialect, filters: Filters, lean: bool) -> Iterator[Way]:
    if filters.search is not None:
        if not filters.search.hopeless:
            yield _searched(dialect, filters, filters.search, lean)
    elif filters.sort == "waiting":
        yield _waiting("requests r", _narrowed(filters))
    else:
        yield from _by_status(filters, lean)


def _by_status(filters: Filters, lean: bool) -> Iterator[Way]:
    wanted, narrow = filters.statuses or frozenset(Status), _narrowed(filters)
    key = ("r.created_at", "r.id")
    if lean and not narrow:
        yield Way("requests r", ["TRUE"], key)
        return
    if wanted & OPEN:
        some = [] if wanted >= OPEN else [_among(wanted & OPEN)]
        yield Way("requests r", [IS_OPEN, *some, *_where(filters)], key)
    for status in OVER:
        if status in wanted:
            yield Way("requests r", [f"r.status = '{status}'", *_where(filters)], key)


def _waiting(source: str, tests: list[str]) -> Way:
    known = [_IS_SEARCHING, "r.confirmed_at IS NOT NULL"]
    return Way(source, [*known, *tests], ("r.confirmed_at", "r.id"), "r.confirmed_at")


def _searched(dialect: Dialect, filters: Filters, search: Search, lean: bool) -> Way:
    name, matches = INDEX[dialect]
    tests = _narrowed(filters)
    if search.by_number:
        source, key = f"({request_search.by_number(search)}) AS f CROSS JOIN requests r", "r.id"
        within = [f"r.id IN (SELECT {name} FROM request_search s WHERE {matches})"] if search.words else []
        tests = ["r.id = f.id", *within, *tests]
    elif lean and not tests and filters.sort != "waiting":
        return Way("request_search s", [matches], (name,))
    else:
        source, key = "request_search s CROSS JOIN requests r", name
        tests = [f"r.id = {name}", matches, *tests]
    return _waiting(source, tests) if filters.sort == "waiting" else Way(source, tests, (key,))


def _narrowed(filters: Filters) -> list[str]:
    status = [_among(filters.statuses)] if filters.statuses else []
    return [*status, *_where(filters)]


def _among(statuses: frozenset[Status]) -> str:
    return "r.status IN (" + ", ".join(f"'{status}'" for status in sorted(statuses)) + ")"


def _where(filters: Filters) -> list[str]:
    tests = {
        "r.service = :service": filters.service,
        "r.zone = :zone": filters.zone,
        "r.created_at >= :since": filters.since,
        "r.created_at < :until": filters.until,
        "r.id <= :newest_id": filters.newest_id,
    }
    return [test for test, value in tests.items() if value is not None]
