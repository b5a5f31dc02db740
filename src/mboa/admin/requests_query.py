"""The query of the list of requests, read and written: filters, page, and the cursor between two pages."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import QueryParams

from mboa.dispatch.policy import DOUALA
from mboa.dispatch.status import Status
from mboa.roster_fields import SERVICES
from mboa.storage.admin import request_search
from mboa.storage.admin.request_filters import OPEN, Filters, Place, Sort
from mboa.understanding.gazetteer import city_of

FILTERS = ("status", "service", "zone", "q", "from", "to", "sort")
SORTS: tuple[Sort, ...] = get_args(Sort)
TRADES = (*sorted(SERVICES), "other")
# A word for several statuses at once.
GROUPS = {"open": OPEN}
FIRST_PAGE, MOST = 25, 200
MOST_QUERY = 800
_YEARS = range(2000, 2101)
_LIMIT = re.compile(r"\d{1,3}", re.ASCII)
_LARGEST_ID = 2**63 - 1


@dataclass(slots=True)
class Asked:
    """What the query asks for. ``given`` are the values as they came, ``errors`` a word of ``[wrong]`` for each that
    means nothing."""

    filters: Filters = field(default_factory=Filters)
    after: Place | None = None
    limit: int = FIRST_PAGE
    given: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The filters alone, as the query of an address."""
        return urlencode({name: self.given[name] for name in FILTERS if self.given.get(name)})

    @property
    def address(self) -> str:
        """The filters and the page, as the query of an address."""
        return urlencode({name: value for name, value in self.given.items() if value})


def read_text(query: str) -> Asked:
    """As :func:`read`, from the text of a query."""
    return read(QueryParams(parse_qsl(query[:MOST_QUERY])))


def read(query: QueryParams) -> Asked:
    """Read a query."""
    given = {name: query.get(name, "").replace("\0", "").strip() for name in (*FILTERS, "limit", "cursor")}
    given["status"] = ",".join(part.strip() for part in query.getlist("status") if part.strip("\0 "))
    asked = Asked(given=given)
    since, until = _moment(asked, "from"), _moment(asked, "to", end=True)
    if since and until and since >= until:
        asked.errors["to"] = "to_before_from"
    sort = _one_of(asked, "sort", SORTS) or "created"
    asked.filters = Filters(
        statuses=_statuses(asked),
        service=_one_of(asked, "service", TRADES),
        zone=_zone(asked),
        since=since,
        until=until,
        search=request_search.read(given["q"]),
        sort=next(known for known in SORTS if known == sort),
    )
    asked.limit, asked.after = _limit(asked), _cursor(asked)
    return asked


def _statuses(asked: Asked) -> frozenset[Status]:
    found: set[Status] = set()
    for name in filter(None, asked.given["status"].split(",")):
        if name in GROUPS:
            found |= GROUPS[name]
        elif name in set(Status):
            found.add(Status(name))
        else:
            asked.errors["status"] = "status"
    return frozenset(found)


def _one_of(asked: Asked, name: str, known: tuple[str, ...]) -> str | None:
    value = asked.given[name]
    if value and value not in known:
        asked.errors[name] = name
        return None
    return value or None


def _zone(asked: Asked) -> str | None:
    slug = asked.given["zone"]
    if slug and city_of(slug) is None:
        asked.errors["zone"] = "zone"
        return None
    return slug or None


def _limit(asked: Asked) -> int:
    text = asked.given["limit"]
    if not text:
        return FIRST_PAGE
    if _LIMIT.fullmatch(text) and 1 <= int(text) <= MOST:
        return int(text)
    asked.errors["limit"] = "limit"
    return FIRST_PAGE


def _moment(asked: Asked, name: str, *, end: bool = False) -> datetime | None:
    """A day of Douala, included as a whole, or a moment (without a zone: of Douala); ``None`` when there is none."""
    text = asked.given[name]
    if not text:
        return None
    try:
        moment = _day(text, end=end) or _instant(text, end=end)
    except ValueError:
        moment = None
    if moment is None or moment.year not in _YEARS:
        asked.errors[name] = "time"
        return None
    return moment.astimezone(UTC)


def _day(text: str, *, end: bool) -> datetime | None:
    if len(text) != 10:
        return None
    day = date.fromisoformat(text)
    if day.year not in _YEARS:
        return None
    return datetime.combine(day + timedelta(days=end), datetime.min.time(), DOUALA)


def _instant(text: str, *, end: bool) -> datetime | None:
    # A plus sign that was not escaped arrives as a space.
    moment = datetime.fromisoformat(re.sub(r" (?=\d\d:?\d\d$)", "+", text) if "T" in text else text)
    if moment.year not in _YEARS:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=DOUALA)
    return moment + timedelta(microseconds=1) if end else moment


def _cursor(asked: Asked) -> Place | None:
    text = asked.given["cursor"]
    if not text:
        return None
    place = read_cursor(text, asked.filters.sort)
    if place is None:
        asked.errors["cursor"] = "cursor"
    return place


def cursor(place: Place, sort: Sort) -> str:
    """A place in a list as an opaque word for an address."""
    told = f"{sort} {place.at.astimezone(UTC).isoformat()} {place.id}"
    return urlsafe_b64encode(told.encode()).decode().rstrip("=")


def read_cursor(text: str, sort: Sort) -> Place | None:
    """The place of a cursor; ``None`` for what is no cursor of a list in this order."""
    try:
        told = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode()
        order, at, number = told.split(" ")
        moment, request_id = datetime.fromisoformat(at), int(number)
    except (ValueError, NotBase64, UnicodeError):
        return None
    if order != sort or moment.tzinfo is None or moment.year not in _YEARS or not 0 <= request_id <= _LARGEST_ID:
        return None
    return Place(moment, request_id)


def errors_in_words(asked: Asked, wrong: Mapping[str, Any]) -> dict[str, str]:
    """The messages for the fields that mean nothing."""
    return {name: str(wrong[code]) for name, code in asked.errors.items()}
