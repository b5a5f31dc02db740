"""Accounts without the web: for the command line, and for the demo's one owner."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from mboa.admin import passwords
from mboa.admin.words import words
from mboa.settings import Settings
from mboa.storage.admin import accounts, audit, links, sessions, tokens, two_factor
from mboa.storage.admin.accounts import Record, Role
from mboa.storage.store import Connection, Store
from mboa.wiring import open_store, prepare_database

DEMO_OWNER = "demo@mboa.test"
_BY_COMMAND = {"by": "command line"}


class NotDone(Exception):
    """Nothing was changed; the message says why, in one line."""


async def create(settings: Settings, email: str, role: Role, password: str | None) -> str:
    """A new account; without a password the URL of a one-time link to choose one, else an empty string.

    Raises :class:`NotDone`.
    """
    if not accounts.is_email(email):
        raise NotDone(f"{email!r} is not an e-mail address")
    password_hash = await _hash(password, email) if password is not None else None
    async with _store(settings) as store:
        secret = await store.write(_create, email, role, password_hash)
    return link_url(settings.base_url, secret) if secret else ""


async def _hash(password: str, email: str) -> str:
    why = passwords.refusal(password, accounts.normal(email))
    if why is not None:
        raise NotDone(f"this password is not taken: {words('en', 'login')[why]}")
    return await passwords.hashed(password)


def _create(conn: Connection, email: str, role: Role, password_hash: str | None) -> str | None:
    account = accounts.create(conn, email, role)
    if account is None:
        raise NotDone(f"{email} has an account already: `mboa admin link {email}` prints a link to a new password")
    secret = links.create(conn, account.id) if password_hash is None else None
    if password_hash is not None:
        accounts.set_password(conn, account.id, password_hash)
    audit.note(conn, None, "account_created", f"account:{account.id}", after={"role": role, **_BY_COMMAND})
    return secret


async def new_link(settings: Settings, email: str, *, reset: bool) -> str:
    """The URL of a one-time link to a new password; ``reset`` takes the second factor off. Raises :class:`NotDone`."""

    def make(conn: Connection, record: Record) -> str:
        account_id = record.account.id
        if reset:
            two_factor.turn_off(conn, account_id)
            sessions.end_all(conn, account_id)
        secret = links.create(conn, account_id)
        after = {"second_factor_reset": reset, **_BY_COMMAND}
        audit.note(conn, None, "link_made", f"account:{account_id}", after=after)
        return secret

    return link_url(settings.base_url, await _for(settings, email, make))


async def new_token(settings: Settings, email: str, name: str) -> str:
    """A new API token of an account, to be shown once. Raises :class:`NotDone`."""

    def make(conn: Connection, record: Record) -> str:
        token_id, secret = tokens.create(conn, record.account.id, name)
        after = {"token": token_id, **_BY_COMMAND}
        audit.note(conn, None, "token_created", f"account:{record.account.id}", after=after)
        return secret

    return await _for(settings, email, make)


async def _for(settings: Settings, email: str, make: Callable[[Connection, Record], str]) -> str:
    def find_and_make(conn: Connection) -> str:
        record = accounts.by_email(conn, email)
        if record is None or not record.active:
            raise NotDone(f"{email} has no open account: `mboa admin create` makes one")
        return make(conn, record)

    async with _store(settings) as store:
        return await store.write(find_and_make)


def link_url(base_url: str, secret: str) -> str:
    """Where a one-time link leads."""
    return f"{base_url}/admin/link/{secret}"


def demo_link(conn: Connection, base_url: str) -> str:
    """The demo's owner, made if need be, and a URL that enters as him at once, once. Good in development only."""
    record = accounts.by_email(conn, DEMO_OWNER)
    account = record.account if record else accounts.create(conn, DEMO_OWNER, "owner")
    assert account is not None
    return link_url(base_url, links.create(conn, account.id, "sign-in"))


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    prepare_database(settings)
    store = open_store(settings)
    await store.open()
    try:
        yield store
    finally:
        await store.close()
