"""One conversation as it was: each message with what was understood, what was decided, and what became of it."""

from typing import Any

import orjson

from mboa.storage.sealing import whole
from mboa.storage.store import Connection, Row

_CONTACT = """
SELECT c.id, c.name, c.language, c.channel, c.opted_out, c.needs_human, c.is_provider, c.misses, c.expecting,
       c.last_inbound_at, c.held_by, c.held_until_at, c.created_at, a.email AS holder,
       (SELECT p.id FROM providers p WHERE p.contact_id = c.id) AS provider_id,
       (SELECT MAX(r.id) FROM requests r WHERE r.client_id = c.id) AS request_id,
       (SELECT MAX(m.id) FROM messages m WHERE m.contact_id = c.id AND m.direction = 'in') AS newest_in,
       (SELECT i.sealed FROM identities i WHERE i.contact_id = c.id AND i.scheme IN ('phone', 'dial')
        ORDER BY CASE i.scheme WHEN 'phone' THEN 0 ELSE 1 END, i.id DESC LIMIT 1) AS phone_sealed
FROM contacts c LEFT JOIN accounts a ON a.id = c.held_by WHERE c.id = :id"""
# Those of the view `v_messages`, and what only this page shows. `heard_at` is when he had last written before this
# went out: with `sent_at` it tells whether the text went out or its template.
_COLUMNS = """
SELECT m.id, m.channel, m.direction, m.contact_id, m.request_id, m.external_id, m.key, m.kind, m.text,
       CASE m.status WHEN 'sending' THEN 'queued' ELSE m.status END AS status, m.error, m.attempts, m.created_at,
       m.sent_at, m.error_code, m.repeats, m.due_at, m.kept_at, m.understood_json, m.body_json, m.full_sealed,
       x.id AS misread_id, x.intent AS misread_intent,
       (SELECT i.created_at FROM messages i WHERE i.contact_id = m.contact_id AND i.direction = 'in' AND i.id < m.id
        ORDER BY i.id DESC LIMIT 1) AS heard_at
FROM messages m LEFT JOIN misreadings x ON x.message_id = m.id WHERE m.contact_id = :contact"""
_PAGE = f"{_COLUMNS} AND m.id < :before ORDER BY m.id DESC LIMIT :most"
_ONE = f"{_COLUMNS} AND m.id = :id"
_WITHIN = "m.contact_id = :contact AND m.id BETWEEN :first AND :last"
_DECIDED = f"""
SELECT m.id AS message_id, e.name, e.actor, e.request_id, e.happened_at AS at, e.data_json
FROM messages m JOIN events e ON e.cause = 'message:' || m.id WHERE {_WITHIN} AND m.direction = 'in' ORDER BY e.id"""
_RECEIPT = "r.id, r.status, r.occurred_at, r.created_at, r.error, r.error_code, r.pricing_json"
_RECEIPTS = f"""
SELECT m.id AS message_id, {_RECEIPT} FROM messages m JOIN receipts r ON r.key = m.key
WHERE {_WITHIN} AND m.direction = 'out'
UNION
SELECT m.id AS message_id, {_RECEIPT} FROM messages m
JOIN receipts r ON r.channel = m.channel AND r.external_id = m.external_id
WHERE {_WITHIN} AND m.direction = 'out' ORDER BY 2"""
_REPLIES = """
SELECT contact_id, kind, text, full_sealed FROM messages
WHERE direction = 'out' AND key IN (:first, :second) ORDER BY id"""
NEWEST = 2**62


def person(conn: Connection, contact_id: int) -> Row | None:
    """Who it is, who answers him, and the newest of his requests and messages."""
    row = conn.one(_CONTACT, id=contact_id)
    if row is not None:
        for flag in ("opted_out", "needs_human", "is_provider"):
            row[flag] = bool(row[flag])
    return row


def messages(conn: Connection, contact_id: int, before: int, most: int) -> list[Row]:
    """Up to ``most`` messages with an id below ``before``, oldest first."""
    rows = conn.all(_PAGE, contact=contact_id, before=before, most=most)[::-1]
    return _with_consequences(conn, contact_id, rows)


def message(conn: Connection, contact_id: int, message_id: int) -> Row | None:
    """One message of this person."""
    rows = _with_consequences(conn, contact_id, conn.all(_ONE, contact=contact_id, id=message_id))
    return rows[0] if rows else None


def replies(conn: Connection, message_id: int) -> list[Row]:
    """What was said to a person because of this message of his: at most two messages (see ``storage/post.py``)."""
    rows = conn.all(_REPLIES, first=f"reply:message:{message_id}:0", second=f"reply:message:{message_id}:1")
    return [whole(row) for row in rows]


def _with_consequences(conn: Connection, contact_id: int, rows: list[Row]) -> list[Row]:
    """Add ``understood``, ``body``, ``decided`` and ``receipts``."""
    if not rows:
        return rows
    within = {"contact": contact_id, "first": rows[0]["id"], "last": rows[-1]["id"]}
    decided, receipts = _by_message(conn.all(_DECIDED, **within)), _by_message(conn.all(_RECEIPTS, **within))
    for row in map(whole, rows):
        row["understood"], row["body"] = _read(row.pop("understood_json")), _read(row.pop("body_json")) or {}
        row["decided"] = [one | {"data": _read(one.pop("data_json"))} for one in decided.get(row["id"], [])]
        row["receipts"] = [_receipt(one) for one in receipts.get(row["id"], [])]
    return rows


def _by_message(rows: list[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.pop("message_id"), []).append(row)
    return found


def _receipt(row: Row) -> Row:
    return {
        "status": row["status"],
        "at": row["occurred_at"] or row["created_at"],
        "error": row["error"],
        "error_code": row["error_code"],
        "pricing": _read(row["pricing_json"]),
    }


def _read(text: str | None) -> dict[str, Any] | None:
    """What stands in a column; words that are no JSON are shown as they are."""
    if not text:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"unreadable": text}
    return found if isinstance(found, dict) else {"unreadable": text}
