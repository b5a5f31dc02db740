"""One-time links: to choose a password, or, in the demo, to enter at once. Good for 24 hours, once."""

from datetime import timedelta
from typing import Literal

from mboa.storage.admin import secrets
from mboa.storage.store import Connection

Kind = Literal["password", "sign-in"]
GOOD_FOR = timedelta(hours=24)

_NEW = """
INSERT INTO links (hash, account_id, kind, created_at, expires_at) VALUES (:hash, :account, :kind, :at, :until)"""
_RETIRE = "DELETE FROM links WHERE account_id = :account AND used_at IS NULL"
_GOOD = """
SELECT l.account_id FROM links l JOIN accounts a ON a.id = l.account_id
WHERE l.hash = :hash AND l.kind = :kind AND l.used_at IS NULL AND l.expires_at > :at AND a.active"""
_USE = "UPDATE links SET used_at = :at WHERE hash = :hash AND used_at IS NULL"


def create(conn: Connection, account_id: int, kind: Kind = "password") -> str:
    """A new link's secret; earlier ones of the account that nobody used are good no longer."""
    conn.run(_RETIRE, account=account_id)
    secret = secrets.new()
    until = conn.now + GOOD_FOR
    conn.run(_NEW, hash=secrets.digest(secret), account=account_id, kind=kind, at=conn.now, until=until)
    return secret


def good(conn: Connection, secret: str, kind: Kind) -> int | None:
    """The account that this link still leads to."""
    row = conn.one(_GOOD, hash=secrets.digest(secret), kind=kind, at=conn.now)
    return int(row["account_id"]) if row else None


def use(conn: Connection, secret: str, kind: Kind) -> int | None:
    """Use the link up: its account, or ``None`` when it is not good, or somebody was faster."""
    account_id = good(conn, secret, kind)
    used = account_id is not None and conn.run(_USE, hash=secrets.digest(secret), at=conn.now)
    return account_id if used else None
