"""A foreign page can make Awa's browser post, but not to us."""

import httpx2

from tests.admin.accounts.people import browser, engage, log_in, signed_in
from tests.admin.stage import at_desk
from tests.city import City

FOREIGN = [
    {"origin": "https://evil.test"},
    {"origin": "null"},
    {"origin": "https://mboa.test.evil.test"},
    {"origin": "https://mboa.test:8443"},
    {"origin": "http://mboa.test"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "https://mboa.test"},
]
OURS = [
    {"origin": "https://mboa.test"},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "same-origin", "origin": "null"},
    {"sec-fetch-site": "none"},
]


async def post(client: httpx2.AsyncClient, headers: dict[str, str]) -> int:
    client.headers.pop("origin", None)
    return (await client.post("/admin/account/language", data={"language": "en"}, headers=headers)).status_code


async def test_a_foreign_page_is_refused(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa, at_desk(city, "operator") as program:
        for headers in FOREIGN:
            assert await post(awa, headers) == 403, headers
            assert await post(program, headers) == 403, headers
            assert "lang=fr" in (await awa.get("/admin/account", headers=headers)).text, "looking is free"


async def test_a_foreign_page_cannot_sign_awa_in_as_somebody_else(city: City) -> None:
    await engage(city)
    for headers in FOREIGN:
        async with browser(city) as stranger:
            del stranger.headers["origin"]
            stranger.headers.update(headers)
            assert (await log_in(stranger)).status_code == 403, headers


async def test_our_own_pages_are_heard(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        for headers in OURS:
            assert await post(awa, headers) == 303, headers
        assert "lang=en" in (await awa.get("/admin/account")).text


async def test_a_cookie_must_say_where_it_comes_from_and_a_token_need_not(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        assert await post(awa, {}) == 403
    async with at_desk(city, "operator") as program:
        assert await post(program, {}) == 200
        assert await post(program, {"cookie": "__Host-mboa_session=x"}) == 200, "the token counts"


async def test_another_name_of_the_same_house_is_ours(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        assert await post(awa, {"origin": "https://10.0.0.5:8000", "host": "10.0.0.5:8000"}) == 303
        assert await post(awa, {"origin": "https://10.0.0.5:8000", "host": "10.0.0.5:9000"}) == 403
