"""Awa's own page: her language, her password, her sessions and her tokens."""

import re

from tests.admin.accounts.people import AWA, SECRET, browser, engage, log_in, noted, signed_in
from tests.admin.stage import at_desk
from tests.city import City

NEW = "trois chèvres à Makepe"


async def test_her_language(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        await awa.post("/admin/account/language", data={"language": "en"})
        assert "My account" in (await awa.get("/admin/account")).text
        refused = await awa.post("/admin/account/language", data={"language": "tlh"})
        assert refused.status_code == 422


async def test_a_new_password_keeps_this_browser_and_ends_the_others(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa, signed_in(city, "10.0.0.9") as other:
        before = awa.cookies["__Host-mboa_session"]
        wrong = await awa.post("/admin/account/password", data={"current": "faux", "password": NEW})
        assert (wrong.status_code, "id=e-current" in wrong.text) == (422, True)
        weak = await awa.post("/admin/account/password", data={"current": SECRET, "password": "court"})
        assert (weak.status_code, "id=e-password" in weak.text) == (422, True)
        answer = await awa.post("/admin/account/password", data={"current": SECRET, "password": NEW})
        assert answer.headers["location"] == "/admin/account?done=saved"
        assert awa.cookies["__Host-mboa_session"] != before
        assert (await awa.get("/admin/account?done=saved")).status_code == 200
        assert (await other.get("/admin/account")).status_code == 303
        assert (await log_in(other, AWA, NEW)).status_code == 303


async def test_the_present_password_cannot_be_guessed_there_either(city: City) -> None:
    await engage(city)
    async with signed_in(city) as thief:
        for _ in range(6):
            await thief.post("/admin/account/password", data={"current": "faux", "password": NEW})
        answer = await thief.post("/admin/account/password", data={"current": SECRET, "password": NEW})
    assert answer.status_code == 422


async def test_her_other_sessions(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa, signed_in(city, "10.0.0.8") as phone, signed_in(city, "10.0.0.9") as library:
        page = (await awa.get("/admin/account")).text
        ends = re.findall(r"action=(/admin/account/sessions/\d+/end)>\s*<span>[^<]*10\.0\.0\.8", page)
        await awa.post(ends[0])
        assert (await phone.get("/admin/account")).status_code == 303
        assert (await library.get("/admin/account")).status_code == 200
        await awa.post("/admin/account/sessions/end")
        assert (await library.get("/admin/account")).status_code == 303
        assert (await awa.get("/admin/account")).status_code == 200


async def test_a_session_of_somebody_elses_is_not_hers_to_end(city: City) -> None:
    await engage(city)
    await engage(city, "paul@mboa.test")
    async with signed_in(city) as awa, signed_in(city, "10.0.0.2", "paul@mboa.test") as paul:
        for number in range(1, 5):
            await paul.post(f"/admin/account/sessions/{number}/end")
        assert (await awa.get("/admin/account")).status_code == 200


async def test_a_token_is_shown_once_and_can_be_revoked(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa, browser(city) as program:
        made = await awa.post("/admin/account/tokens", data={"name": "rapports", "once": "z"})
        token = re.findall(r"<pre[^>]*>([\w-]{43})</pre>", made.text)[0]
        assert (await awa.post("/admin/account/tokens", data={"name": "rapports", "once": "z"})).status_code == 303
        page = (await awa.get("/admin/account")).text
        assert (page.count("rapports"), token in page) == (1, False)
        program.headers.update({"accept": "application/json", "authorization": f"Bearer {token}"})
        assert (await program.get("/admin/account")).json()["tokens"][0]["name"] == "rapports"
        await awa.post(re.findall(r"action=(/admin/account/tokens/\d+/revoke)", page)[0])
        assert (await program.get("/admin/account")).status_code == 401
    assert await noted(city) == ["signed_in", "token_created", "token_revoked"]


async def test_a_token_cannot_settle_in(city: City) -> None:
    async with at_desk(city, "owner") as program:
        for path, sent in (
            ("tokens", {"name": "more"}),
            ("password", {"password": NEW}),
            ("two-factor", {"code": "123456"}),
            ("two-factor/off", {"code": "123456"}),
        ):
            assert (await program.post(f"/admin/account/{path}", json=sent)).status_code == 403, path
