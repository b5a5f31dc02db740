"""What could not be read or heard: shown to people, and tried again when they say so."""

from mboa.storage.sealing import whole
from mboa.storage.store import Connection, Row

_PARKED = """
SELECT id, created_at, channel, contact_id, kind, error, text, body_json, full_sealed FROM messages
WHERE direction = 'in' AND status = 'parked' ORDER BY id"""
_PAGE = """
SELECT id, created_at, channel, contact_id, kind, error FROM messages
WHERE status = 'parked' AND id < :before ORDER BY id DESC LIMIT :most"""
_ONE = """
SELECT id, created_at, channel, contact_id, kind, error, text, body_json, full_sealed FROM messages
WHERE status = 'parked' AND id = :id"""
_HEAR_AGAIN = """
UPDATE messages SET status = 'received', attempts = 0, due_at = :now, error = NULL
WHERE id = :id AND status = 'parked' AND contact_id IS NOT NULL"""
_READ = "UPDATE messages SET status = 'understood', error = 'read later' WHERE id = :id AND status = 'parked'"


def parked(conn: Connection) -> list[Row]:
    """Every parked row, oldest first; without a ``contact_id`` it is a piece of a webhook that nobody could read."""
    return [whole(row) for row in conn.all(_PARKED)]


def page(conn: Connection, before: int, most: int) -> list[Row]:
    """Up to ``most`` parked rows with an id below ``before``, newest first, without what is in them."""
    return conn.all(_PAGE, before=before, most=most)


def by_id(conn: Connection, message_id: int) -> Row | None:
    """One row that is parked still."""
    row = conn.one(_ONE, id=message_id)
    return whole(row) if row else None


def hear_again(conn: Connection, message_id: int) -> bool:
    """Have a message heard once more, as if it had just come; False when it is parked no longer."""
    conn.wake("inbox")
    return bool(conn.run(_HEAR_AGAIN, id=message_id, now=conn.now))


def read_later(conn: Connection, message_id: int) -> None:
    """What was in it has been kept as messages and receipts of their own."""
    conn.run(_READ, id=message_id)
