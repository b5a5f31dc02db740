"""Awa, who owns the office, and whoever else comes to its door with a browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pyotp

from mboa.admin import passwords
from mboa.storage.admin import accounts, audit, links
from mboa.storage.admin.accounts import Role
from mboa.storage.store import Connection
from tests.city import City

ORIGIN = "https://mboa.test"
AWA, SECRET = "awa@mboa.test", "la pluie tombe sur Akwa"
PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
_HASHES: dict[str, str] = {}


def browser(city: City, ip: str = "10.0.0.1", agent: str = PHONE) -> httpx2.AsyncClient:
    """A browser with no cookie, at an address."""
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=city.mboa.app, client=(ip, 40000)),
        base_url=ORIGIN,
        headers={"accept": "text/html,*/*;q=0.8", "origin": ORIGIN, "user-agent": agent},
    )


async def engage(city: City, email: str = AWA, role: Role = "operator", password: str = SECRET) -> int:
    """Give somebody an account with a password; its id."""
    if password not in _HASHES:
        _HASHES[password] = await passwords.hashed(password)

    def write(conn: Connection) -> int:
        account = accounts.create(conn, email, role)
        assert account is not None
        accounts.set_password(conn, account.id, _HASHES[password])
        return account.id

    return await city.mboa.office.store.write(write)


async def log_in(
    client: httpx2.AsyncClient, email: str = AWA, password: str = SECRET, following: str = ""
) -> httpx2.Response:
    """Fill the login's form in."""
    return await client.post("/admin/login", data={"email": email, "password": password, "next": following})


@asynccontextmanager
async def signed_in(city: City, ip: str = "10.0.0.1", email: str = AWA) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that is in already."""
    async with browser(city, ip) as client:
        assert (await log_in(client, email)).status_code == 303
        yield client


async def set_up_second_factor(city: City, client: httpx2.AsyncClient) -> tuple[pyotp.TOTP, list[str]]:
    """Scan the code and confirm it: the phone, and the recovery codes."""
    page = (await client.get("/admin/account/two-factor")).text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert secret, page
    phone = pyotp.TOTP(secret[1].replace(" ", ""))
    answer = await client.post("/admin/account/two-factor", data={"code": phone.at(city.clock.now())})
    assert answer.status_code == 200, answer.text
    codes = re.search(r"<pre[^>]*>([^<]+)</pre>", answer.text)
    assert codes
    return phone, codes[1].split()


async def link_for(city: City, account_id: int, kind: Any = "password") -> str:
    """The path of a fresh one-time link."""
    return "/admin/link/" + await city.mboa.office.store.write(links.create, account_id, kind)


async def noted(city: City) -> list[str]:
    """The actions of the audit log, in order."""
    entries = await city.mboa.office.store.read(audit.page, audit.Filters(), None, 99)
    return [entry.action for entry in reversed(entries)]
