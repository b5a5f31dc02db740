"""Providers as rows, and the one query that finds who covers a trade and a zone."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from mboa.dispatch.people import Candidate, Provider
from mboa.dispatch.request import Request
from mboa.storage.store import Connection, Row
from mboa.storage.value_lists import rows_of

WINDOW = timedelta(hours=24)

_COLUMNS = "id, contact_id, name, services, zones, available, active, rating_sum, rating_count"
_BY_ID = f"SELECT {_COLUMNS} FROM providers WHERE id = :id"
_BY_IDS = f"SELECT {_COLUMNS} FROM providers WHERE id IN ({{values}})"
_BY_CONTACT = f"SELECT {_COLUMNS} FROM providers WHERE contact_id = :contact AND deleted_at IS NULL"
_SET_AVAILABLE = "UPDATE providers SET available = :available, version = version + 1 WHERE id = :id"
_COUNT_RATING = """
UPDATE providers SET rating_sum = rating_sum + :rating, rating_count = rating_count + 1 WHERE id = :id"""
_COUNT_JOB = "UPDATE providers SET jobs_count = jobs_count + 1, last_job_at = :at WHERE id = :id"
_KNOWN_OF_HIM = """
SELECT p.id AS provider_id, p.contact_id, p.available, p.capacity, p.hours, p.latitude, p.longitude, p.rating_sum,
       p.rating_count, p.offers_count, p.answers_count, p.answer_seconds, p.jobs_count, p.last_job_at,
       LENGTH(p.services) - LENGTH(REPLACE(p.services, '|', '')) + 1 AS services_count,
       COALESCE(c.last_inbound_at > :opened_since, FALSE) AS window_open, c.opted_out,
       COALESCE(c.held_until_at > :now, FALSE) AS held,
       (SELECT COUNT(*) FROM requests r WHERE r.provider_id = p.id AND r.status IN ('accepted', 'in_progress'))
           AS jobs_under_way,
       (SELECT COUNT(*) FROM offers o WHERE o.provider_id = p.id AND o.status = 'open') AS open_offers"""
_COVERING = f"""{_KNOWN_OF_HIM}
FROM provider_coverage v JOIN providers p ON p.id = v.provider_id JOIN contacts c ON c.id = p.contact_id
WHERE v.service = :service AND v.zone = :zone AND p.active AND p.deleted_at IS NULL"""
_CANDIDATE = f"""{_KNOWN_OF_HIM}
FROM providers p JOIN contacts c ON c.id = p.contact_id
WHERE p.id = :provider AND p.active AND p.deleted_at IS NULL"""
_KEPT_APART = "SELECT client_id, provider_id FROM blocks WHERE client_id IN ({values})"


def _provider(row: Row) -> Provider:
    row["services"], row["zones"] = tuple(row["services"].split("|")), tuple(row["zones"].split("|"))
    row["available"], row["active"] = bool(row["available"]), bool(row["active"])
    return Provider(**row)


def by_id(conn: Connection, provider_id: int) -> Provider:
    """A provider; raises ``LookupError``."""
    row = conn.one(_BY_ID, id=provider_id)
    if row is None:
        raise LookupError(f"no provider {provider_id}")
    return _provider(row)


def by_ids(conn: Connection, provider_ids: Sequence[int]) -> dict[int, Provider]:
    """Those of these providers that there are."""
    return {row["id"]: _provider(row) for row in rows_of(conn, _BY_IDS, provider_ids)}


def by_contact(conn: Connection, contact_id: int) -> Provider | None:
    """The provider that this person is, if he is one."""
    row = conn.one(_BY_CONTACT, contact=contact_id)
    return _provider(row) if row else None


def set_available(conn: Connection, provider_id: int, available: bool) -> None:
    """Switch a provider on or off."""
    conn.run(_SET_AVAILABLE, id=provider_id, available=available)


def count_rating(conn: Connection, provider_id: int, rating: int) -> None:
    """Add a rating to his mean."""
    conn.run(_COUNT_RATING, id=provider_id, rating=rating)


def count_job(conn: Connection, provider_id: int) -> None:
    """Count a job taken now."""
    conn.run(_COUNT_JOB, id=provider_id, at=conn.now)


def covering(conn: Connection, service: str | None, zone: str | None) -> list[Candidate]:
    """Everybody who covers a trade and a zone, with what matching and ranking need, but for what a request adds."""
    rows = conn.all(_COVERING, service=service, zone=zone, opened_since=conn.now - WINDOW, now=conn.now)
    # The query's columns are the candidate's fields: every step saved here is saved 250 times in a request.
    return [Candidate(**row) for row in rows]


def kept_apart(conn: Connection, client_ids: Sequence[int]) -> dict[int, set[int]]:
    """For each of these clients the providers who are never sent to him."""
    apart: dict[int, set[int]] = {client_id: set() for client_id in client_ids}
    for row in rows_of(conn, _KEPT_APART, client_ids):
        apart[row["client_id"]].add(row["provider_id"])
    return apart


def seen_from(
    request: Request, candidates: list[Candidate], asked: Collection[int], apart: Collection[int]
) -> list[Candidate]:
    """The same candidates, marked as this request sees them: those ``asked`` before, those kept ``apart`` from its
    client, and the client himself, who may be a provider, too."""
    for one in candidates:
        one.asked_before, one.blocked = one.provider_id in asked, one.provider_id in apart
        one.is_client = one.contact_id == request.client_id
    return candidates


def candidates(conn: Connection, request: Request, asked: Collection[int]) -> list[Candidate]:
    """Everybody who covers the request's trade and zone; ``asked`` are the providers who were asked for it before."""
    apart = kept_apart(conn, [request.client_id])[request.client_id]
    return seen_from(request, covering(conn, request.service, request.zone), asked, apart)


def candidate(conn: Connection, request: Request, provider_id: int, asked: Collection[int]) -> Candidate | None:
    """One active provider, whether he covers trade and zone or not; ``None`` when there is no such one."""
    row = conn.one(_CANDIDATE, provider=provider_id, opened_since=conn.now - WINDOW, now=conn.now)
    if row is None:
        return None
    apart = kept_apart(conn, [request.client_id])[request.client_id]
    return seen_from(request, [Candidate(**row)], asked, apart)[0]
