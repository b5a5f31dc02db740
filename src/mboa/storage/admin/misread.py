"""Messages that were misread, with what they meant: to be looked at, and to become test cases."""

from dataclasses import dataclass
from typing import Any

import orjson

from mboa.channels.numbers import masked
from mboa.storage.sealing import whole
from mboa.storage.store import Connection, Row

_MARK = """
INSERT INTO misreadings (message_id, account_id, intent, service, place, note, created_at)
VALUES (:message, :account, :intent, :service, :place, :note, :at)
ON CONFLICT (message_id) DO UPDATE SET account_id = :account, intent = :intent, service = :service, place = :place,
       note = :note, created_at = :at"""
_UNMARK = "DELETE FROM misreadings WHERE message_id = :message"
_COLUMNS = """
SELECT x.id, x.message_id, x.intent, x.service, x.place, x.note, x.created_at, a.email AS marked_by, m.contact_id,
       m.text, m.full_sealed, m.understood_json
FROM misreadings x JOIN messages m ON m.id = x.message_id LEFT JOIN accounts a ON a.id = x.account_id"""
_PAGE = f"{_COLUMNS} WHERE x.id < :before ORDER BY x.id DESC LIMIT :most"
_NEXT = f"{_COLUMNS} WHERE x.id > :after ORDER BY x.id LIMIT :most"
_OF = f"{_COLUMNS} WHERE x.message_id = :message"


@dataclass(frozen=True, slots=True)
class Meant:
    """What the message says in an operator's judgement; ``service`` and ``place`` are ``None`` when not said."""

    intent: str
    service: str | None
    place: str | None
    note: str


def mark(conn: Connection, message_id: int, account_id: int, meant: Meant) -> None:
    """Take it down, in place of what was taken down before."""
    conn.run(
        _MARK,
        message=message_id,
        account=account_id,
        intent=meant.intent,
        service=meant.service,
        place=meant.place and masked(meant.place),
        note=masked(meant.note),
        at=conn.now,
    )


def unmark(conn: Connection, message_id: int) -> bool:
    """It was read rightly after all; False when nobody had marked it."""
    return bool(conn.run(_UNMARK, message=message_id))


def of_message(conn: Connection, message_id: int) -> Row | None:
    """The mark on a message."""
    row = conn.one(_OF, message=message_id)
    return _with_reading(row) if row else None


def page(conn: Connection, before: int, most: int) -> list[Row]:
    """Up to ``most`` marks with an id below ``before``, newest first."""
    return [_with_reading(row) for row in conn.all(_PAGE, before=before, most=most)]


def following(conn: Connection, after: int, most: int) -> list[Row]:
    """Up to ``most`` marks with an id above ``after``, oldest first."""
    return [_with_reading(row) for row in conn.all(_NEXT, after=after, most=most)]


def _with_reading(row: Row) -> Row:
    """Add ``understood``: what the house read at the time."""
    whole(row)
    understood: dict[str, Any] = orjson.loads(row.pop("understood_json") or "{}")
    return row | {"understood": understood}
