"""The simulator's page and what it asks the server for."""

import re

import httpx2
import pytest

from mboa.channels.simulator.page import EXAMPLES, wording
from mboa.demo.traffic import Stage
from mboa.dispatch.ranking import WEIGHTS
from mboa.storage import roster
from mboa.storage.roster import Entry
from mboa.storage.store import Connection
from mboa.understanding.understand import understand
from tests.demo.stage import MIREILLE, NEED, browser, silence
from tests.engines import HandClock


async def look(on: Stage, path: str, **parameters: str) -> httpx2.Response:
    async with browser(on.mboa) as client:
        return await client.get(path, params=parameters)


async def test_it_greets_in_french_and_by_a_switch_in_english(on: Stage) -> None:
    french, english = await look(on, "/simulator"), await look(on, "/simulator", lang="en")
    assert '<html lang="fr">' in french.text
    assert "écrivez votre panne et votre quartier" in french.text
    assert '<html lang="en">' in english.text
    assert "write what is broken and where" in english.text
    assert 'href="?lang=fr"' in english.text


async def test_a_client_and_three_providers_stand_side_by_side(on: Stage) -> None:
    page = (await look(on, "/simulator")).text
    assert re.findall(r'id="(client|provider-\d)" data-role="(\w+)"', page) == [
        ("client", "client"),
        ("provider-1", "provider"),
        ("provider-2", "provider"),
        ("provider-3", "provider"),
    ]
    assert page.count("Ébongué le Plombier") == 3


async def test_nothing_but_its_own_files_may_run(on: Stage) -> None:
    page = await look(on, "/simulator")
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page.text, re.DOTALL)
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert scripts == [""]
    assert not re.search(r"\son\w+=|\sstyle=", page.text)


@pytest.mark.parametrize("name", ["page.css", "page.js", "timeline.js", "icon.svg"])
async def test_its_files_are_served(on: Stage, name: str) -> None:
    file = await look(on, f"/simulator/static/{name}")
    assert file.status_code == 200
    assert "innerHTML" not in file.text
    assert (await look(on, "/simulator/static/page.py")).status_code == 422


async def test_without_providers_it_says_what_to_do(on: Stage) -> None:
    def dismiss(conn: Connection) -> int:
        return conn.run("UPDATE providers SET deleted_at = :now", now=conn.now)

    await on.mboa.office.store.write(dismiss)
    page = (await look(on, "/simulator")).text
    assert "mboa providers import" in page
    assert 'id="provider-1"' not in page


async def test_the_timeline_is_empty_before_the_first_word(on: Stage) -> None:
    told = (await look(on, "/simulator/timeline", phone=MIREILLE)).json()
    assert told["request"] is None
    assert (told["thinking"], told["unsent"], told["by_hand"]) == ([], 0, [])
    assert (await look(on, "/simulator/timeline", phone="0677")).status_code == 422


async def test_the_timeline_tells_who_was_asked_and_why_him(on: Stage, clock: HandClock) -> None:
    await on.says(MIREILLE, NEED, "oui")
    await silence(on, clock)
    told = (await look(on, "/simulator/timeline", phone=MIREILLE)).json()["request"]
    first, second = told["offers"]
    assert (told["code"], told["status"], told["zone_name"]) == ("MB-1", "offered", "Bonamoussadi")
    assert (first["status"], second["status"]) == ("expired", "open")
    assert second["expires_at"] > second["sent_at"]
    assert second["withheld"] >= 1
    score = sum(WEIGHTS[name] * value for name, value in second["reasons"].items())
    assert score == pytest.approx(second["score"], abs=1e-4)
    assert [event["name"] for event in told["events"]][-2:] == ["offer_expired", "offer_made"]


async def test_the_timeline_follows_the_newest_request(on: Stage) -> None:
    await on.says(MIREILLE, NEED, "oui", "ANNULER", "oui")
    await on.says(MIREILLE, "Plus de courant à Makepe, ce soir", "oui")
    told = (await look(on, "/simulator/timeline", phone=MIREILLE)).json()["request"]
    assert (told["code"], told["status"]) == ("MB-2", "offered")


async def test_a_name_full_of_markup_is_only_a_name(on: Stage) -> None:
    sly = Entry("</select><script>alert(1)</script>", "+237699000299", ("appliance",), ("pk9",))
    await on.mboa.office.store.write(roster.enter, sly, "simulator")
    assert "<script>alert" not in (await look(on, "/simulator")).text


async def test_the_light_shows_words_not_yet_heard(on: Stage) -> None:
    async with browser(on.mboa) as client:
        await client.post("/simulator/messages", json={"from": MIREILLE, "text": NEED})
        waiting = (await client.get("/simulator/timeline", params={"phone": MIREILLE})).json()
        await on.turn()
        heard = (await client.get("/simulator/timeline", params={"phone": MIREILLE})).json()
    assert (waiting["thinking"], heard["thinking"]) == ([MIREILLE], [])


async def test_a_phone_is_taken_over_and_given_back(on: Stage) -> None:
    phone = "+237699000201"
    async with browser(on.mboa) as client:
        taken = await client.post("/simulator/robots", json={"phone": phone, "on": False})
        held = phone in on.mboa.hands.by_hand
        back = await client.post("/simulator/robots", json={"phone": phone, "on": True})
        wrong = await client.post("/simulator/robots", json={"phone": "x", "on": True})
    assert (taken.json(), held, back.json()) == ({"by_hand": [phone]}, True, {"by_hand": []})
    assert wrong.status_code == 422


def test_the_examples_are_understood_but_for_the_one_that_shows_a_question() -> None:
    read = [understand(example) for example in EXAMPLES]
    assert [facts.service for facts in read] == ["plumbing", "appliance", "plumbing", "appliance", "electricity"]
    assert [facts.place is not None for facts in read] == [True, True, True, True, False]


def test_both_languages_have_the_same_words() -> None:
    french, english = wording("fr"), wording("en")
    assert french.keys() == english.keys()
    tables = [name for name, words in french.items() if isinstance(words, dict)]
    assert all(french[name].keys() == english[name].keys() for name in tables)
