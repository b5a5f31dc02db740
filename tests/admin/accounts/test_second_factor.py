"""Awa is an owner: besides her password she shows six digits of her phone, or a code that she wrote down."""

import asyncio

import httpx2
import pyotp

from mboa.storage.admin import accounts, two_factor
from mboa.storage.store import Connection, Store
from tests.admin.accounts.people import AWA, browser, engage, link_for, log_in, noted, set_up_second_factor, signed_in
from tests.admin.stage import at_desk
from tests.city import City
from tests.engines import HandClock


async def test_an_owner_without_one_is_led_to_it_from_everywhere(city: City) -> None:
    await engage(city, role="owner")
    async with signed_in(city) as awa:
        for page in ("/admin/users", "/admin/audit", "/admin/account", "/admin/dashboard"):
            assert (await awa.get(page)).headers["location"] == "/admin/account/two-factor"
        refused = await awa.get("/admin/users", headers={"accept": "application/json"})
        assert refused.status_code == 403
        setting_up = (await awa.get("/admin/account/two-factor")).text
        assert "<svg" in setting_up
        assert "otpauth://totp/Mboa:awa%40mboa.test" in setting_up
        await set_up_second_factor(city, awa)
        assert (await awa.get("/admin/users")).status_code == 200
    assert await noted(city) == ["signed_in", "second_factor_turned_on"]


async def test_the_qr_code_needs_no_foreign_image(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        page = await awa.get("/admin/account/two-factor")
    assert "data:" not in page.text
    assert "style=" not in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_password_then_code(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        phone, _ = await set_up_second_factor(city, awa)
    async with browser(city) as awa:
        city.clock.advance(60)
        answer = await log_in(awa, following="/admin/account")
        assert answer.headers["location"] == "/admin/login/code?next=/admin/account"
        assert (await awa.get("/admin/account")).status_code == 303, "half in is not in"
        before = awa.cookies["__Host-mboa_session"]
        assert (await show_code(awa, "000000")).status_code == 401
        answer = await show_code(awa, phone.at(city.clock.now()), "/admin/account")
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/account")
        assert awa.cookies["__Host-mboa_session"] != before
        assert (await awa.get("/admin/account")).status_code == 200


async def test_a_code_is_taken_once(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        phone, _ = await set_up_second_factor(city, awa)
    code = phone.at(city.clock.now())
    async with browser(city) as ebongue:
        await log_in(ebongue)
        assert (await show_code(ebongue, code)).status_code == 401, "she confirmed with it"
        city.clock.advance(30)
        assert (await show_code(ebongue, phone.at(city.clock.now()))).status_code == 303
    async with browser(city) as ebongue:
        await log_in(ebongue)
        assert (await show_code(ebongue, phone.at(city.clock.now()))).status_code == 401


async def test_a_clock_may_be_a_step_wrong_and_no_more(store: Store, clock: HandClock) -> None:
    await store.write(accounts.create, AWA, "owner")
    phone = pyotp.TOTP(await store.write(two_factor.pending, 1))
    await store.write(turned_on, phone.at(clock.now()))
    clock.advance(600)
    assert await store.write(taken, phone.at(int(clock.now().timestamp()) - 60)) is None
    assert await store.write(taken, phone.at(int(clock.now().timestamp()) + 60)) is None
    assert await store.write(taken, phone.at(int(clock.now().timestamp()) - 30)) == "totp"
    assert await store.write(taken, phone.at(int(clock.now().timestamp()) + 30)) == "totp"
    assert await store.write(taken, phone.at(clock.now())) is None, "older than the last that was taken"


async def test_one_code_opens_one_door_of_two(store: Store, clock: HandClock) -> None:
    await store.write(accounts.create, AWA, "owner")
    phone = pyotp.TOTP(await store.write(two_factor.pending, 1))
    codes = await store.write(turned_on, phone.at(clock.now()))
    clock.advance(60)
    for code in (phone.at(clock.now()), codes[0]):
        both = await asyncio.gather(store.write(taken, code), store.write(taken, code))
        assert sorted(map(bool, both)) == [False, True]


async def test_each_recovery_code_helps_once(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        _, codes = await set_up_second_factor(city, awa)
        assert len(set(codes)) == 10
    for expected in (303, 401):
        async with browser(city) as awa:
            await log_in(awa)
            assert (await show_code(awa, codes[3].upper().replace("-", " "))).status_code == expected
    async with browser(city) as awa:
        await log_in(awa)
        await show_code(awa, codes[4])
        assert "8" in (await awa.get("/admin/account/two-factor")).text.split("<b>")[1][:2]


async def test_guessing_codes_is_slow(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        await set_up_second_factor(city, awa)
    async with browser(city, "10.9.9.9") as ebongue:
        await log_in(ebongue)
        assert [(await show_code(ebongue, f"00000{n}")).status_code for n in range(7)] == [401] * 6 + [429]


async def test_another_phone(city: City) -> None:
    await engage(city, role="owner")
    async with signed_in(city) as awa:
        phone, codes = await set_up_second_factor(city, awa)
        city.clock.advance(30)
        wrong = await awa.post("/admin/account/two-factor/off", data={"code": "123456"})
        assert wrong.status_code == 422
        answer = await awa.post("/admin/account/two-factor/codes", data={"code": phone.at(city.clock.now())})
        assert codes[0] not in answer.text
        assert (await awa.post("/admin/account/two-factor/off", data={"code": codes[0]})).status_code == 422
        newer = answer.text.split("<pre tabindex=0>")[1].split()[0]
        assert (await awa.post("/admin/account/two-factor/off", data={"code": newer})).status_code == 303
        assert (await awa.get("/admin/users")).headers["location"] == "/admin/account/two-factor"
        await set_up_second_factor(city, awa)


async def test_a_token_of_an_owner_needs_none(city: City) -> None:
    async with at_desk(city, "owner") as program:
        assert (await program.get("/admin/users")).status_code == 200
        assert (await program.get("/admin/account/two-factor")).status_code == 403


async def test_the_demos_link_needs_none_in_development_only(city: City) -> None:
    awa_id = await engage(city, role="owner")
    async with browser(city) as awa:
        assert (await awa.get(await link_for(city, awa_id, "sign-in"))).headers["location"] == "/admin/dashboard"
        assert (await awa.get("/admin/users")).status_code == 200
        city.settings.env = "production"
        assert (await awa.get("/admin/users")).headers["location"] == "/admin/account/two-factor"
        assert (await awa.get(await link_for(city, awa_id, "sign-in"))).status_code == 404


async def show_code(client: httpx2.AsyncClient, code: str, following: str = "") -> httpx2.Response:
    return await client.post("/admin/login/code", data={"code": code, "next": following})


def turned_on(conn: Connection, code: str) -> list[str]:
    record = accounts.by_id(conn, 1)
    assert record is not None
    codes = two_factor.turn_on(conn, record, code)
    assert codes is not None
    return codes


def taken(conn: Connection, code: str) -> str | None:
    record = accounts.by_id(conn, 1, lock=True)
    assert record is not None
    return two_factor.take(conn, record, code)
