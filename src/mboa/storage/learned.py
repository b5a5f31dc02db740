"""Words that operators taught the understanding: who, when, from which message; and taken back."""

from mboa.storage.sealing import whole
from mboa.storage.store import Connection, Row

_IN_FORCE = "SELECT phrase, kind, meaning FROM learned_words WHERE revoked_at IS NULL ORDER BY id"
_ADD = """
INSERT INTO learned_words (phrase, kind, meaning, message_id, account_id, created_at)
VALUES (:phrase, :kind, :meaning, :message, :account, :now) ON CONFLICT DO NOTHING"""
_ID = "SELECT id FROM learned_words WHERE phrase = :phrase AND revoked_at IS NULL"
_REVOKE = """
UPDATE learned_words SET revoked_by = :account, revoked_at = :now WHERE id = :id AND revoked_at IS NULL"""
_ALL = """
SELECT w.id, w.phrase, w.kind, w.meaning, w.message_id, w.created_at, w.revoked_at, a.email AS learned_by,
       m.text, m.full_sealed, m.understood_json
FROM learned_words w LEFT JOIN accounts a ON a.id = w.account_id LEFT JOIN messages m ON m.id = w.message_id
WHERE w.revoked_at IS NULL ORDER BY w.id"""
_ONE = "SELECT id, phrase, kind, meaning, revoked_at FROM learned_words WHERE id = :id"


def in_force(conn: Connection) -> list[Row]:
    """``phrase``, ``kind`` and ``meaning`` of each, oldest first."""
    return conn.all(_IN_FORCE)


def add(conn: Connection, lesson: Row, account_id: int, message_id: int | None) -> int | None:
    """Take a lesson (``phrase``, ``kind``, ``meaning``) down; its id, or ``None`` when the phrase means something."""
    if not conn.run(_ADD, message=message_id, account=account_id, now=conn.now, **lesson):
        return None
    row = conn.one(_ID, phrase=lesson["phrase"])
    return int(row["id"]) if row else None


def revoke(conn: Connection, lesson_id: int, account_id: int) -> Row | None:
    """Take it back; the lesson, or ``None`` when it was none in force."""
    row = conn.one(_ONE, id=lesson_id)
    return row if row and conn.run(_REVOKE, id=lesson_id, account=account_id, now=conn.now) else None


def everything(conn: Connection) -> list[Row]:
    """Those in force with who taught them and the message they came from."""
    return [whole(row) for row in conn.all(_ALL)]
