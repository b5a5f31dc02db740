"""An operator at the desk of the test city: signed in, by token as a program or by cookie as a browser."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from mboa.admin.origins import HOST_COOKIE
from mboa.storage.admin import accounts, sessions, tokens
from mboa.storage.admin.accounts import Account, Language, Role
from mboa.storage.admin.sessions import Client
from mboa.storage.store import Connection
from tests.city import City

ORIGIN = "https://mboa.test"
_serial = itertools.count(1)


def _enter(conn: Connection, email: str, role: Role, language: Language) -> tuple[Account, str, str]:
    account = accounts.create(conn, email, role, language)
    assert account is not None
    cookie = sessions.begin(conn, account.id, Client("127.0.0.1", "Chromium"), "open", via="sign-in")
    return account, tokens.create(conn, account.id, "tests")[1], cookie


async def sign_in(
    city: City, role: Role = "operator", *, browser: bool = False, language: Language = "fr"
) -> httpx2.AsyncClient:
    """A client of a fresh account of this role: JSON with a token, or HTML with a session's cookie (``browser``)."""
    email = f"{role}{next(_serial)}@mboa.test"
    _account, token, cookie = await city.mboa.office.store.write(_enter, email, role, language)
    headers = {"accept": "application/json", "authorization": f"Bearer {token}"}
    if browser:
        headers = {"accept": "text/html,*/*;q=0.8", "origin": ORIGIN}
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=city.mboa.app),
        base_url=ORIGIN,
        headers=headers,
        cookies={HOST_COOKIE: cookie} if browser else None,
    )


@asynccontextmanager
async def at_desk(
    city: City, role: Role = "operator", *, browser: bool = False, language: Language = "fr"
) -> AsyncIterator[httpx2.AsyncClient]:
    """:func:`sign_in`, closed at the end."""
    client = await sign_in(city, role, browser=browser, language=language)
    try:
        yield client
    finally:
        await client.aclose()
