"""What follow page, simulator and robots ask of the rows: one request's story, and who has something to answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from mboa.dispatch.offer import Offer
from mboa.dispatch.request import Request
from mboa.storage import offers, people, providers, requests
from mboa.storage.sql import time_text
from mboa.storage.store import Connection, Row
from mboa.understanding.gazetteer import zone_name

_DIARY = "SELECT id, happened_at, name, actor FROM events WHERE request_id = :request ORDER BY id"
_LATEST = "SELECT id, token FROM requests WHERE client_id = :client ORDER BY id DESC LIMIT 1"
_OFFERS = """
SELECT o.position, o.code, o.status, o.score, o.reasons_json, o.withheld_json, o.offered_at, o.sent_at, o.expires_at,
       o.answered_at, p.name AS provider,
       (SELECT i.sealed FROM identities i WHERE i.contact_id = p.contact_id AND i.scheme = 'phone'
        ORDER BY i.id DESC LIMIT 1) AS phone_sealed
FROM offers o JOIN providers p ON p.id = o.provider_id WHERE o.request_id = :request ORDER BY o.position"""
_UNHEARD = """
SELECT DISTINCT i.sealed AS phone_sealed FROM messages m JOIN identities i ON i.contact_id = m.contact_id
WHERE m.status = 'received' AND m.kept_at IS NULL AND i.scheme = 'phone'"""
_UNSENT = "SELECT COUNT(*) AS unsent FROM messages WHERE status IN ('queued', 'sending')"
_OPEN_OFFERS = """
SELECT o.id, o.code, o.position, i.sealed AS phone_sealed
FROM offers o JOIN providers p ON p.id = o.provider_id JOIN identities i ON i.contact_id = p.contact_id
WHERE o.status = 'open' AND o.sent_at IS NOT NULL AND i.scheme = 'phone' ORDER BY o.id"""
_JOBS = """
SELECT r.id, r.progress, i.sealed AS phone_sealed
FROM requests r JOIN providers p ON p.id = r.provider_id JOIN identities i ON i.contact_id = p.contact_id
WHERE r.status IN ('accepted', 'in_progress') AND i.scheme = 'phone' ORDER BY r.id"""


@dataclass(frozen=True, slots=True)
class Followed:
    """A request as its client may see it. ``events`` are the diary's times and names, oldest first."""

    request: Request
    offers: list[Offer]
    events: list[tuple[datetime, str]]
    language: str
    provider: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """What waits for a provider: offers that reached his phone, and jobs under way.

    Offer rows have ``id``, ``code``, ``position``, ``phone``; job rows ``id`` (the request's), ``progress``, ``phone``.
    """

    offers: list[Row]
    jobs: list[Row]


def followed(conn: Connection, token: str) -> Followed | None:
    """The request with this token, or ``None``."""
    request = requests.by_token(conn, token)
    if request is None:
        return None
    return Followed(
        request=request,
        offers=offers.of_request(conn, request.id),
        events=[(row["happened_at"], row["name"]) for row in conn.all(_DIARY, request=request.id)],
        language=people.contact(conn, request.client_id).language,
        provider=providers.by_id(conn, request.provider_id).name if request.provider_id is not None else None,
        now=conn.now,
    )


def latest_token(conn: Connection, phone: str) -> str | None:
    """The follow token of this client's newest request."""
    known = people.find(conn, "phone", phone)
    row = conn.one(_LATEST, client=known["contact_id"]) if known else None
    return str(row["token"]) if row else None


def to_answer(conn: Connection) -> ToAnswer:
    """Everything that providers have on their hands."""
    return ToAnswer(conn.all(_OPEN_OFFERS), conn.all(_JOBS))


def timeline(conn: Connection, phone: str) -> dict[str, Any]:
    """For the simulator: the newest request of this client with diary and offers, and whether the worker is busy.

    ``thinking`` lists the phones whose words are not heard yet; ``unsent`` counts messages on their way out.
    """
    token = latest_token(conn, phone)
    found = followed(conn, token) if token else None
    unsent = conn.one(_UNSENT)
    return {
        "now": time_text(conn.now),
        "thinking": [row["phone"] for row in conn.all(_UNHEARD)],
        "unsent": unsent["unsent"] if unsent else 0,
        "request": _told(conn, found) if found else None,
    }


def _told(conn: Connection, found: Followed) -> dict[str, Any]:
    request = found.request
    return {
        "code": request.code,
        "status": request.status,
        "service": request.service,
        "zone": request.zone,
        "zone_name": zone_name(request.zone) if request.zone else None,
        "problem": request.problem,
        "urgent": request.urgent,
        "rating": request.rating,
        "provider": found.provider,
        "follow": f"/suivi/{request.token}",
        "created_at": _text(request.created_at),
        "confirmed_at": _text(request.confirmed_at),
        "closed_at": _text(request.closed_at),
        "events": [_dated(row) for row in conn.all(_DIARY, request=request.id)],
        "offers": [_offer(row) for row in conn.all(_OFFERS, request=request.id)],
    }


def _offer(row: Row) -> Row:
    row["reasons"] = orjson.loads(row.pop("reasons_json"))
    row["withheld"] = len(orjson.loads(row.pop("withheld_json")))
    return _dated(row)


def _dated(row: Row) -> Row:
    return {name: time_text(value) if isinstance(value, datetime) else value for name, value in row.items()}


def _text(moment: datetime | None) -> str | None:
    return time_text(moment) if moment else None
