"""API tokens: they bear the role of their account, as it is when they are used."""

from dataclasses import dataclass
from datetime import timedelta

from mboa.storage.admin import secrets
from mboa.storage.admin.accounts import Account, account_of
from mboa.storage.store import Connection, Row

TOUCH_EVERY = timedelta(minutes=1)
NAME_CHARS = 60

_BY_HASH = """
SELECT t.id, t.account_id, t.used_at, a.email, a.role, a.language
FROM tokens t JOIN accounts a ON a.id = t.account_id WHERE t.hash = :hash AND t.revoked_at IS NULL AND a.active"""
_LIST = """
SELECT id, account_id, name, created_at, used_at FROM tokens
WHERE (CAST(:account AS BIGINT) IS NULL OR account_id = :account) AND revoked_at IS NULL ORDER BY id LIMIT 500"""
_NEW = """
INSERT INTO tokens (account_id, name, hash, created_at) VALUES (:account, :name, :hash, :at) RETURNING id"""
_TOUCH = "UPDATE tokens SET used_at = :at WHERE id = :id"
_REVOKE = """
UPDATE tokens SET revoked_at = :at WHERE id = :id AND account_id = :account AND revoked_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Token:
    """A token in force and whose it is. ``is_stale``: its last use stands long enough ago to be worth a write."""

    id: int
    account: Account
    is_stale: bool


def create(conn: Connection, account_id: int, name: str) -> tuple[int, str]:
    """A new token: its id and the secret, which is shown now and never again."""
    secret = secrets.new()
    row = conn.one(_NEW, account=account_id, name=name[:NAME_CHARS], hash=secrets.digest(secret), at=conn.now)
    assert row is not None
    return int(row["id"]), secret


def find(conn: Connection, secret: str) -> Token | None:
    """The token in force with this secret, of an active account."""
    row = conn.one(_BY_HASH, hash=secrets.digest(secret))
    if row is None:
        return None
    stale = row["used_at"] is None or conn.now - row["used_at"] >= TOUCH_EVERY
    return Token(row["id"], account_of(row, "account_"), stale)


def touch(conn: Connection, token_id: int) -> None:
    """It was used just now."""
    conn.run(_TOUCH, id=token_id, at=conn.now)


def in_force(conn: Connection, account_id: int | None = None) -> list[Row]:
    """Tokens of one account, or of all: id, account_id, name, created_at, used_at."""
    return conn.all(_LIST, account=account_id)


def revoke(conn: Connection, token_id: int, account_id: int) -> bool:
    """End one of an account's tokens; False when it has no such one in force."""
    return bool(conn.run(_REVOKE, id=token_id, account=account_id, at=conn.now))
