"""Awa signs in: with her password, slowly for whoever guesses it, and her browser keeps a secret that we do not."""

from datetime import timedelta

from mboa.admin.origins import session_cookie
from mboa.storage.admin import secrets
from mboa.storage.store import Connection, Row
from tests.admin.accounts.people import AWA, SECRET, browser, engage, log_in, noted, signed_in
from tests.city import City


async def test_there_is_no_account_until_one_is_made(city: City) -> None:
    async with browser(city) as stranger:
        for email, password in (("admin", "admin"), ("admin@mboa.test", "admin"), ("demo@mboa.test", "demo")):
            assert (await log_in(stranger, email, password)).status_code == 401
    assert await rows(city, "SELECT id FROM accounts") == []


async def test_awa_comes_in_and_goes_where_she_wanted_to(city: City) -> None:
    await engage(city)
    async with browser(city) as awa:
        asked = await awa.get("/admin/account?done=saved")
        assert asked.headers["location"] == "/admin/login?next=/admin/account%3Fdone%3Dsaved"
        assert 'value="/admin/account?done=saved"' in (await awa.get(asked.headers["location"])).text
        answer = await log_in(awa, AWA.upper(), following="/admin/account?done=saved")
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/account?done=saved")
        assert (await awa.get("/admin/account")).status_code == 200
        assert (await awa.get("/admin/login")).headers["location"] == "/admin/dashboard"
    assert await noted(city) == ["signed_in"]


async def test_the_cookie_is_out_of_reach_and_only_its_digest_is_kept(city: City) -> None:
    await engage(city)
    async with browser(city) as awa:
        cookie = (await log_in(awa)).headers["set-cookie"]
        name, _, rest = cookie.partition("=")
        assert name == "__Host-mboa_session"
        for word in ("HttpOnly", "SameSite=lax", "Secure", "Path=/;"):
            assert word in f"{cookie};"
        assert "Domain" not in cookie
        kept = await rows(city, "SELECT hash FROM sessions")
    assert [row["hash"] for row in kept] == [secrets.digest(rest.split(";")[0])]
    assert len(rest.split(";")[0]) == 43


def test_a_house_without_https_has_a_cookie_that_browsers_take() -> None:
    names = [session_cookie(address) for address in ("https://mboa.cm", "http://127.0.0.1:8000")]
    assert names == ["__Host-mboa_session", "mboa_session"]


ELSEWHERE = ["https://evil.test/admin/", "//evil.test/admin", "/\\evil.test", "javascript:alert(1)", "/admin/logout"]


async def test_the_login_leads_to_no_other_site(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        for address in [*ELSEWHERE, "/suivi/x", "/admin/\r\nx"]:
            answer = await awa.get("/admin/login", params={"next": address})
            assert answer.headers["location"] == "/admin/dashboard", address
        answer = await log_in(awa, following=ELSEWHERE[0])
        assert answer.headers["location"] == "/admin/dashboard"


async def test_a_wrong_password_and_an_unknown_name_look_alike(city: City) -> None:
    await engage(city)
    async with browser(city) as stranger:
        wrong = await log_in(stranger, AWA, "la pluie tombe sur Deido")
        unknown = await log_in(stranger, "ebongue@mboa.test", SECRET)
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace(AWA, "x") == unknown.text.replace("ebongue@mboa.test", "x")
    assert "role=alert" in wrong.text
    assert await noted(city) == ["sign_in_failed", "sign_in_failed"]


async def test_what_a_stranger_types_is_not_kept(city: City) -> None:
    async with browser(city) as stranger:
        await log_in(stranger, "my-own-password", "oops")
    kept = await rows(city, "SELECT subject, after_json FROM audit")
    kept += await rows(city, "SELECT subject FROM login_failures")
    assert kept
    assert "my-own-password" not in str(kept)


async def test_empty_fields_are_named(city: City) -> None:
    async with browser(city) as awa:
        answer = await awa.post("/admin/login", data={"email": "", "password": ""})
    assert answer.status_code == 422
    assert "id=e-email" in answer.text
    assert "id=e-password" in answer.text


async def test_odd_letters_are_no_failure_of_ours(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        assert (await awa.post("/admin/account/tokens", data={"name": "a\0b", "once": "\0"})).status_code == 422
        assert (await awa.post("/admin/account/tokens", data={"name": "ab", "once": "\0"})).status_code == 201
        assert (await log_in(awa, "\0", "\0")).status_code == 401


async def test_a_closed_account_stays_out(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        await run(city, "UPDATE accounts SET active = FALSE")
        assert (await awa.get("/admin/account")).status_code == 303
        assert (await log_in(awa)).status_code == 401


async def test_awa_leaves(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        kept = awa.cookies["__Host-mboa_session"]
        answer = await awa.post("/admin/logout")
        assert answer.headers["location"] == "/admin/login"
        assert "__Host-mboa_session" not in awa.cookies
        stolen = await awa.get("/admin/account", headers={"cookie": f"__Host-mboa_session={kept}"})
    assert stolen.status_code == 303
    assert await noted(city) == ["signed_in", "signed_out"]


async def test_a_session_ends_when_it_is_left_alone_and_after_a_week(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        for _ in range(14):
            assert (await awa.get("/admin/account")).status_code == 200
            city.clock.advance(timedelta(hours=11, minutes=59).total_seconds())
        assert (await awa.get("/admin/account")).status_code == 200
        city.clock.advance(timedelta(hours=1).total_seconds())
        assert (await awa.get("/admin/account")).status_code == 303
    async with signed_in(city) as awa:
        city.clock.advance(timedelta(hours=12).total_seconds())
        assert (await awa.get("/admin/account")).status_code == 303


async def test_a_program_signs_in_as_well(city: City) -> None:
    await engage(city)
    async with browser(city) as program:
        program.headers["accept"] = "application/json"
        assert (await program.get("/admin/account")).status_code == 401
        assert (await program.post("/admin/login", json={"email": AWA, "password": "?"})).json()["detail"]
        answer = await program.post("/admin/login", json={"email": AWA, "password": SECRET})
        assert answer.json() == {"next": "/admin/dashboard"}
        assert (await program.get("/admin/account")).json()["email"] == AWA


async def rows(city: City, sql: str) -> list[Row]:
    return await city.mboa.office.store.read(lambda conn: conn.all(sql))


async def run(city: City, sql: str) -> None:
    def write(conn: Connection) -> None:
        conn.run(sql)

    await city.mboa.office.store.write(write)
