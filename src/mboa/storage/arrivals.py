"""Messages come in: a few statements keep many of them, each once, before they are answered for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby

import orjson

from mboa.channels.base import Inbound, Parked
from mboa.channels.numbers import masked
from mboa.storage import erasure, people
from mboa.storage.recognition import Arrival, Known
from mboa.storage.sealing import guarded, sealed_whole
from mboa.storage.store import Connection, Row

# Nothing to answer: they are kept for the record only.
SILENT = frozenset({"reaction", "revoked", "number_changed", "identity_changed"})
# What is due later than this the loop finds by itself: it looks once a second.
UNSEEN_FOR = timedelta(seconds=1)
# Answers to closed questions are heard at once; only descriptions wait for the rest of the burst.
CLOSED_QUESTIONS = frozenset({"confirmation", "cancel", "erase", "phone", "comment", "cancel_reason"})

_KEEP = """
INSERT INTO messages (direction, channel, contact_id, external_id, kind, text, reply_to, body_json, full_sealed, status,
                      due_at, written_at, created_at)
VALUES ('in', :channel, :contact, :external, :kind, :text, :reply_to, :body_json, :full, :status, :due, :written, :at)
ON CONFLICT DO NOTHING"""
_PARK = """
INSERT INTO messages (direction, channel, external_id, kind, body_json, full_sealed, status, error, created_at)
VALUES ('in', :channel, :external, 'unreadable', :body, :full, 'parked', :reason, :at) ON CONFLICT DO NOTHING"""


def keep(conn: Connection, messages: Sequence[Inbound], burst: timedelta) -> None:
    """Keep messages, in their order; ids seen before change nothing.

    ``burst`` is how long one person's descriptions are gathered before they are heard.
    """
    # A change of somebody's addresses stands alone: who writes after it is looked up anew.
    for (channel, successor), together in groupby(messages, key=lambda message: (message.channel, message.successor)):
        alone = successor is not None
        for some in ([message] for message in together) if alone else (list(together),):
            _keep(conn, channel, some, burst)


def _keep(conn: Connection, channel: str, messages: Sequence[Inbound], burst: timedelta) -> None:
    arrival = Arrival(conn, channel, [message.sender for message in messages])
    strangers = [message.external_id for message in messages if not arrival.is_known(message.sender)]
    again = erasure.delivered_again(conn, channel, strangers)
    kept = [message for message in messages if message.external_id not in again]
    senders = arrival.enter([message.sender for message in kept])
    rows = [_row(conn, message, sender, burst) for message, sender in zip(kept, senders, strict=True)]
    new = conn.many(_KEEP, rows) if rows else 0
    if any(row["due"] is not None and row["due"] < conn.now + UNSEEN_FOR for row in rows):
        conn.wake("inbox")
    if new and kept[0].successor is not None:
        people.change_addresses(conn, senders[0].contact_id, channel, kept[0].successor)


def _row(conn: Connection, message: Inbound, sender: Known, burst: timedelta) -> Row:
    silent = message.kind in SILENT
    body = {
        "payload": message.payload,
        "latitude": message.latitude,
        "longitude": message.longitude,
        "media_id": message.media_id,
        "media_type": message.media_type,
        "phone_given": message.phone_given,
        "referral": message.referral,
    }
    given = {name: value for name, value in body.items() if value is not None}
    return {
        "channel": message.channel,
        "contact": sender.contact_id,
        "external": message.external_id,
        "kind": message.kind,
        "reply_to": message.reply_to,
        "status": "understood" if silent else "received",
        "due": None if silent else _due(conn.now, message, sender, burst),
        "written": message.sent_at,
        "at": conn.now,
        **guarded(conn, text=message.text, body_json=orjson.dumps(given).decode()),
    }


def _due(now: datetime, message: Inbound, sender: Known, burst: timedelta) -> datetime:
    if sender.calm_until_at is not None and sender.calm_until_at > now:
        return sender.calm_until_at
    answering = sender.has_offer or sender.expecting in CLOSED_QUESTIONS
    stop = message.text.strip(" .!").casefold() == "stop"
    return now if message.kind != "text" or answering or stop else now + burst


def park(conn: Connection, parked: Parked) -> None:
    """Keep what nobody could read. The same comes again for seven days: one row for it is enough."""
    digest = sha256(parked.raw.encode()).hexdigest()
    # What may be a number is hidden, be it one or not.
    shown, whole_body = (orjson.dumps({"raw": raw}).decode() for raw in (masked(parked.raw, doubtful=True), parked.raw))
    full = sealed_whole(conn.keys, {"body_json": whole_body}, {"body_json": shown}) if shown != whole_body else None
    named = {"channel": parked.channel, "external": f"parked:{digest}", "reason": masked(parked.reason)}
    conn.run(_PARK, body=shown, full=full, at=conn.now, **named)
