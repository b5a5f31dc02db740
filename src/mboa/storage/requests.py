"""Requests as rows: read under lock, written back at their version."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from mboa.dispatch.events import Actor
from mboa.dispatch.people import Contact, Provider
from mboa.dispatch.ports import DoneJob, Stale
from mboa.dispatch.request import Request
from mboa.dispatch.status import Status
from mboa.storage.sealing import guarded, whole
from mboa.storage.store import Connection, Row
from mboa.storage.value_lists import rows_of

CHANGING = (
    "status",
    "service",
    "zone",
    "city",
    "place_text",
    "latitude",
    "longitude",
    "time_text",
    "time_kind",
    "wished_from_at",
    "wished_until_at",
    "problem",
    "urgent",
    "danger",
    "questions",
    "provider_id",
    "progress",
    "fallback_told",
    "cancel_reason",
    "rating",
    "comment",
    "confirmed_at",
    "promised_at",
    "accepted_at",
    "closed_at",
    "due_at",
    "due_kind",
)
# What people say of themselves.
WORDS = ("place_text", "time_text", "problem", "cancel_reason", "comment")
COLUMNS = "r." + ", r.".join(("id", "client_id", "created_at", "token", "version", *CHANGING, "full_sealed"))

_BY_ID = f"SELECT {COLUMNS} FROM requests r WHERE r.id = :id FOR NO KEY UPDATE"
# In one order, so that two who lock many cannot wait for each other.
_BY_IDS = f"SELECT {COLUMNS} FROM requests r WHERE r.id IN ({{values}}) ORDER BY r.id FOR NO KEY UPDATE"
_SEEN = f"SELECT {COLUMNS} FROM requests r WHERE r.id = :id"
_CLIENT_OF = "SELECT client_id FROM requests WHERE id = :id"
_CANCELLED_BY = """
SELECT actor FROM events WHERE request_id = :id AND name = 'request_cancelled' ORDER BY id DESC LIMIT 1"""
_BY_TOKEN = f"SELECT {COLUMNS} FROM requests r WHERE r.token = :token"
_LIVE = f"""
SELECT {COLUMNS} FROM requests r WHERE r.client_id = :client AND r.closed_at IS NULL
ORDER BY r.id DESC FOR NO KEY UPDATE"""
_LAST_CLOSED = f"""
SELECT {COLUMNS} FROM requests r WHERE r.client_id = :client AND r.closed_at IS NOT NULL
ORDER BY r.closed_at DESC, r.id DESC LIMIT 1 FOR NO KEY UPDATE"""
_JOBS = f"""
SELECT {COLUMNS} FROM requests r WHERE r.provider_id = :provider AND r.status IN ('accepted', 'in_progress')
ORDER BY r.id DESC FOR NO KEY UPDATE"""
# Whoever was asked about going on, or is about to be, is not offered to anybody meanwhile.
_OLDEST_WAITING = f"""
SELECT {COLUMNS} FROM requests r
JOIN provider_coverage v ON v.service = r.service AND v.zone = r.zone AND v.provider_id = :provider
WHERE r.status = 'unserved' AND r.closed_at IS NULL AND r.due_kind = 'doubt' AND r.due_at > :now
  AND r.client_id <> :contact
  AND NOT EXISTS (SELECT 1 FROM offers o WHERE o.request_id = r.id AND o.provider_id = :provider)
ORDER BY r.id LIMIT 1 FOR NO KEY UPDATE OF r SKIP LOCKED"""
# A pin is a message of his; a landmark that was learned from others is none, and teaches nobody.
_DONE_AT_PINS = """
SELECT r.client_id, r.place_text, r.latitude, r.longitude FROM requests r
WHERE r.zone = :zone AND r.status = 'completed' AND r.place_text IS NOT NULL AND r.latitude IS NOT NULL
  AND EXISTS (SELECT 1 FROM messages m WHERE m.request_id = r.id AND m.direction = 'in' AND m.kind = 'location')
ORDER BY r.id DESC LIMIT 500"""
_NEW = """
INSERT INTO requests (client_id, status, token, created_at, due_at, due_kind)
VALUES (:client, :status, :token, :at, :due, 'abandon') RETURNING id"""
_KEEP = (
    "UPDATE requests SET "
    + ", ".join(f"{name} = :{name}" for name in CHANGING)
    + ", full_sealed = :full, version = version + 1 WHERE id = :id AND version = :version"
)
_DUE = "SELECT id FROM requests WHERE due_at <= :now ORDER BY due_at LIMIT :most"


def _request(row: Row) -> Request:
    row["status"] = Status(row["status"])
    row["urgent"], row["fallback_told"] = bool(row["urgent"]), bool(row["fallback_told"])
    return Request(**whole(row))


def by_id(conn: Connection, request_id: int) -> Request | None:
    """A request, locked."""
    row = conn.one(_BY_ID, id=request_id)
    return _request(row) if row else None


def by_ids(conn: Connection, request_ids: Iterable[int]) -> dict[int, Request]:
    """Those of these requests that there are, locked."""
    return {row["id"]: _request(row) for row in rows_of(conn, _BY_IDS, sorted(request_ids))}


def seen(conn: Connection, request_id: int) -> Request | None:
    """A request, read only."""
    row = conn.one(_SEEN, id=request_id)
    return _request(row) if row else None


def client_of(conn: Connection, request_id: int) -> int | None:
    """The client of a request, which is not locked."""
    row = conn.one(_CLIENT_OF, id=request_id)
    return int(row["client_id"]) if row else None


def cancelled_by(conn: Connection, request_id: int) -> Actor | None:
    """Who ended it, by the diary; ``None`` when nobody did."""
    row = conn.one(_CANCELLED_BY, id=request_id)
    return row["actor"] if row else None


def by_token(conn: Connection, token: str) -> Request | None:
    """A request by its unguessable follow-up token."""
    row = conn.one(_BY_TOKEN, token=token)
    return _request(row) if row else None


def live(conn: Connection, client_id: int) -> list[Request]:
    """A client's requests that are not over, newest first, locked."""
    return [_request(row) for row in conn.all(_LIVE, client=client_id)]


def last_closed(conn: Connection, client_id: int) -> Request | None:
    """The client's request that ended last, locked."""
    row = conn.one(_LAST_CLOSED, client=client_id)
    return _request(row) if row else None


def jobs(conn: Connection, provider_id: int) -> list[Request]:
    """A provider's jobs under way, newest first, locked."""
    return [_request(row) for row in conn.all(_JOBS, provider=provider_id)]


def oldest_waiting(conn: Connection, provider: Provider) -> Request | None:
    """The oldest request of the waiting pool that he covers and was not asked for, locked."""
    row = conn.one(_OLDEST_WAITING, provider=provider.id, contact=provider.contact_id, now=conn.now)
    return _request(row) if row else None


def done_at_pins(conn: Connection, zone: str) -> list[DoneJob]:
    """The newest completed requests of a zone with a pin; words that were blurred or erased are gone from it."""
    rows = conn.all(_DONE_AT_PINS, zone=zone)
    return [DoneJob(row["client_id"], row["place_text"], (row["latitude"], row["longitude"])) for row in rows]


def new(conn: Connection, client: Contact, draft: Request) -> Request:
    """Insert a draft; its token is 128 random bits."""
    draft.token = secrets.token_urlsafe(16)
    row = conn.one(
        _NEW, client=client.id, status=draft.status, token=draft.token, at=draft.created_at, due=draft.due_at
    )
    assert row is not None
    draft.id = row["id"]
    return draft


def keep(conn: Connection, request: Request) -> None:
    """Write a request back; raises :class:`Stale` when somebody else did since it was read."""
    values = {name: getattr(request, name) for name in CHANGING}
    values |= guarded(conn, **{name: values[name] for name in WORDS})
    if not conn.run(_KEEP, id=request.id, version=request.version, **values):
        raise Stale(f"request {request.id} is no longer at version {request.version}")
    request.version += 1


def due(conn: Connection, most: int) -> list[int]:
    """Ids of the requests whose timer rang, earliest first."""
    return [row["id"] for row in conn.all(_DUE, now=conn.now, most=most)]


def next_due(conn: Connection) -> datetime | None:
    """When the earliest timer of a request rings."""
    row = conn.one("SELECT MIN(due_at) AS due_at FROM requests WHERE due_at IS NOT NULL")
    due_at: datetime | None = row["due_at"] if row else None
    return due_at
