"""Awa lets people in and out, and the office never stays without an owner."""

import asyncio
import re
from collections.abc import Callable
from threading import Event

import httpx2
import pytest

from mboa.storage.admin import accounts
from mboa.storage.admin.accounts import LastOwner
from mboa.storage.store import Connection, Store
from tests.admin.accounts.people import AWA, SECRET, browser, engage, log_in, noted, signed_in
from tests.admin.stage import at_desk
from tests.city import City

PAUL = "paul@mboa.test"


def link_on(page: httpx2.Response) -> str:
    found = re.search(r"https://mboa\.test(/admin/link/[\w-]+)", page.text)
    assert found, page.text
    return found[1]


async def test_awa_lets_paul_in(city: City) -> None:
    async with at_desk(city, "owner", browser=True) as awa, browser(city, "10.0.0.2") as paul:
        made = await awa.post("/admin/users", data={"email": PAUL, "role": "viewer", "language": "en", "once": "a"})
        assert made.status_code == 201
        assert made.headers["cache-control"] == "no-store"
        entered = await paul.post(link_on(made), data={"password": "three goats at Makepe"})
        assert entered.headers["location"] == "/admin/dashboard"
        assert "lang=en" in (await paul.get("/admin/account")).text
        again = await awa.post("/admin/users", data={"email": PAUL, "role": "viewer", "once": "a"})
        assert again.status_code == 303, "a double click makes one account"
        taken = await awa.post("/admin/users", data={"email": PAUL.upper(), "role": "owner", "once": "b"})
        assert taken.status_code == 422
        assert "id=e-email" in taken.text
        assert PAUL.upper() in taken.text


BAD = ["", "paul", "paul@", "@mboa.test", "a b@mboa.test", "<b>@mboa.test", "a\0@mboa.test", "x" * 300 + "@mboa.test"]


async def test_an_address_must_be_one(city: City) -> None:
    async with at_desk(city, "owner") as awa:
        for email in BAD:
            answer = await awa.post("/admin/users", json={"email": email, "role": "viewer"})
            assert (answer.status_code, list(answer.json()["errors"])) == (422, ["email"]), email


async def test_the_list_tells_who_is_in_and_no_secret(city: City) -> None:
    await engage(city)
    async with signed_in(city, "10.0.0.3") as paul, at_desk(city, "owner") as awa:
        text = (await awa.get("/admin/users")).text
        items = (await awa.get("/admin/users")).json()["items"]
        assert (items[0]["email"], items[0]["role"], items[0]["active"]) == (AWA, "operator", True)
        session = items[0]["sessions"][0]
        assert (session["ip"], session["browser"]) == ("10.0.0.3", "Firefox, Android")
        assert session["seen_at"] == "2026-11-23T08:00:00.000Z"
        for secret in ("argon2", "hash", "totp", paul.cookies["__Host-mboa_session"]):
            assert secret not in text


async def test_awa_ends_a_session_of_pauls(city: City) -> None:
    await engage(city)
    async with signed_in(city) as paul, at_desk(city, "owner", browser=True) as awa:
        page = (await awa.get("/admin/users")).text
        ends = re.findall(r"action=(/admin/users/1/sessions/\d+/end)", page)
        assert len(ends) == 1
        await awa.post(ends[0])
        assert (await paul.get("/admin/account")).status_code == 303


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"active": False}, {"role": "owner"}])
async def test_a_change_of_his_account_ends_pauls_sessions(city: City, change: dict[str, object]) -> None:
    await engage(city)
    async with signed_in(city) as paul, at_desk(city, "owner") as awa:
        assert (await awa.put("/admin/users/1", json={})).json()["role"] == "operator"
        assert (await paul.get("/admin/account")).status_code == 200, "nothing was changed"
        answer = (await awa.put("/admin/users/1", json=change)).json()
        assert {name: answer[name] for name in change} == change
        assert (await paul.get("/admin/account")).status_code == 303
    assert (await noted(city))[-1] == "account_changed"


async def test_a_token_bears_the_role_of_the_moment(city: City) -> None:
    async with at_desk(city, "owner") as awa, at_desk(city, "owner") as paul:
        me = (await paul.get("/admin/account")).json()["id"]
        assert (await paul.get("/admin/audit")).status_code == 200
        await awa.put(f"/admin/users/{me}", json={"role": "viewer"})
        assert (await paul.get("/admin/audit")).status_code == 403
        await awa.put(f"/admin/users/{me}", json={"active": False})
        assert (await paul.get("/admin/account")).status_code == 401
        await awa.put(f"/admin/users/{me}", json={"active": True})
        assert (await paul.get("/admin/account")).status_code == 200


async def test_the_last_owner_stays(city: City) -> None:
    async with at_desk(city, "owner") as awa:
        me = (await awa.get("/admin/account")).json()["id"]
        for change in ({"role": "operator"}, {"active": False}):
            answer = await awa.put(f"/admin/users/{me}", json=change)
            assert (answer.status_code, "propriétaire" in answer.json()["detail"]) == (409, True)
        assert (await awa.get("/admin/users")).status_code == 200


async def test_two_owners_who_leave_at_once_do_not_both_leave(store: Store) -> None:
    awa, paul = [await store.write(accounts.create, email, "owner") for email in (AWA, PAUL)]
    assert awa
    assert paul
    gone, seen = Event(), Event()
    first = store.write(leave, awa.id, (gone.set, lambda: seen.wait(0.3)))
    second = store.write(leave, paul.id, (lambda: gone.wait(5), seen.set))
    got = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(one) for one in got] == [type(None), LastOwner]
    left = await store.read(accounts.everybody)
    assert [record.account.role for record in left] == ["viewer", "owner"]


def leave(conn: Connection, account_id: int, turns: tuple[Callable[[], object], Callable[[], object]]) -> None:
    """Awa leaves, and does not commit before Paul has had the time to look; Paul looks when she has left."""
    before, after = turns
    if account_id == 2:
        before()
    accounts.set_role(conn, account_id, "viewer")
    if account_id == 1:
        before()
    after()


async def test_paul_lost_his_phone_and_his_password(city: City) -> None:
    await engage(city, PAUL)
    async with at_desk(city, "owner", browser=True) as awa, browser(city) as paul:
        page = await awa.post("/admin/users/1/link", data={"reset": "true", "once": "x"})
        assert (await log_in(paul, PAUL, SECRET)).status_code == 303, (
            "the old password is good until there is a new one"
        )
        assert (await paul.post(link_on(page), data={"password": "three goats at Makepe"})).status_code == 303
        assert (await log_in(paul, PAUL, SECRET)).status_code == 401
        assert (await log_in(paul, PAUL, "three goats at Makepe")).status_code == 303
        assert (await awa.post("/admin/users/1/link", data={"once": "x"})).status_code == 303


async def test_unknown_accounts_are_not_found(city: City) -> None:
    async with at_desk(city, "owner") as awa:
        for path in ("/admin/users/999", "/admin/users/99999999999999999999", "/admin/users/paul"):
            assert (await awa.get(path)).status_code == 404
            assert (await awa.put(path, json={"role": "viewer"})).status_code == 404
        assert (await awa.put("/admin/users/1", json={"role": "god"})).status_code == 422
