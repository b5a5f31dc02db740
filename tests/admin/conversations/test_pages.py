"""The pages as a browser gets them: forms that work without a script, words in two languages, little weight."""

import re

import pytest

from mboa.storage.admin.accounts import Language
from tests.admin.conversations.stage import Chair, contact_of
from tests.admin.stage import at_desk
from tests.city import NEED, City

LARGEST = 6 * 1024


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    return dict(re.findall(r'type=hidden name=(\w+) value="?([^">]*)"?>', page))


async def test_a_conversation_is_led_by_forms(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("j'ai une question")
    async with at_desk(city, browser=True) as odile:
        page = await odile.get("/admin/conversations/1")
        taken = await odile.post("/admin/conversations/1/takeover", data=hidden(page.text))
        page = await odile.get(taken.headers["location"])
        assert "le bot se tait" in page.text
        form = {**hidden(page.text), "text": "Bonjour,\r\nje vous écoute."}
        answers = [await odile.post("/admin/conversations/1/messages", data=form) for _ in range(2)]
    await city.settle()
    assert [answer.headers["location"] for answer in answers] == ["/admin/conversations/1?done=written"] * 2
    assert mireille.heard("Bonjour,\nje vous écoute.") == 1


async def test_a_newer_message_is_shown_and_the_text_is_kept(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("bonjour")
    async with at_desk(city, browser=True) as odile:
        await odile.post("/admin/conversations/1/takeover", data={"on": "true"})
        form = {**hidden((await odile.get("/admin/conversations/1")).text), "text": "Je vous <b>écoute"}
        await mireille.writes("laissez tomber")
        warned = await odile.post("/admin/conversations/1/messages", data=form)
        assert warned.status_code == 409
        assert "laissez tomber" in warned.text
        assert "Je vous &lt;b&gt;écoute</textarea>" in warned.text
        again = await odile.post("/admin/conversations/1/messages", data={**form, **hidden(warned.text)})
    assert again.status_code == 303


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4097])
async def test_a_text_has_1_to_4096_characters(city: City, text: str) -> None:
    await city.client("Mireille").writes("bonjour")
    async with at_desk(city) as odile, at_desk(city, browser=True) as browser:
        chair = Chair(city, odile, 1)
        await chair.takes()
        assert (await chair.writes(text)).json()["errors"].keys() == {"text"}
        await browser.post("/admin/conversations/1/takeover", data={"on": "true", "instead_of": await holder(chair)})
        page = await browser.post("/admin/conversations/1/messages", data={"text": text})
    assert page.status_code == 422
    assert "aria-invalid=true" in page.text
    assert len(city.double.phone("+237677000001")) == 1


async def holder(chair: Chair) -> str:
    """The address of whoever holds the conversation."""
    return str((await chair.sees())["contact"]["held_by"])


async def test_the_longest_text_goes_out_whole(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("bonjour")
    async with at_desk(city) as odile:
        chair = Chair(city, odile, 1)
        await chair.takes()
        await chair.writes("é" * 4096)
        assert (await chair.writes("avec \0 et 🙂")).status_code == 201
    assert [message.text for message in mireille.inbox[1:]] == ["é" * 4096, "avec  et 🙂"]


async def test_a_closed_window_offers_forms_for_templates(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await city.passes(hours=25)
    async with at_desk(city, browser=True) as odile:
        await odile.post("/admin/conversations/1/takeover", data={"on": "true"})
        page = (await odile.get("/admin/conversations/1")).text
        assert "Fenêtre de 24 h fermée" in page
        assert 'value="MB-1"' in page
        form = {"template": "request_update", "code": "MB-1", "change": " "}
        refused = await odile.post("/admin/conversations/1/messages", data=form)
        assert (refused.status_code, "Remplissez tous les champs" in refused.text) == (409, True)
        sent = await odile.post("/admin/conversations/1/messages", data={**form, "change": "Paul arrive"})
        offer = await odile.post("/admin/conversations/1/messages", data={**form, "template": "offer"})
    await city.settle()
    assert (sent.status_code, offer.status_code, mireille.heard("Paul arrive")) == (303, 409, 1)


async def test_a_full_page_is_light_and_in_two_languages(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    for text in (
        "bonjour",
        "je cherche un plombier",
        "Bonamoussadi, derrière la pharmacie",
        "ce soir",
        "oui",
        "statut",
    ):
        await mireille.writes(text)
    await paul.writes("oui")
    for number in range(14):
        await mireille.writes(f"j'ai encore une question sur le travail numéro {number}")
    contact = await contact_of(city, mireille)
    languages: dict[Language, str] = {"fr": "Fenêtre", "en": "Window"}
    for language, word in languages.items():
        async with at_desk(city, browser=True, language=language) as odile:
            answer = await odile.get(f"/admin/conversations/{contact}", headers={"accept-encoding": "br"})
            page = answer.text
        assert page.count("<article") == 25
        assert word in page
        assert answer.headers["content-encoding"] == "br"
        assert answer.num_bytes_downloaded < LARGEST, answer.num_bytes_downloaded


async def test_every_act_is_in_the_audit_log_without_a_word_of_hers(city: City) -> None:
    await city.client("Mireille").writes("bonjour")
    async with at_desk(city) as odile:
        chair = Chair(city, odile, 1)
        await chair.takes()
        await chair.writes("Un secret")
        await chair.hands_back()
        await odile.post("/admin/conversations/1/messages/1/misread", json={"intent": "other", "note": "Un secret"})
    notes = await city.rows("SELECT action, subject, before_json, after_json FROM audit ORDER BY id")
    acts = ["conversation_taken_over", "message_written", "conversation_handed_back", "message_marked_misread"]
    assert [note["action"] for note in notes] == acts
    assert "secret" not in str(notes)
