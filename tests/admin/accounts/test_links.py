"""A one-time link leads in once, for a day."""

import asyncio

from tests.admin.accounts.people import AWA, SECRET, browser, engage, link_for, log_in, noted, signed_in
from tests.city import City

NEW = "trois chèvres à Makepe"


async def test_a_link_works_once_and_looking_does_not_use_it_up(city: City) -> None:
    path = await link_for(city, await engage(city))
    async with browser(city) as awa:
        for _ in range(2):
            page = await awa.get(path)
            assert (page.status_code, AWA in page.text) == (200, True)
        assert "__Host-mboa_session" not in awa.cookies
        assert (await awa.post(path, data={"password": NEW})).headers["location"] == "/admin/dashboard"
        assert (await awa.get("/admin/account")).status_code == 200
        for again in (await awa.get(path), await awa.post(path, data={"password": "encore une autre"})):
            assert again.status_code == 404
            assert "/admin/login" in again.text
    assert await noted(city) == ["signed_in", "password_changed"]


async def test_a_link_is_good_for_a_day(city: City) -> None:
    path = await link_for(city, await engage(city))
    async with browser(city) as awa:
        city.clock.advance(24 * 3600 - 1)
        assert (await awa.get(path)).status_code == 200
        city.clock.advance(1)
        assert (await awa.get(path)).status_code == 404
        assert (await awa.post(path, data={"password": NEW})).status_code == 404


async def test_a_newer_link_takes_the_place_of_the_older(city: City) -> None:
    awa_id = await engage(city)
    older, newer = await link_for(city, awa_id), await link_for(city, awa_id)
    async with browser(city) as awa:
        assert [(await awa.get(path)).status_code for path in (older, newer, "/admin/link/x")] == [404, 200, 404]


WEAK = ["", "court", "aaaaaaaaaaaa", "awa@mboa.test", "awa-2026-11-23!", "x" * 201]


async def test_a_weak_password_is_refused_beside_its_field(city: City) -> None:
    path = await link_for(city, await engage(city))
    async with browser(city) as awa:
        for password in WEAK:
            answer = await awa.post(path, data={"password": password})
            assert (answer.status_code, "id=e-password" in answer.text) == (422, True), password
        assert (await awa.post(path, data={"password": NEW})).status_code == 303, "the link is still good"


async def test_a_new_password_ends_what_began_with_the_old_one(city: City) -> None:
    awa_id = await engage(city)
    async with signed_in(city) as elsewhere, browser(city) as awa:
        await awa.post(await link_for(city, awa_id), data={"password": NEW})
        assert (await elsewhere.get("/admin/account")).status_code == 303
        assert (await log_in(elsewhere, AWA, SECRET)).status_code == 401
        assert (await log_in(elsewhere, AWA, NEW)).status_code == 303


async def test_two_who_follow_one_link_do_not_both_come_in(city: City) -> None:
    path = await link_for(city, await engage(city), "sign-in")
    async with browser(city) as awa, browser(city) as ebongue:
        answers = await asyncio.gather(awa.get(path), ebongue.get(path))
    assert sorted(answer.status_code for answer in answers) == [303, 404]


async def test_a_demo_link_chooses_no_password(city: City) -> None:
    path = await link_for(city, await engage(city), "sign-in")
    async with browser(city) as ebongue:
        assert (await ebongue.post(path, data={"password": NEW})).status_code == 404
