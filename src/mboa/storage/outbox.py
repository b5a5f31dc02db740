"""Messages out: due → sending (with a lease) → sent. Unknown outcomes wait for the receipt before one repeat.

The promise in words: never lost; doubled only if the outcome of a send is unknown and no receipt comes in the lease.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import orjson

from mboa.channels.base import SendFailed
from mboa.channels.numbers import masked
from mboa.notifications.letter import Letter
from mboa.storage import lines, offers
from mboa.storage.sealing import guarded
from mboa.storage.store import Connection, Row

WINDOW_CLOSED_CODE = 131047

_QUEUE = """
INSERT INTO messages (direction, channel, contact_id, request_id, offer_id, key, kind, text, body_json, full_sealed,
                      status, due_at, created_at)
VALUES ('out', :channel, :contact, :request, :offer, :key, :kind, :text, :body_json, :full, 'queued', :at, :at)
ON CONFLICT DO NOTHING"""
# An id that the channel gave before names no message any more; better none than a failed transaction.
_SENT = """
UPDATE messages SET status = 'sent', sent_at = :at, due_at = NULL, error = NULL, error_code = NULL,
       external_id = CASE WHEN EXISTS (SELECT 1 FROM messages k WHERE k.channel = messages.channel
                                       AND k.external_id = :external) THEN NULL ELSE :external END
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
_ANEW = """
UPDATE messages SET status = 'queued', due_at = :due, error = :error, error_code = :code, external_id = NULL
WHERE id = :id AND status IN ('sending', 'sent')"""
_TIMES_FAILED = """
SELECT COUNT(*) AS times FROM receipts r JOIN messages m ON m.key = r.key WHERE m.id = :id AND r.status = 'failed'"""
_REROUTE = """
UPDATE messages SET channel = :channel, status = 'queued', due_at = :at, attempts = 0, repeats = 0, error_code = NULL,
       error = :error, external_id = NULL
WHERE id = :id AND status IN ('queued', 'sending', 'sent')"""
_EXTEND = "UPDATE messages SET due_at = :lease WHERE status = 'sending' AND channel = :channel AND due_at < :lease"


def queue(conn: Connection, letter: Letter, key: str, channel: str) -> None:
    """Put a letter in the outbox; a key that was used before changes nothing."""
    queue_all(conn, [(letter, key, channel)])


def queue_all(conn: Connection, letters: Iterable[tuple[Letter, str, str]]) -> None:
    """Put letters in the outbox, in this order, each with its key and its channel."""
    if conn.many(_QUEUE, [_row(conn, letter, key, channel) for letter, key, channel in letters]):
        conn.wake("outbox")


def _row(conn: Connection, letter: Letter, key: str, channel: str) -> Row:
    body = {
        "buttons": letter.buttons,
        "choices": letter.choices,
        "choices_label": letter.choices_label,
        "ask_phone": letter.ask_phone,
        "template": letter.template,
        "media_id": letter.media_id,
        "media_kind": letter.media_kind,
    }
    given = {name: value for name, value in body.items() if value}
    return {
        "channel": channel,
        "contact": letter.contact_id,
        "request": letter.request_id,
        "offer": letter.offer_id,
        "key": key,
        "kind": letter.phrase,
        "at": conn.now,
        **guarded(conn, text=letter.text, body_json=orjson.dumps(given).decode()),
    }


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel took a message: its own id, the offer it makes (if it does), whether the line was thought ill."""

    id: int
    channel: str
    external_id: str
    offer_id: int | None
    ailing: bool


def sent(conn: Connection, taken: Sequence[Sent], offer_timeout: timedelta) -> None:
    """The channel took them: an offer's minutes begin now."""
    for one in taken:
        conn.run(_SENT, id=one.id, external=one.external_id, at=conn.now)
        if one.offer_id is not None:
            offers.start_minutes(conn, one.offer_id, conn.now, offer_timeout)
            conn.wake("deadlines")
    for channel in {one.channel for one in taken if one.ailing}:
        lines.recovered(conn, channel)


def again(conn: Connection, message_id: int, failure: SendFailed, delay: timedelta) -> None:
    """Surely not sent: try later."""
    conn.run(_AGAIN, id=message_id, due=conn.now + delay, error=masked(str(failure))[:500], code=failure.code)


def fail(conn: Connection, message_id: int, error: str, code: int | None = None) -> bool:
    """It will not go out; False when its outcome was known already."""
    return bool(conn.run(_FAIL, id=message_id, error=masked(error)[:500], code=code))


def as_template(conn: Connection, message_id: int) -> bool:
    """The window was closed after all: send the template twin, once; False when there is none or it was tried."""
    return bool(conn.run(_AS_TEMPLATE, id=message_id, at=conn.now, code=WINDOW_CLOSED_CODE))


def times_failed(conn: Connection, message_id: int) -> int:
    """How often the channel took it and then reported a failure; 0 where its reports do not bear our key."""
    row = conn.one(_TIMES_FAILED, id=message_id)
    return int(row["times"]) if row else 0


def anew(conn: Connection, message_id: int, failure: SendFailed, delay: timedelta) -> None:
    """The channel took it and then could not deliver it, for a reason that passes: send it anew."""
    conn.run(_ANEW, id=message_id, due=conn.now + delay, error=masked(str(failure))[:500], code=failure.code)
    conn.wake("outbox")


def reroute(conn: Connection, message_id: int, channel: str, error: str) -> bool:
    """Try it on another channel; False when its outcome was known already."""
    conn.wake("outbox")
    return bool(conn.run(_REROUTE, id=message_id, channel=channel, at=conn.now, error=masked(error)[:500]))


def extend_leases(conn: Connection, lease_seconds: Mapping[str, float]) -> None:
    """A process that starts waits a full lease for receipts that were on their way while nobody listened."""
    rows: Iterable[Row] = (
        {"channel": channel, "lease": conn.now + timedelta(seconds=seconds)}
        for channel, seconds in lease_seconds.items()
    )
    conn.many(_EXTEND, rows)
