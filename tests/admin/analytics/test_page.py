"""The page of figures as people see it."""

import re

import brotli  # type: ignore[import-untyped]
import pytest

from mboa.storage.admin.accounts import Language
from tests.admin.analytics.test_figures import busy_day
from tests.admin.stage import at_desk
from tests.city import City

PAGE = "/admin/analytics"


async def page(city: City, language: Language = "fr", **query: str) -> str:
    """The page as a browser gets it, with plain spaces."""
    async with at_desk(city, "viewer", browser=True, language=language) as desk:
        answer = await desk.get(PAGE, params=query)
    assert answer.status_code == 200, answer.text
    assert len(brotli.compress(answer.content)) < 6_000
    return answer.text.replace("\u202f", " ").replace("\xa0", " ")


async def test_few_cases_are_said_to_be_few(city: City) -> None:
    await busy_day(city)
    told = await page(city)
    assert "Encore trop peu de demandes closes pour conclure (3)" in told
    assert "n = 3, trop peu" in told
    assert "Encore trop peu de réponses pour conclure (2)" in told


async def test_where_nobody_was_found_is_shown_by_place_and_hour(city: City) -> None:
    await busy_day(city)
    told = await page(city)
    assert "Akwa (Plomberie) que les dépanneurs manquent le plus : 1" in told
    assert "vers 9 h" in told


async def test_the_words_that_were_not_understood_are_counted(city: City) -> None:
    await city.client("Jean").writes("zzkrt blubb")
    await city.client("Awa").writes("zzkrt cni699kkkk")
    told = await page(city)
    assert "« zzkrt » est le mot le moins compris" in told
    assert "kkkk" not in told  # it may be somebody's number


async def test_an_empty_house_has_an_empty_page_in_both_languages(city: City) -> None:
    assert "Pas encore de demandes sur ces jours" in await page(city)
    assert "No requests on these days yet" in await page(city, "en")


async def test_the_address_says_which_days_and_what_of_them(city: City) -> None:
    await busy_day(city)
    told = await page(city, days="7", zone="akwa")
    assert 'value="2026-11-17"' in told
    assert "Δ" not in told  # nothing to compare with
    assert re.search(r"<b>1</b>\s*Demandes", told)


async def test_what_was_before_is_compared(city: City) -> None:
    await busy_day(city)
    await city.passes(days=8)
    assert "Δ −100 %" in await page(city, days="7")


@pytest.mark.parametrize(
    "query", ["days=0", "days=x", "from=2026-02-30", "from=0001-01-01&to=0001-01-02", "zone=nowhere", "days=99999"]
)
async def test_a_wrong_address_is_refused(city: City, query: str) -> None:
    async with at_desk(city, "viewer", browser=True) as desk:
        assert (await desk.get(f"{PAGE}?{query}")).status_code == 422


async def test_browsers_are_led_from_the_figures_to_the_page(city: City) -> None:
    async with at_desk(city, "viewer", browser=True) as desk:
        answer = await desk.get(f"{PAGE}/success-rate?days=7")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?days=7")
