"""Messages out: due → sending (with a lease) → sent. Unknown outcomes wait for the receipt before one repeat.

The promise in words: never lost; doubled only if the outcome of a send is unknown and no receipt comes in the lease.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from mboa.channels.base import Button, ListChoice, Outbound, SendFailed, Template
from mboa.notifications.letter import Letter
from mboa.storage import offers
from mboa.storage.store import Connection, Row

WINDOW = timedelta(hours=24)
WINDOW_CLOSED_CODE = 131047
MOST_ATTEMPTS = 12
MOST_REPEATS = 1

_QUEUE = """
INSERT INTO messages (direction, channel, contact_id, request_id, offer_id, key, kind, text, body_json, status, due_at,
                      created_at)
VALUES ('out', :channel, :contact, :request, :offer, :key, :kind, :text, :body, 'queued', :at, :at)
ON CONFLICT DO NOTHING"""
# One message per person at a time, in the order they were written: a recap must not overtake its question.
_DUE = """
SELECT m.id, m.key, m.text, m.body_json, m.kind, m.contact_id, m.offer_id, m.channel, m.attempts, m.status,
       m.repeats, m.error_code, m.created_at, c.opted_out, c.last_inbound_at, o.status AS offer_status,
       o.expires_at AS offer_expires_at,
       (SELECT i.value FROM identities i WHERE i.contact_id = c.id AND i.scheme = 'phone'
        ORDER BY i.id DESC LIMIT 1) AS phone,
       (SELECT i.value FROM identities i WHERE i.contact_id = c.id AND i.scheme = 'user_id' AND i.channel = m.channel
        ORDER BY i.id DESC LIMIT 1) AS user_id
FROM messages m JOIN contacts c ON c.id = m.contact_id LEFT JOIN offers o ON o.id = m.offer_id
WHERE m.direction = 'out' AND m.status IN ('queued', 'sending') AND m.due_at <= :now
  AND NOT EXISTS (SELECT 1 FROM messages e WHERE e.contact_id = m.contact_id AND e.direction = 'out'
                  AND e.status IN ('queued', 'sending') AND e.id < m.id)
ORDER BY m.due_at, m.id LIMIT :most FOR UPDATE OF m SKIP LOCKED"""
_CLAIM = """
UPDATE messages SET status = 'sending', claimed_at = :at, due_at = :lease, attempts = attempts + 1,
       repeats = repeats + :repeat
WHERE id = :id"""
_SENT = """
UPDATE messages SET status = 'sent', external_id = :external, sent_at = :at, due_at = NULL, error = NULL,
       error_code = NULL
WHERE id = :id AND status = 'sending'"""
_AGAIN = """
UPDATE messages SET status = 'queued', due_at = :due, error = :error, error_code = :code
WHERE id = :id AND status = 'sending'"""
_FAIL = """
UPDATE messages SET status = 'failed', due_at = NULL, error = :error, error_code = :code
WHERE id = :id AND status IN ('queued', 'sending', 'sent')"""
_AS_TEMPLATE = """
UPDATE messages SET status = 'queued', due_at = :at, error_code = :code
WHERE id = :id AND status IN ('queued', 'sending', 'sent') AND error_code IS NULL AND body_json LIKE '%"template"%'"""
_EXTEND = "UPDATE messages SET due_at = :lease WHERE status = 'sending' AND channel = :channel AND due_at < :lease"
_NEXT = "SELECT MIN(due_at) AS due_at FROM messages WHERE status IN ('queued', 'sending')"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker alone may send now, or ``refusal``: why it must not go out any more."""

    id: int
    channel: str
    offer_id: int | None
    message: Outbound
    attempts: int
    age: timedelta
    refusal: str | None = None


def queue(conn: Connection, letter: Letter, key: str, channel: str) -> None:
    """Put a letter in the outbox; a key that was used before changes nothing."""
    body = {
        "buttons": letter.buttons,
        "choices": letter.choices,
        "choices_label": letter.choices_label,
        "ask_phone": letter.ask_phone,
        "template": letter.template,
        "media_id": letter.media_id,
        "media_kind": letter.media_kind,
    }
    conn.run(
        _QUEUE,
        channel=channel,
        contact=letter.contact_id,
        request=letter.request_id,
        offer=letter.offer_id,
        key=key,
        kind=letter.phrase,
        text=letter.text,
        body=orjson.dumps({name: value for name, value in body.items() if value}).decode(),
        at=conn.now,
    )
    conn.wake("outbox")


def claim(conn: Connection, lease_seconds: dict[str, float], most: int) -> list[Claimed]:
    """Take what is due, at most one message per person; each is leased until its outcome is known."""
    rows = conn.all(_DUE, now=conn.now, most=most)
    claimed = [_claimed(conn, row) for row in rows]
    conn.many(
        _CLAIM,
        [
            {
                "id": row["id"],
                "at": conn.now,
                "lease": conn.now + timedelta(seconds=lease_seconds[row["channel"]]),
                "repeat": int(row["status"] == "sending"),
            }
            for row in rows
        ],
    )
    return claimed


def _claimed(conn: Connection, row: Row) -> Claimed:
    heard_at = row["last_inbound_at"]
    open_window = heard_at is not None and conn.now - heard_at < WINDOW and row["error_code"] != WINDOW_CLOSED_CODE
    return Claimed(
        id=row["id"],
        channel=row["channel"],
        offer_id=row["offer_id"] if row["kind"] == "offer" else None,
        message=_outbound(row, orjson.loads(row["body_json"]), open_window),
        attempts=row["attempts"] + 1,
        age=conn.now - row["created_at"],
        refusal=_refusal(conn, row),
    )


def _refusal(conn: Connection, row: Row) -> str | None:
    """Why this must not go out: asked to stop, no longer wanted, or repeated once already."""
    if row["opted_out"]:
        return "opted out"
    if row["kind"] == "offer" and (row["offer_status"] != "open" or row["offer_expires_at"] <= conn.now):
        return "the offer is over"
    if row["status"] == "sending" and row["repeats"] >= MOST_REPEATS:
        return "outcome unknown, repeated once"
    return None


def _outbound(row: Row, body: dict[str, Any], window_open: bool) -> Outbound:
    template = body.get("template")
    return Outbound(
        key=row["key"],
        phone=row["phone"],
        user_id=row["user_id"],
        text=row["text"],
        window_open=window_open,
        buttons=tuple(Button(**button) for button in body.get("buttons", ())),
        choices=tuple(ListChoice(**choice) for choice in body.get("choices", ())),
        choices_label=body.get("choices_label", ""),
        ask_phone=body.get("ask_phone", False),
        media_id=body.get("media_id"),
        media_kind=body.get("media_kind"),
        template=Template(
            name=template["name"],
            language=template["language"],
            parameters=tuple(template["parameters"]),
            payloads=tuple(template["payloads"]),
        )
        if template
        else None,
    )


def sent(conn: Connection, claimed: Claimed, external_id: str, offer_timeout: timedelta) -> None:
    """The channel took it: an offer's minutes begin now."""
    conn.run(_SENT, id=claimed.id, external=external_id, at=conn.now)
    if claimed.offer_id is not None:
        offers.start_minutes(conn, claimed.offer_id, conn.now, offer_timeout)
        conn.wake("deadlines")


def again(conn: Connection, message_id: int, failure: SendFailed, delay: timedelta) -> None:
    """Surely not sent: try later."""
    conn.run(_AGAIN, id=message_id, due=conn.now + delay, error=str(failure)[:500], code=failure.code)


def fail(conn: Connection, message_id: int, error: str, code: int | None = None) -> bool:
    """It will not go out; False when its outcome was known already."""
    return bool(conn.run(_FAIL, id=message_id, error=error[:500], code=code))


def as_template(conn: Connection, message_id: int) -> bool:
    """The window was closed after all: send the template twin, once; False when there is none or it was tried."""
    return bool(conn.run(_AS_TEMPLATE, id=message_id, at=conn.now, code=WINDOW_CLOSED_CODE))


def extend_leases(conn: Connection, lease_seconds: dict[str, float]) -> None:
    """A process that starts waits a full lease for receipts that were on their way while nobody listened."""
    rows: Iterable[Row] = (
        {"channel": channel, "lease": conn.now + timedelta(seconds=seconds)}
        for channel, seconds in lease_seconds.items()
    )
    conn.many(_EXTEND, rows)


def next_due(conn: Connection) -> datetime | None:
    """When the earliest message or lease is due."""
    row = conn.one(_NEXT)
    due_at: datetime | None = row["due_at"] if row else None
    return due_at
