"""Accounts as they are shown: who may come in, and who is in. No hash and no secret leaves here."""

from typing import Any

from mboa.storage.admin import accounts, sessions, tokens
from mboa.storage.admin.accounts import Record
from mboa.storage.store import Connection, Row


def everybody(conn: Connection) -> list[dict[str, Any]]:
    """All accounts with their live sessions and tokens in force."""
    in_force = (sessions.live(conn), tokens.in_force(conn))
    return [_shown(record, *in_force) for record in accounts.everybody(conn)]


def one(conn: Connection, account_id: int) -> dict[str, Any] | None:
    """One account."""
    record = accounts.by_id(conn, account_id)
    if record is None:
        return None
    return _shown(record, sessions.live(conn, account_id), tokens.in_force(conn, account_id))


def _shown(record: Record, live: list[Row], in_force: list[Row]) -> dict[str, Any]:
    who = record.account
    return {
        "id": who.id,
        "email": who.email,
        "role": who.role,
        "language": who.language,
        "active": record.active,
        "second_factor": record.has_second_factor,
        "password": record.password_hash is not None,
        "created_at": record.created_at,
        "sessions": [without_owner(row) for row in live if row["account_id"] == who.id],
        "tokens": [without_owner(row) for row in in_force if row["account_id"] == who.id],
    }


def without_owner(row: Row) -> Row:
    """A session or a token below the account that it belongs to."""
    return {name: value for name, value in row.items() if name != "account_id"}
