"""Guessing is slow: after a few failures each try waits twice as long as the one before, up to a quarter of an hour.

A try is counted before it is checked, and taken back when it was right: many tries at the same moment, on whatever
processes, are as slow as one after the other. What is counted: the account's name as it was typed (known or not, so
that nobody learns which exist), and the address that asks. Nobody is locked out for ever by a stranger's guesses: the
wait has an end, an address that the account came in from before is counted by itself, and sessions and one-time links
are not touched.
"""

from datetime import datetime, timedelta

from mboa.storage.admin import secrets
from mboa.storage.admin.accounts import normal
from mboa.storage.store import Connection

FREE_TRIES = 5
# Many people may share one address: behind a mobile network's, or an office's.
FREE_TRIES_OF_ADDRESS = 20
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
PLACE_KEPT = timedelta(days=60)
_DOUBLINGS = 10

_KNOWN = """
SELECT 1 AS known FROM known_places k JOIN accounts a ON a.id = k.account_id
WHERE a.email = :email AND k.ip = :ip AND k.seen_at > :since"""
_REMEMBER = """
INSERT INTO known_places (account_id, ip, seen_at) VALUES (:account, :ip, :at)
ON CONFLICT (account_id, ip) DO UPDATE SET seen_at = excluded.seen_at"""
_FORGET_PLACES = "DELETE FROM known_places WHERE account_id = :account AND seen_at < :since"
_ENTER = """
INSERT INTO login_failures (subject, failures, failed_at) VALUES (:subject, 0, :at) ON CONFLICT DO NOTHING"""
_LOCK = "SELECT failures, failed_at, blocked_until_at FROM login_failures WHERE subject = :subject FOR UPDATE"
_COUNT = """
UPDATE login_failures SET failures = :failures, failed_at = :at, blocked_until_at = :until WHERE subject = :subject"""
_CLEAR = "DELETE FROM login_failures WHERE subject = :subject"
_TAKE_BACK = """
UPDATE login_failures SET failures = failures - 1, blocked_until_at = NULL WHERE subject = :subject AND failures > 0"""
_SWEEP = """
DELETE FROM login_failures WHERE subject IN (
    SELECT subject FROM login_failures WHERE failed_at < :before ORDER BY failed_at LIMIT 50 FOR UPDATE SKIP LOCKED)"""


def attempt(conn: Connection, what: str, email: str, ip: str) -> timedelta:
    """Count a try of ``what`` (``password``, ``code``) for an account from an address: nothing when it may go on, else
    how long to wait; a try that must wait is not counted."""
    conn.run(_SWEEP, before=conn.now - FORGOTTEN_AFTER)
    subjects = ((_account(conn, what, email, ip), FREE_TRIES), (_address(ip), FREE_TRIES_OF_ADDRESS))
    counted = [_locked(conn, subject) for subject, _ in subjects]
    wait = max(until for _, until in counted) - conn.now
    if wait > timedelta(0):
        return wait
    for (subject, free), (failures, _) in zip(subjects, counted, strict=True):
        until = conn.now + wait_after(failures + 1 - free)
        conn.run(_COUNT, subject=subject, failures=failures + 1, at=conn.now, until=until)
    return timedelta(0)


def _locked(conn: Connection, subject: str) -> tuple[int, datetime]:
    """How often it failed lately, and until when it must wait."""
    conn.run(_ENTER, subject=subject, at=conn.now)
    row = conn.one(_LOCK, subject=subject)
    if row is None or row["failed_at"] < conn.now - FORGOTTEN_AFTER:
        return 0, conn.now
    return int(row["failures"]), row["blocked_until_at"] or conn.now


def wait_after(too_many: int) -> timedelta:
    """The wait after so many failures more than are free: 1 s, 2 s, 4 s … 15 minutes."""
    if too_many < 1:
        return timedelta(0)
    return min(FIRST_WAIT * (1 << min(too_many - 1, _DOUBLINGS)), LONGEST_WAIT)


def succeeded(conn: Connection, what: str, email: str, ip: str) -> None:
    """The try was right: the account's failures are forgotten; of the address's, this one only."""
    conn.run(_CLEAR, subject=_account(conn, what, email, ip))
    conn.run(_TAKE_BACK, subject=_address(ip))


def remember_place(conn: Connection, account_id: int, ip: str) -> None:
    """The account came in from here."""
    conn.run(_REMEMBER, account=account_id, ip=ip, at=conn.now)
    conn.run(_FORGET_PLACES, account=account_id, since=conn.now - PLACE_KEPT)


def _account(conn: Connection, what: str, email: str, ip: str) -> str:
    known = conn.one(_KNOWN, email=normal(email), ip=ip, since=conn.now - PLACE_KEPT)
    return f"{what}:{secrets.digest(normal(email))}" + (f":{ip}" if known else "")


def _address(ip: str) -> str:
    return f"address:{ip}"
