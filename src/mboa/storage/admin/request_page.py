"""One request with everything that was said, asked and decided about it, in few reads however long its story is."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from mboa.dispatch.people import Contact
from mboa.dispatch.permission import UNDO_TIME
from mboa.dispatch.request import Request
from mboa.dispatch.status import Status
from mboa.storage import people, providers, requests
from mboa.storage.sealing import whole
from mboa.storage.store import Connection, Row

# The first words of a request were written this long before it was made, at most.
BURST = timedelta(minutes=1)
MESSAGES_SHOWN, EVENTS_SHOWN = 500, 500

_OFFERS = """
SELECT o.id, o.request_id, o.provider_id, o.position, o.status, o.score, o.offered_at, o.expires_at, o.answered_at,
       o.sent_at, o.reasons_json, o.withheld_json, p.name AS provider_name, p.contact_id AS provider_contact_id
FROM offers o JOIN providers p ON p.id = o.provider_id WHERE o.request_id = :request ORDER BY o.position"""
_EVENTS = """
SELECT id, happened_at, name, actor, cause, data_json FROM events WHERE request_id = :request
ORDER BY id DESC LIMIT :most"""
_MESSAGE = """
SELECT id, channel, direction, contact_id, request_id, external_id, key, kind, text,
       CASE status WHEN 'sending' THEN 'queued' ELSE status END AS status, error, attempts, created_at, sent_at,
       body_json, full_sealed
FROM messages WHERE """
_OF_REQUEST = f"{_MESSAGE} request_id = :request ORDER BY id DESC LIMIT :most"
# What its client wrote while it lived: words bear no request's number, and belong to the story all the same.
_OF_CLIENT = f"""{_MESSAGE} contact_id = :client AND direction = 'in' AND created_at >= :since
  AND created_at <= :until ORDER BY id DESC LIMIT :most"""
_RECEIPTS = """
SELECT r.key, r.status, r.error, r.error_code, r.pricing_json, r.occurred_at
FROM messages m JOIN receipts r ON r.key = m.key WHERE m.request_id = :request ORDER BY r.id LIMIT :most"""
_CAUSE = re.compile(r"(?:reply:)?message:(\d+)")


@dataclass(frozen=True, slots=True)
class Story:
    """Everything about one request. ``providers`` and ``accounts`` are the names behind the ids that stand in it.

    Messages have their ``receipts``; ``reasons_json`` and the like are decoded, under the name without ``_json``.
    """

    request: Request
    client: Contact
    provider: Contact | None
    offers: list[Row]
    events: list[Row]
    messages: list[Row]
    providers: dict[int, str]
    accounts: dict[int, str]
    now: datetime

    @property
    def can_be_undone(self) -> bool:
        """Whether an operator cancelled it so short a time ago that he may take it back."""
        request = self.request
        if request.status is not Status.CANCELLED or request.closed_at is None or request.confirmed_at is None:
            return False
        ends = [row["actor"] for row in self.events if row["name"] == "request_cancelled"]
        return ends[-1:] == ["operator"] and self.now - request.closed_at <= UNDO_TIME


def story(conn: Connection, request_id: int) -> Story | None:
    """The request and its story, or ``None``."""
    request = requests.seen(conn, request_id)
    if request is None:
        return None
    offers = [_decoded(row) for row in conn.all(_OFFERS, request=request_id)]
    newest = conn.all(_EVENTS, request=request_id, most=EVENTS_SHOWN)
    events = [_decoded(row) for row in reversed(newest)]
    return Story(
        request=request,
        client=people.contact(conn, request.client_id),
        provider=_contact_of(conn, request.provider_id),
        offers=offers,
        events=events,
        messages=_messages(conn, request, events),
        providers=names(conn, "providers", "name", _providers_in(offers, events, request)),
        accounts=names(conn, "accounts", "email", _accounts_in(events)),
        now=conn.now,
    )


def _contact_of(conn: Connection, provider_id: int | None) -> Contact | None:
    if provider_id is None:
        return None
    return people.contact(conn, providers.by_id(conn, provider_id).contact_id)


def _messages(conn: Connection, request: Request, events: list[Row]) -> list[Row]:
    """In order: those about the request, the client's words in its lifetime, and the words that moved it."""
    found = conn.all(_OF_REQUEST, request=request.id, most=MESSAGES_SHOWN)
    found += conn.all(
        _OF_CLIENT,
        client=request.client_id,
        since=request.created_at - BURST,
        until=request.closed_at or conn.now,
        most=MESSAGES_SHOWN,
    )
    known = {row["id"]: row for row in found}
    known.update((row["id"], row) for row in _by_ids(conn, f"{_MESSAGE} id", _causes(found, events) - set(known)))
    receipts: dict[str, list[Row]] = {}
    for row in conn.all(_RECEIPTS, request=request.id, most=4 * MESSAGES_SHOWN):
        receipts.setdefault(row["key"], []).append(_decoded(row))
    in_order = [whole(row) for _, row in sorted(known.items())]
    return [_decoded({**row, "receipts": receipts.get(row["key"] or "", [])}) for row in in_order]


def _causes(messages: list[Row], events: list[Row]) -> set[int]:
    """The messages that were answered or acted on: keys and causes name them."""
    named = [row["key"] for row in messages] + [row["cause"] for row in events]
    return {int(found[1]) for name in named if name and (found := _CAUSE.match(name))}


def _providers_in(offers: list[Row], events: list[Row], request: Request) -> set[int]:
    withheld = [*(row["withheld"] for row in offers), *(row["data"].get("withheld") or [] for row in events)]
    ids = {one["provider_id"] for group in withheld for one in group}
    ids |= {row["data"]["provider_id"] for row in events if row["data"].get("provider_id")}
    return ids | {row["provider_id"] for row in offers} | ({request.provider_id} if request.provider_id else set())


def _accounts_in(events: list[Row]) -> set[int]:
    causes = [row["cause"].removeprefix("operator:") for row in events if (row["cause"] or "").startswith("operator:")]
    return {int(cause) for cause in causes if cause.isdigit()}


def names(conn: Connection, table: str, name: str, ids: set[int]) -> dict[int, str]:
    """One column of a table for these ids."""
    return {row["id"]: row["name"] for row in _by_ids(conn, f"SELECT id, {name} AS name FROM {table} WHERE id", ids)}


def _by_ids(conn: Connection, select: str, ids: set[int]) -> list[Row]:
    if not ids:
        return []
    named = {f"id{number}": one for number, one in enumerate(sorted(ids)[:MESSAGES_SHOWN])}
    return conn.all(f"{select} IN (:{', :'.join(named)})", **named)


def _decoded(row: Row) -> Row:
    """Without the ``_json`` of its columns."""
    return {
        name.removesuffix("_json"): orjson.loads(value) if name.endswith("_json") and value else value
        for name, value in row.items()
    }
