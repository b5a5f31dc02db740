"""Messages in: heard once for ever, parked when they cannot be (``arrivals`` keeps them)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Literal

import orjson

from mboa.channels.numbers import masked
from mboa.storage import floods
from mboa.storage.sealing import masked_json, whole
from mboa.storage.store import Connection, Row

HouseQuestion = Literal["offer_answer", "rating", "confirmation"]
ATTEMPTS = 5
# A provider's words are read as an answer to an offer for this long after it was made.
LATE_ANSWER = timedelta(hours=24)

_UNREAD = """
SELECT m.contact_id, m.id, m.kind, m.text, m.body_json, m.full_sealed, m.channel, m.created_at,
       (SELECT o.offer_id FROM messages o WHERE o.channel = m.channel AND o.external_id = m.reply_to) AS offer_id,
       m.kept_at, COALESCE(m.written_at, m.created_at) AS said_at,
       c.version, c.expecting, c.is_provider, c.held_until_at,
       (SELECT MIN(r.id) FROM requests r WHERE r.client_id = c.id) AS first_request{more}
FROM messages m JOIN contacts c ON c.id = m.contact_id WHERE m.status = 'received' AND """
_LONG_AGO = ", (SELECT due.long_ago_at FROM due WHERE due.contact_id = m.contact_id) AS long_ago_at"
_IN_ORDER = " ORDER BY m.contact_id, COALESCE(m.written_at, m.created_at), m.id"
# The plus keeps SQLite from walking through everybody in the order of their ids, whether due or not.
_DUE = f"""WITH due AS MATERIALIZED (
    SELECT w.contact_id, ({floods.LONG_AGO.format(contact="w.contact_id")}) AS long_ago_at
    FROM (SELECT +contact_id AS contact_id FROM messages WHERE status = 'received' AND due_at <= :now
          GROUP BY +contact_id ORDER BY MIN(due_at), MIN(id) LIMIT :most) w
) {_UNREAD.format(more=_LONG_AGO)} m.contact_id IN (SELECT contact_id FROM due) {_IN_ORDER}"""
_ALONE = f"{_UNREAD.format(more='')} m.id = :id {_IN_ORDER}"
_HEARD = """
UPDATE messages SET status = 'understood', understood_json = :understood, due_at = NULL
WHERE id = :id AND status = 'received'"""
_LEAVE = """
UPDATE messages SET status = 'received', due_at = :until, kept_at = COALESCE(kept_at, :now)
WHERE id = :id AND status IN ('received', 'understood')"""
_PUT_ASIDE = "UPDATE messages SET status = 'understood', due_at = NULL WHERE id = :id AND status = 'received'"
_HAS_OFFER = """
SELECT 1 AS yes FROM offers o JOIN providers p ON p.id = o.provider_id
WHERE p.contact_id = :contact AND o.status = 'open' LIMIT 1"""
_HAD_OFFER = """
SELECT o.status FROM offers o JOIN providers p ON p.id = o.provider_id
WHERE p.contact_id = :contact AND o.offered_at > :since ORDER BY o.id DESC LIMIT 1"""
_RECENT = """
SELECT status, due_kind, progress, rating, closed_at FROM requests WHERE client_id = :contact
ORDER BY id DESC LIMIT 3"""
_ATTACH = "UPDATE messages SET request_id = :request WHERE id = :id"
_MEDIA = """
SELECT id, kind, body_json, full_sealed FROM messages
WHERE request_id = :request AND direction = 'in' AND kind IN ('audio', 'image', 'video', 'document') ORDER BY id"""
_FAILED = """
UPDATE messages SET attempts = attempts + 1, error = :error, due_at = :again,
       status = CASE WHEN attempts + 1 >= :most THEN 'parked' ELSE status END
WHERE id = :id AND status = 'received'"""
_NEXT = "SELECT MIN(due_at) AS due_at FROM messages WHERE status = 'received'"


@dataclass(frozen=True, slots=True)
class Unread:
    """One person's unread messages (``rows``) and what he was asked: the basis of one reading.

    ``expecting`` is what the conversation asked last, ``house_question`` what the house asked on its own account: an
    offer to answer, a job to rate, whether the search should go on. ``version`` is the person's: when it has moved by
    the time the reading is applied, it is read again.

    ``is_held`` says that an operator answers this person. ``aside`` are the ids of messages that waited for one and are
    not to be read now: because he still holds the conversation, or because they are too old to be answered by a bot.
    ``is_flood``: he writes much faster than anybody can be answered.
    """

    contact_id: int
    version: int
    expecting: str | None
    house_question: HouseQuestion | None
    rows: tuple[Row, ...]
    is_held: bool = False
    aside: tuple[int, ...] = ()
    is_flood: bool = False


def due(conn: Connection, most: int, freshness: timedelta) -> list[Unread]:
    """Everybody whose burst is over, with all his unread messages in the order they were written (Meta's timestamp;
    webhooks keep no order). What waited for an operator for longer than ``freshness`` is not read any more."""
    found = groupby(map(whole, conn.all(_DUE, now=conn.now, most=most)), key=itemgetter("contact_id"))
    bursts = sorted((tuple(rows) for _, rows in found), key=_arrival)
    return [_unread(conn, rows, freshness) for rows in bursts]


def _arrival(rows: tuple[Row, ...]) -> int:
    """Whoever was received first is heard first."""
    return min(int(row["id"]) for row in rows)


def alone(conn: Connection, message_id: int, freshness: timedelta) -> Unread | None:
    """One unread message without its neighbours; ``None`` when it was heard meanwhile."""
    rows = [whole(row) for row in conn.all(_ALONE, id=message_id)]
    return _unread(conn, tuple(rows), freshness) if rows else None


def _unread(conn: Connection, rows: tuple[Row, ...], freshness: timedelta) -> Unread:
    person = rows[0]
    held = person["held_until_at"] is not None and person["held_until_at"] > conn.now
    aside = [row for row in rows if row["kept_at"] and (held or conn.now - row["created_at"] > freshness)]
    asked = _house_question(conn, person) if person["is_provider"] or person["first_request"] else None
    return Unread(
        person["contact_id"],
        person["version"],
        person["expecting"],
        asked,
        tuple(row for row in rows if row not in aside) if aside else rows,
        held,
        tuple(row["id"] for row in aside),
        floods.is_flood(rows, conn.now),
    )


def _house_question(conn: Connection, person: Row) -> HouseQuestion | None:
    contact_id, is_provider = person["contact_id"], person["is_provider"]
    if is_provider and conn.one(_HAS_OFFER, contact=contact_id) is not None:
        return "offer_answer"
    for row in conn.all(_RECENT, contact=contact_id):
        if row["closed_at"] is None and row["due_kind"] == "give_up":
            return "confirmation"
        if row["rating"] is None and (row["progress"] == "done" or row["status"] == "completed"):
            return "rating"
    last = conn.one(_HAD_OFFER, contact=contact_id, since=conn.now - LATE_ANSWER) if is_provider else None
    # Once he has taken it, "j'arrive" is news of the job and no answer any more.
    return "offer_answer" if last is not None and last["status"] != "accepted" else None


def heard(conn: Connection, message_id: int, understood: str) -> bool:
    """Mark a message as heard; False when another worker was first."""
    return bool(conn.run(_HEARD, id=message_id, understood=masked_json(understood)))


def leave(conn: Connection, message_ids: Iterable[int], until: datetime | None) -> None:
    """These wait for whoever holds the conversation, and are heard when nobody does any more."""
    conn.many(_LEAVE, [{"id": message_id, "until": until, "now": conn.now} for message_id in message_ids])


def put_aside(conn: Connection, message_ids: Iterable[int]) -> None:
    """Nobody will answer these any more; they stay in the conversation."""
    conn.many(_PUT_ASIDE, [{"id": message_id} for message_id in message_ids])


def attach(conn: Connection, message_ids: tuple[int, ...], request_id: int) -> None:
    """Note that messages belong to a request."""
    conn.many(_ATTACH, [{"id": message_id, "request": request_id} for message_id in message_ids])


def media_of(conn: Connection, request_id: int) -> list[Row]:
    """The voice notes and pictures of a request: ``id``, ``kind``, ``media_id``."""
    return [{**whole(row), **orjson.loads(row["body_json"])} for row in conn.all(_MEDIA, request=request_id)]


def failed(conn: Connection, message_ids: Iterable[int], error: str) -> None:
    """Hearing these messages raised: try again later, and park them after five tries so that others go on."""
    again = conn.now + timedelta(seconds=2)
    conn.many(
        _FAILED,
        [{"id": number, "error": masked(error)[:500], "again": again, "most": ATTEMPTS} for number in message_ids],
    )


def next_due(conn: Connection) -> datetime | None:
    """When the earliest unread message is due."""
    row = conn.one(_NEXT)
    due_at: datetime | None = row["due_at"] if row else None
    return due_at
