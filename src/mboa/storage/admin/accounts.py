"""Accounts: who may come in, and as what. No account exists until somebody makes one; none is ever deleted."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from mboa.storage.store import Connection, Row

Role = Literal["viewer", "operator", "owner"]
Language = Literal["fr", "en"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the least to the most: each may do what those before it may."""
LANGUAGES: tuple[Language, ...] = get_args(Language)

# RFC 5321, section 4.5.3.1.3, less the angle brackets.
EMAIL_CHARS = 254
# What any address has; whether somebody reads it there, only a letter could tell.
_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\".]+(\.[^@\s<>\".]+)+")

_COLUMNS = "id, email, role, language, active, password_hash, totp_secret, totp_pending, totp_step, created_at"
_BY_ID = f"SELECT {_COLUMNS} FROM accounts WHERE id = :id"
_BY_EMAIL = f"SELECT {_COLUMNS} FROM accounts WHERE email = :email"
_ALL = f"SELECT {_COLUMNS} FROM accounts ORDER BY id LIMIT :most"
_NEW = """
INSERT INTO accounts (email, role, language, created_at) VALUES (:email, :role, :language, :at)
ON CONFLICT DO NOTHING RETURNING id"""
# Locks every owner: two who leave office at the same moment see each other.
_OWNERS = "SELECT id FROM accounts WHERE role = 'owner' AND active ORDER BY id FOR UPDATE"
_ROLE = "UPDATE accounts SET role = :role WHERE id = :id"
_ACTIVE = "UPDATE accounts SET active = :active WHERE id = :id"
_LANGUAGE = "UPDATE accounts SET language = :language WHERE id = :id"
_PASSWORD = "UPDATE accounts SET password_hash = :hash WHERE id = :id"  # noqa: S105 - a statement
_MOST = 500


class LastOwner(Exception):
    """Without this owner nobody could come in as one."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who has come in: what pages and rules need to know of him."""

    id: int
    email: str
    role: Role
    language: Language

    def may(self, role: Role) -> bool:
        """Whether his role is this one or a higher one."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, slots=True)
class Record:
    """An account with what is kept of it, the secrets of its second factor sealed: never shown as a whole."""

    account: Account
    active: bool
    password_hash: str | None
    totp_secret: str | None
    totp_pending: str | None
    totp_step: int
    created_at: datetime

    @property
    def has_second_factor(self) -> bool:
        """Whether a code is asked for after the password."""
        return self.totp_secret is not None


def account_of(row: Row, prefix: str = "") -> Account:
    """An account from a row with its columns."""
    role, language = cast("Role", row["role"]), cast("Language", row["language"])
    return Account(int(row[f"{prefix}id"]), str(row["email"]), role, language)


def _record(row: Row | None) -> Record | None:
    if row is None:
        return None
    kept = {name: row[name] for name in ("password_hash", "totp_secret", "totp_pending", "totp_step", "created_at")}
    return Record(account_of(row), bool(row["active"]), **kept)


def normal(email: str) -> str:
    """An e-mail address as it is compared; without NUL, which PostgreSQL takes in no text."""
    return email.replace("\0", "").strip().lower()


def is_email(text: str) -> bool:
    """Whether this can be an e-mail address."""
    return len(text) <= EMAIL_CHARS and text.isprintable() and _EMAIL.fullmatch(normal(text)) is not None


def by_id(conn: Connection, account_id: int, *, lock: bool = False) -> Record | None:
    """The account with this id."""
    return _record(conn.one(_BY_ID + (" FOR UPDATE" if lock else ""), id=account_id))


def by_email(conn: Connection, email: str) -> Record | None:
    """The account with this e-mail address, in whatever letters."""
    return _record(conn.one(_BY_EMAIL, email=normal(email)))


def everybody(conn: Connection) -> list[Record]:
    """All accounts, oldest first (500 at most)."""
    return [record for row in conn.all(_ALL, most=_MOST) if (record := _record(row))]


def create(conn: Connection, email: str, role: Role, language: Language = "fr") -> Account | None:
    """A new account without a password; ``None`` when the address has one already."""
    row = conn.one(_NEW, email=normal(email), role=role, language=language, at=conn.now)
    return Account(int(row["id"]), normal(email), role, language) if row else None


def set_role(conn: Connection, account_id: int, role: Role) -> None:
    """Give another role; raises :class:`LastOwner`."""
    if role != "owner":
        _refuse_last_owner(conn, account_id)
    conn.run(_ROLE, id=account_id, role=role)


def set_active(conn: Connection, account_id: int, active: bool) -> None:
    """Close or open an account; raises :class:`LastOwner`."""
    if not active:
        _refuse_last_owner(conn, account_id)
    conn.run(_ACTIVE, id=account_id, active=active)


def _refuse_last_owner(conn: Connection, account_id: int) -> None:
    if [row["id"] for row in conn.all(_OWNERS)] == [account_id]:
        raise LastOwner


def set_language(conn: Connection, account_id: int, language: Language) -> None:
    """The language of his pages."""
    conn.run(_LANGUAGE, id=account_id, language=language)


def set_password(conn: Connection, account_id: int, password_hash: str) -> None:
    """Keep the argon2 hash of a new password."""
    conn.run(_PASSWORD, id=account_id, hash=password_hash)
