"""A word that nobody knew is taught: it is read from then on, and can be taken back and carried to the repository."""

import json
import tomllib
from typing import Any

import httpx2
import pytest

from mboa.storage import erasure
from mboa.understanding.learned import Lesson, lessons, trying
from mboa.understanding.understand import understand
from tests.admin.stage import at_desk
from tests.city import City

SAID = "ma mazoutière de Logbaba, tel 6 77 12 34 56"
FRIDGE = {"phrase": "Mazoutière", "kind": "fixture", "meaning": "appliance"}


async def taught(desk: httpx2.AsyncClient, **lesson: Any) -> httpx2.Response:
    """Propose this lesson."""
    return await desk.post("/admin/review/words", json={**FRIDGE, **lesson})


async def words_of(desk: httpx2.AsyncClient) -> dict[str, int]:
    """The unknown words that the page lists, and in how many messages each stands."""
    return {item["word"]: item["count"] for item in (await desk.get("/admin/review")).json()["items"]}


async def test_unsure_messages_stand_by_their_unknown_words(city: City) -> None:
    await city.client("Mireille").writes(SAID)
    await city.client("Awa").writes("mazoutière mazoutière abeg 99 88 77 66 55")
    await city.client("Paul").writes("j'ai une fuite à Makepe")
    async with at_desk(city) as odile:
        assert await words_of(odile) == {"mazoutiere": 2}
        (item,) = (await odile.get("/admin/review")).json()["items"]
    assert [example["text"][:13] for example in item["examples"]] == ["mazoutière ma", "ma mazoutière"]
    assert not [digits for digits in ("12 34", "77 66") if digits in json.dumps(item)]


async def test_what_was_marked_as_misread_stands_there_too(city: City) -> None:
    await city.client("Mireille").writes("la mazoutière à côté du robinet fuit")
    async with at_desk(city) as odile:
        assert await words_of(odile) == {}
        await odile.post("/admin/conversations/1/messages/1/misread", json={"intent": "other"})
        assert await words_of(odile) == {"mazoutiere": 1}


async def test_after_a_week_it_is_gone(city: City) -> None:
    await city.client("Mireille").writes(SAID)
    city.clock.advance(7 * 86_400 + 1)
    async with at_desk(city) as odile:
        assert await words_of(odile) == {}


async def test_what_is_understood_by_now_is_no_longer_listed(city: City) -> None:
    await city.client("Mireille").writes(SAID)
    async with at_desk(city) as odile:
        assert await words_of(odile) == {"mazoutiere": 1}
        await taught(odile)
        assert await words_of(odile) == {}


async def test_a_word_is_taught_and_the_next_message_is_understood(city: City) -> None:
    async with at_desk(city) as odile:
        answer = await taught(odile)
        assert (answer.status_code, answer.json()) == (201, {"id": 1, **FRIDGE, "phrase": "mazoutiere"})
        mireille = city.client("Mireille")
        await mireille.writes(SAID)
        (row,) = await city.rows("SELECT service, zone FROM v_requests")
        assert (row["service"], row["zone"]) == ("appliance", "logbaba")
        assert await words_of(odile) == {}


async def test_taken_back_it_means_nothing_any_more(city: City) -> None:
    async with at_desk(city) as odile:
        await taught(odile)
        assert understand(SAID).service == "appliance"
        assert (await odile.delete("/admin/review/words/1")).status_code == 200
        assert (lessons(), understand(SAID).service) == ((), None)
        assert (await odile.delete("/admin/review/words/1")).status_code == 404
        assert (await taught(odile, meaning="plumbing")).status_code == 201
    assert understand(SAID).service == "plumbing"


async def test_a_place_is_taught(city: City) -> None:
    async with at_desk(city) as odile:
        answer = await taught(odile, phrase="Carrefour Zogbo", kind="place", meaning="PK 14")
        assert answer.json()["meaning"] == "pk14"
    place = understand("fuite vers carrefour zogbo").place
    assert place is not None
    assert place.zone == "pk14"


@pytest.mark.parametrize(
    ("lesson", "field"),
    [
        ({"phrase": "robinet", "meaning": "appliance"}, "phrase"),
        ({"phrase": "robinet", "meaning": "plumbing"}, "phrase"),
        ({"phrase": "demain", "meaning": "plumbing"}, "phrase"),
        ({"phrase": "le", "meaning": "plumbing"}, "phrase"),
        ({"phrase": "maison", "meaning": "plumbing"}, "phrase"),
        ({"phrase": "bonamoussadi", "kind": "place", "meaning": "makepe"}, "phrase"),
        ({"phrase": "677123456"}, "phrase"),
        ({"phrase": "a|b zin*"}, "phrase"),
        ({"phrase": "un deux trois quatre cinq zin"}, "phrase"),
        ({"phrase": ""}, "phrase"),
        ({"meaning": "magic"}, "service"),
        ({"meaning": "other"}, "service"),
        ({"kind": "place", "meaning": "Atlantide"}, "zone"),
        ({"kind": "dance"}, "kind"),
        ({"message_id": "x"}, "message_id"),
    ],
)
async def test_what_means_something_already_is_refused(city: City, lesson: dict[str, str], field: str) -> None:
    async with at_desk(city) as odile:
        answer = await taught(odile, **lesson)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert lessons() == ()


async def test_what_breaks_a_golden_message_is_refused_and_shown(city: City) -> None:
    async with at_desk(city) as odile:
        answer = await taught(odile, phrase="ça sent", kind="symptom")
        assert (answer.status_code, len(answer.json()["broken"])) == (409, 1)
        assert "gaz" in answer.json()["broken"][0]
        assert (await odile.get("/admin/review")).json()["learned"] == []
    assert lessons() == ()


async def test_a_dry_run_shows_what_would_change_and_changes_nothing(city: City) -> None:
    await city.client("Mireille").writes(SAID)
    await city.client("Paul").writes("j'ai une fuite à Makepe")
    async with at_desk(city) as odile:
        told = (await taught(odile, dry_run=True)).json()
    assert (told["broken"], told["examined"], len(told["changed"])) == ([], 2, 1)
    (change,) = told["changed"]
    assert (change["before"]["service"], change["after"]["service"]) == (None, "appliance")
    assert ("12 34" in change["text"], lessons()) == (False, ())


async def test_a_phrase_means_one_thing(city: City) -> None:
    async with at_desk(city) as odile:
        assert (await taught(odile)).status_code == 201
        assert (await taught(odile, meaning="plumbing")).status_code == 422
    assert [lesson.meaning for lesson in lessons()] == ["appliance"]


async def test_a_viewer_teaches_nothing(city: City) -> None:
    async with at_desk(city, "viewer") as odile:
        assert [(await taught(odile)).status_code, (await odile.delete("/admin/review/words/1")).status_code] == [
            403,
            403,
        ]
    assert lessons() == ()


async def test_who_taught_what_stands_in_the_audit_log(city: City) -> None:
    async with at_desk(city) as odile:
        await taught(odile)
        await odile.delete("/admin/review/words/1")
    rows = await city.rows("SELECT action, subject, after_json, before_json FROM audit WHERE action LIKE 'word%'")
    assert [(row["action"], row["subject"]) for row in rows] == [("word_learned", "word:1"), ("word_revoked", "word:1")]
    assert json.loads(rows[0]["after_json"]) == {**FRIDGE, "phrase": "mazoutiere"} == json.loads(rows[1]["before_json"])


async def test_the_lessons_become_lines_for_the_repository(city: City) -> None:
    await city.client("Mireille").writes(SAID)
    async with at_desk(city) as odile:
        await taught(odile, message_id=1)
        await taught(odile, phrase="carrefour zogbo", kind="place", meaning="makepe")
        lines = tomllib.loads((await odile.get("/admin/review.toml")).text)
        cases = [json.loads(line) for line in (await odile.get("/admin/review.jsonl")).text.splitlines()]
    assert lines == {
        "appliance": {"fixture": ["mazoutiere"]},
        "zones": {"makepe": {"aliases": ["carrefour zogbo"]}},
    }
    assert [case["text"] for case in cases] == [SAID.replace("6 77 12 34 56", "0 00 00 00 00"), "carrefour zogbo"]
    assert (cases[0]["service"], cases[0]["place"], cases[1]["place"]) == ("appliance", "Logbaba", "carrefour zogbo")


async def test_a_forgotten_person_leaves_no_words_in_the_export(city: City) -> None:
    await city.client("Mireille").writes(SAID)
    async with at_desk(city) as odile:
        await taught(odile, message_id=1)
        await city.mboa.office.store.write(erasure.erase, 1)
        assert json.loads((await odile.get("/admin/review.jsonl")).text)["text"] == "mazoutiere"


async def test_after_a_restart_it_is_still_known(city: City) -> None:
    async with at_desk(city) as odile:
        await taught(odile)
    await city.restart()
    assert [lesson.phrase for lesson in lessons()] == ["mazoutiere"]


async def test_another_process_learns_it_by_looking(city: City) -> None:
    async with at_desk(city) as odile:
        await taught(odile)
        await city.mboa.office.store.write(lambda conn: conn.run("UPDATE learned_words SET meaning = 'plumbing'"))
        await city.mboa.lessons.look()
    assert understand(SAID).service == "plumbing"


def test_a_taught_word_is_no_slip_of_the_pen() -> None:
    said = "mon robinot est gâté"
    assert understand(said).service == "plumbing"
    with trying([Lesson("robinot", "fixture", "appliance")]):
        assert understand(said).service == "appliance"
    assert understand(said).service == "plumbing"


def test_the_longer_phrase_counts() -> None:
    said = "le robinet du frigo fuit"
    assert understand(said).service == "plumbing"
    with trying([Lesson("robinet du frigo", "fixture", "appliance")]):
        assert understand(said).service == "appliance"
        assert understand("le robinet fuit").service == "plumbing"
