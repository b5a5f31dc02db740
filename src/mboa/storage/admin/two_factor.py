"""The second factor: six digits of a phone that change every 30 seconds (RFC 6238), and ten recovery codes."""

from hmac import compare_digest
from secrets import choice
from typing import Literal

import pyotp

from mboa.storage.admin import secrets
from mboa.storage.admin.accounts import Record
from mboa.storage.sealing import SECOND_FACTOR
from mboa.storage.store import Connection

STEP_SECONDS = 30
# A clock may be a step wrong either way: RFC 6238, section 5.2.
DRIFT_STEPS = 1
CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another
_GROUPS, _GROUP_CHARS = 4, 4
_DIGITS = 6

_PENDING = "UPDATE accounts SET totp_pending = :secret WHERE id = :id AND totp_pending IS NULL"
_PENDING_OF = "SELECT totp_pending FROM accounts WHERE id = :id"
_TURN_ON = """
UPDATE accounts SET totp_secret = totp_pending, totp_pending = NULL, totp_step = :step
WHERE id = :id AND totp_pending = :pending"""
_TURN_OFF = "UPDATE accounts SET totp_secret = NULL, totp_pending = NULL, totp_step = 0 WHERE id = :id"
_TAKE_STEP = "UPDATE accounts SET totp_step = :step WHERE id = :id AND totp_step < :step"
_FORGET_CODES = "DELETE FROM recovery_codes WHERE account_id = :id"
_NEW_CODE = "INSERT INTO recovery_codes (account_id, hash) VALUES (:id, :hash)"
_TAKE_CODE = "UPDATE recovery_codes SET used_at = :at WHERE account_id = :id AND hash = :hash AND used_at IS NULL"
_LEFT = "SELECT COUNT(*) AS n FROM recovery_codes WHERE account_id = :id AND used_at IS NULL"


def pending(conn: Connection, account_id: int) -> str:
    """The secret that is being set up: the same until it is confirmed."""
    conn.run(_PENDING, id=account_id, secret=conn.keys.seal(pyotp.random_base32(), SECOND_FACTOR))
    row = conn.one(_PENDING_OF, id=account_id)
    assert row is not None
    return conn.keys.open(row["totp_pending"], SECOND_FACTOR)


def turn_on(conn: Connection, record: Record, code: str) -> list[str] | None:
    """Take the pending secret into use, if the code is its own: the recovery codes, shown now and never again."""
    pending = record.totp_pending
    step = _step_of(conn, pending, code) if pending else None
    if step is None or not conn.run(_TURN_ON, id=record.account.id, pending=pending, step=step):
        return None
    return new_codes(conn, record.account.id)


def turn_off(conn: Connection, account_id: int) -> None:
    """Ask for no code any more."""
    conn.run(_TURN_OFF, id=account_id)
    conn.run(_FORGET_CODES, id=account_id)


def new_codes(conn: Connection, account_id: int) -> list[str]:
    """Ten new recovery codes of 79 random bits; the old ones are void."""
    conn.run(_FORGET_CODES, id=account_id)
    codes = [
        "-".join("".join(choice(_ALPHABET) for _ in range(_GROUP_CHARS)) for _ in range(_GROUPS)) for _ in range(CODES)
    ]
    conn.many(_NEW_CODE, [{"id": account_id, "hash": _code_digest(account_id, code)} for code in codes])
    return codes


def codes_left(conn: Connection, account_id: int) -> int:
    """How many recovery codes are not used yet."""
    row = conn.one(_LEFT, id=account_id)
    return int(row["n"]) if row else 0


def take(conn: Connection, record: Record, code: str) -> Literal["totp", "recovery"] | None:
    """Accept a code once: ``totp`` or ``recovery``; ``None`` when it is wrong, or was taken before."""
    plain = code.replace(" ", "").replace("-", "").lower()
    if len(plain) == _DIGITS and plain.isascii() and plain.isdigit():
        step = _step_of(conn, record.totp_secret, plain) if record.totp_secret else None
        return "totp" if step is not None and conn.run(_TAKE_STEP, id=record.account.id, step=step) else None
    taken = conn.run(_TAKE_CODE, id=record.account.id, hash=_code_digest(record.account.id, plain), at=conn.now)
    return "recovery" if taken else None


def _step_of(conn: Connection, sealed: str, code: str) -> int | None:
    """The step whose code this is: now, or as far from it as a clock may be wrong."""
    present = int(conn.now.timestamp()) // STEP_SECONDS
    plain = code.replace(" ", "")
    secret = conn.keys.open(sealed, SECOND_FACTOR)
    totp = pyotp.TOTP(secret, digits=_DIGITS, interval=STEP_SECONDS)
    steps = range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1)
    right = [step for step in steps if compare_digest(totp.generate_otp(step).encode(), plain.encode())]
    return max(right, default=None)


def _code_digest(account_id: int, code: str) -> str:
    return secrets.digest(f"{account_id}:{code.replace('-', '')}")
