"""All that the house knows of one provider: his row, his offers, ratings and jobs, and who is kept from him."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from mboa.dispatch.people import Candidate
from mboa.dispatch.request import Request
from mboa.dispatch.status import Status
from mboa.storage import providers
from mboa.storage.admin.provider_list import COLUMNS, provider
from mboa.storage.store import Connection, Row
from mboa.understanding.gazetteer import centre_of

OFFERS_SHOWN, RATINGS_SHOWN, ANSWERS_MEASURED = 20, 20, 200

_BY_ID = f"SELECT {COLUMNS} FROM providers p WHERE p.id = :id"
_OUTCOMES = "SELECT status, COUNT(*) AS n FROM offers WHERE provider_id = :id GROUP BY status"
_ANSWERS = """
SELECT sent_at, offered_at, answered_at FROM offers
WHERE provider_id = :id AND status IN ('accepted', 'declined') AND answered_at IS NOT NULL
ORDER BY id DESC LIMIT :most"""
_GIVEN = """
SELECT rating, COUNT(*) AS n FROM requests WHERE provider_id = :id AND rating IS NOT NULL GROUP BY rating"""
_ENDS = """
SELECT status, COUNT(*) AS n FROM requests WHERE provider_id = :id AND closed_at IS NOT NULL GROUP BY status"""
_OFFERS = """
SELECT o.id, o.request_id, o.position, o.status, o.score, o.offered_at, o.sent_at, o.expires_at, o.answered_at,
       r.service, r.zone
FROM offers o JOIN requests r ON r.id = o.request_id WHERE o.provider_id = :id ORDER BY o.id DESC LIMIT :most"""
_RATINGS = """
SELECT id AS request_id, rating, comment, closed_at FROM requests
WHERE provider_id = :id AND rating IS NOT NULL ORDER BY id DESC LIMIT :most"""
_JOBS = """
SELECT id AS request_id, client_id, status, progress, service, zone, accepted_at FROM requests
WHERE provider_id = :id AND status IN ('accepted', 'in_progress') ORDER BY id DESC"""
_OPEN = "SELECT COUNT(*) AS n FROM offers WHERE provider_id = :id AND status = 'open'"
_BLOCKS = """
SELECT b.client_id, c.name, b.created_at FROM blocks b JOIN contacts c ON c.id = b.client_id
WHERE b.provider_id = :id ORDER BY b.created_at DESC, b.client_id LIMIT 100"""
_NAMES = "SELECT id, name FROM providers WHERE id IN ({ids})"


@dataclass(frozen=True, slots=True)
class Known:
    """``row`` as in the list; ``outcomes`` counts his offers by status, ``ends`` his requests, ``given`` his ratings.

    ``answer_median`` is in seconds, of his last 200 answers, from the sending of the offer.
    """

    row: Row
    outcomes: dict[str, int]
    ends: dict[str, int]
    given: dict[int, int]
    answer_median: float | None
    offers: list[Row]
    ratings: list[Row]
    jobs: list[Row]
    blocks: list[Row]


def row_of(conn: Connection, provider_id: int) -> Row | None:
    """A provider's row as in the list, deleted or not."""
    row = conn.one(_BY_ID, id=provider_id)
    return provider(row) if row else None


def known(conn: Connection, provider_id: int) -> Known | None:
    """Everything at once, in one transaction."""
    row = row_of(conn, provider_id)
    if row is None:
        return None
    return Known(
        row=row,
        outcomes=_counted(conn, _OUTCOMES, "status", provider_id),
        ends=_counted(conn, _ENDS, "status", provider_id),
        given=_counted(conn, _GIVEN, "rating", provider_id),
        answer_median=_median(conn.all(_ANSWERS, id=provider_id, most=ANSWERS_MEASURED)),
        offers=[_timed(row) for row in conn.all(_OFFERS, id=provider_id, most=OFFERS_SHOWN)],
        ratings=conn.all(_RATINGS, id=provider_id, most=RATINGS_SHOWN),
        jobs=conn.all(_JOBS, id=provider_id),
        blocks=conn.all(_BLOCKS, id=provider_id),
    )


def in_hand(conn: Connection, provider_id: int) -> tuple[int, list[Row]]:
    """How many offers wait for his answer, and his jobs under way, newest first."""
    row = conn.one(_OPEN, id=provider_id)
    return row["n"] if row else 0, conn.all(_JOBS, id=provider_id)


def _counted(conn: Connection, sql: str, name: str, provider_id: int) -> dict[Any, int]:
    return {row[name]: row["n"] for row in conn.all(sql, id=provider_id)}


def _median(rows: list[Row]) -> float | None:
    spans = [span for row in rows if (span := _span(row)) is not None]
    return median(spans) if spans else None


def _span(row: Row) -> float | None:
    """Seconds from the sending of an offer to its answer."""
    asked: datetime | None = row["sent_at"] or row["offered_at"]
    if asked is None or row["answered_at"] is None:
        return None
    waited: timedelta = row["answered_at"] - asked
    return max(0.0, waited.total_seconds())


def _timed(row: Row) -> Row:
    answered = row["status"] in {"accepted", "declined"}
    return {**row, "answer_seconds": _span(row) if answered else None}


def covering(conn: Connection, service: str, zone: str) -> list[Candidate]:
    """Everybody who covers trade and zone, as matching sees them now for a request from the middle of the zone."""
    return providers.covering(conn, service, zone)


def imagined(conn: Connection, service: str, zone: str) -> Request:
    """A request that nobody made: of no client, from the centre of the zone."""
    spot = centre_of(zone) or (None, None)
    made = Request(id=0, client_id=0, status=Status.PENDING, created_at=conn.now, service=service, zone=zone)
    made.latitude, made.longitude = spot
    return made


def names(conn: Connection, provider_ids: list[int]) -> dict[int, str]:
    """Names by id, of a page's worth of providers."""
    if not provider_ids:
        return {}
    sql = _NAMES.format(ids=", ".join(f":p{number}" for number in range(len(provider_ids))))
    found = conn.all(sql, **{f"p{number}": one for number, one in enumerate(provider_ids)})
    return {row["id"]: row["name"] for row in found}
