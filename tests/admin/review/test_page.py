"""The page of words to learn, as a browser without JavaScript uses it."""

import pytest

from mboa.admin.words import words
from mboa.storage.admin.accounts import Language
from mboa.understanding.learned import lessons
from tests.admin.stage import at_desk
from tests.city import City

SAID = "ma mazoutière de Logbaba"
FORM = {"phrase": "mazoutière", "kind": "fixture", "service": "appliance", "zone": "", "message_id": "1"}


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_it_speaks_both_languages(city: City, language: Language) -> None:
    await city.client("Mireille").writes(SAID)
    async with at_desk(city, browser=True, language=language) as odile:
        page = (await odile.get("/admin/review")).text
        menu = (await odile.get("/admin/account")).text
    assert words(language, "review")["title"] in page
    assert "href=/admin/review>" in menu
    assert page.count("<form") == 3  # the word, the menu's way out, the keys


def test_both_languages_say_the_same_things() -> None:
    french, english = words("fr", "review"), words("en", "review")
    assert french.keys() == english.keys()
    for table in ("kinds", "done", "refused", "intents"):
        assert french[table].keys() == english[table].keys()


async def test_a_word_leads_to_its_form_and_the_form_teaches(city: City) -> None:
    await city.client("Mireille").writes(SAID)
    async with at_desk(city, browser=True) as odile:
        page = (await odile.get("/admin/review?phrase=mazoutiere&message_id=1")).text
        assert 'value="mazoutiere"' in page
        assert 'name=message_id value="1"' in page
        answer = await odile.post("/admin/review/words", data={**FORM, "do": "teach"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/review?done=taught")
        page = (await odile.get("/admin/review?done=taught")).text
        assert "est appris." in page
        assert "/admin/review/words/1/delete" in page
        assert (await odile.post("/admin/review/words/1/delete")).status_code == 303
    assert lessons() == ()


async def test_the_form_shows_what_it_would_change(city: City) -> None:
    await city.client("Mireille").writes(SAID)
    async with at_desk(city, browser=True) as odile:
        page = await odile.post("/admin/review/words", data={**FORM, "do": "try"})
    assert (page.status_code, lessons()) == (200, ())
    assert "<b>nouvelle demande · Électroménager · Logbaba</b>" in page.text
    assert 'value="mazoutière"' in page.text


async def test_a_wrong_form_keeps_what_was_typed(city: City) -> None:
    async with at_desk(city, browser=True) as odile:
        page = await odile.post("/admin/review/words", data={**FORM, "phrase": "robinet", "do": "teach"})
        broken = await odile.post("/admin/review/words", data={**FORM, "phrase": "ça sent", "kind": "symptom"})
    assert (page.status_code, page.text.count("class=error")) == (422, 1)
    assert "déjà un autre sens" in page.text
    assert 'value="robinet"' in page.text
    assert (broken.status_code, "Refusé" in broken.text, lessons()) == (409, True, ())


async def test_hostile_words_stay_words(city: City) -> None:
    await city.client("Mireille").writes("<script>alert(1)</script> zinzinou gnagna")
    async with at_desk(city, browser=True) as odile:
        page = (await odile.get('/admin/review?phrase="><script>alert(2)</script>&message_id="><b>')).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


async def test_a_viewer_sees_no_form(city: City) -> None:
    await city.client("Mireille").writes("mazoutière mazoutière abeg")
    async with at_desk(city, "viewer", browser=True) as odile:
        page = (await odile.get("/admin/review")).text
    assert "mazoutiere" in page
    assert "/admin/review/words" not in page
