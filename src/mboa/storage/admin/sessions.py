"""Sessions: a browser that has come in. They end by themselves, by a click, and with every change of the account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mboa.storage.admin import secrets
from mboa.storage.admin.accounts import Account, account_of
from mboa.storage.store import Connection, Row

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
# How long somebody whose password was right may take to find the code.
CODE_PATIENCE = timedelta(minutes=10)
# A row written for every click would cost more than it tells.
TOUCH_EVERY = timedelta(minutes=1)
BROWSER_CHARS = 60

Stage = Literal["code", "open"]
Via = Literal["password", "sign-in"]

_LIVE = """
s.seen_at > :idle AND s.created_at > :oldest AND (s.stage = 'open' OR s.created_at > :half) AND a.active"""
_BY_HASH = f"""
SELECT s.id, s.account_id, s.stage, s.via, s.seen_at, a.email, a.role, a.language, a.totp_secret
FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE s.hash = :hash AND {_LIVE}"""
_LIST = f"""
SELECT s.id, s.account_id, s.ip, s.browser, s.created_at, s.seen_at
FROM sessions s JOIN accounts a ON a.id = s.account_id
WHERE (CAST(:account AS BIGINT) IS NULL OR s.account_id = :account) AND s.stage = 'open' AND {_LIVE}
ORDER BY s.seen_at DESC LIMIT 500"""
_NEW = """
INSERT INTO sessions (account_id, hash, stage, via, ip, browser, created_at, seen_at)
VALUES (:account, :hash, :stage, :via, :ip, :browser, :at, :at) RETURNING id"""
_TOUCH = "UPDATE sessions SET seen_at = :at, ip = :ip WHERE id = :id"
_END = "DELETE FROM sessions WHERE id = :id AND account_id = :account"
_END_OF = "DELETE FROM sessions WHERE account_id = :account AND id <> :but"
_END_OLD = "DELETE FROM sessions WHERE seen_at < :idle OR created_at < :oldest"


@dataclass(frozen=True, slots=True)
class Session:
    """A live session and whose it is. ``is_stale``: it was last seen long enough ago to be worth a write."""

    id: int
    account: Account
    stage: Stage
    via: Via
    has_second_factor: bool
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: the address (an IPv6 network of 64 bits counts as one), and the browser in a few words."""

    ip: str
    browser: str


def begin(conn: Connection, account_id: int, client: Client, stage: Stage, via: Via = "password") -> str:
    """A new session; returns the secret for the cookie. Those that ended meanwhile are swept out."""
    conn.run(_END_OLD, idle=conn.now - IDLE, oldest=conn.now - LONGEST)
    secret = secrets.new()
    conn.run(
        _NEW,
        account=account_id,
        hash=secrets.digest(secret),
        stage=stage,
        via=via,
        ip=client.ip,
        browser=client.browser[:BROWSER_CHARS],
        at=conn.now,
    )
    return secret


def find(conn: Connection, secret: str) -> Session | None:
    """The live session of a cookie, of an active account."""
    row = conn.one(_BY_HASH, hash=secrets.digest(secret), **_bounds(conn))
    if row is None:
        return None
    second, stale = row["totp_secret"] is not None, conn.now - row["seen_at"] >= TOUCH_EVERY
    return Session(row["id"], account_of(row, "account_"), row["stage"], row["via"], second, stale)


def touch(conn: Connection, session_id: int, ip: str) -> None:
    """It was used just now, from here."""
    conn.run(_TOUCH, id=session_id, ip=ip, at=conn.now)


def live(conn: Connection, account_id: int | None = None) -> list[Row]:
    """Sessions of one account, or of all: id, account_id, ip, browser, created_at, seen_at; last seen first."""
    return conn.all(_LIST, account=account_id, **_bounds(conn))


def end(conn: Connection, session_id: int, account_id: int) -> bool:
    """End one of an account's sessions; False when it has no such one."""
    return bool(conn.run(_END, id=session_id, account=account_id))


def end_all(conn: Connection, account_id: int, but: int = 0) -> int:
    """End an account's sessions, all or all ``but`` one; how many those were."""
    return conn.run(_END_OF, account=account_id, but=but)


def _bounds(conn: Connection) -> dict[str, datetime]:
    return {"idle": conn.now - IDLE, "oldest": conn.now - LONGEST, "half": conn.now - CODE_PATIENCE}
