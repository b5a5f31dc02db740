"""What a second reading may add to the first, and what leaves the house for it."""

import json

import pytest

from mboa.understanding.facts import Expecting
from mboa.understanding.llm import Extract, Question, Unusable, fill_gaps, parse, worth_asking
from mboa.understanding.understand import understand
from tests.city import NEED, City
from tests.llm.loopback import KEY, Loopback, repair

FISH = "the thing wey dey cold fish don tire"


async def test_what_the_words_leave_open_is_filled(asking: City, model: Loopback) -> None:
    model.finds(service="appliance", problem="don tire")
    mireille = asking.client("Mireille")
    await mireille.writes(FISH)
    (draft,) = await asking.rows("SELECT service, status FROM v_requests")
    assert (draft["service"], draft["status"]) == ("appliance", "gathering")
    (row,) = await asking.rows("SELECT understood_json FROM messages WHERE direction = 'in'")
    read = json.loads(row["understood_json"])
    assert (read["sure"], read["rule"], read["problem"]) == (False, "nothing found; second reading", "don tire")


async def test_nothing_is_sent_out_before_the_person_says_yes(asking: City, model: Loopback) -> None:
    model.finds(service="appliance")
    paul = await asking.provider("Paul", "appliance")
    mireille = asking.client("Mireille")
    for said in (FISH, "Bonamoussadi", "demain matin", "elle ne refroidit plus"):
        await mireille.writes(said)
    assert (await asking.status(), await asking.offers()) == ("confirming", [])
    assert "Électroménager" in mireille.last
    await mireille.writes("OUI")
    assert (await asking.offers(), len(paul.inbox)) == (["open"], 1)


async def test_a_sure_reading_is_not_asked_about(asking: City, model: Loopback) -> None:
    await asking.client("Awa").writes("j'ai besoin d'un plombier")
    mireille = asking.client("Mireille")
    for said in (NEED, "OUI", "STATUT", "merci", "5", "ça sent le gaz et le zinzin"):
        await mireille.writes(said)
    assert model.asked == []


async def test_only_the_message_leaves_and_no_number(asking: City, model: Loopback) -> None:
    await asking.client("Awa", "+237677112233").writes(NEED)
    await asking.client("Mireille", "+237699445566").writes("call my tata for 6 77 98 76 54 the zinzin don tire")
    (asked,) = model.asked
    assert asked.message == "call my tata for +237 6•• •• •• 54 the zinzin don tire"
    sent = json.dumps(asked.body) + asked.headers
    assert not [word for word in ("Awa", "112233", "Mireille", "445566", "pharmacie", "98 76") if word in sent]
    assert "tools" not in asked.body
    assert f"Bearer {KEY}" in asked.headers


async def test_the_same_short_words_are_asked_about_once(asking: City, model: Loopback) -> None:
    model.finds(service="appliance")
    for name in ("Mireille", "Awa", "Ebongue"):
        await asking.client(name).writes(FISH)
    assert len(model.asked) == 1
    assert [row["service"] for row in await asking.rows("SELECT service FROM v_requests")] == ["appliance"] * 3


@pytest.mark.parametrize("expecting", ["confirmation", "rating", "offer_answer"])
def test_closed_questions_are_never_asked_about(expecting: Expecting) -> None:
    assert worth_asking(FISH, understand(FISH), None)
    assert not worth_asking(FISH, understand(FISH, expecting), expecting)


@pytest.mark.parametrize(
    ("found", "expecting", "filled"),
    [
        (repair(service="plumbing", place="chez Tonton"), "place", {"place"}),
        (repair(service="plumbing", place="chez Tonton"), "service", {"service"}),
        (repair(service="plumbing", place="chez Tonton"), None, {"service", "place"}),
        (repair(service="plumbing", place="chez Tonton"), "time", set()),
        ({**repair(service="plumbing"), "intent": "other"}, None, set()),
    ],
)
def test_an_answer_fills_what_was_asked_for(
    found: dict[str, str], expecting: Expecting | None, filled: set[str]
) -> None:
    text = "le zinzin vers chez Tonton"
    before = understand("zinzin")
    after = fill_gaps(before, parse(json.dumps(found), Question(text)), expecting)
    assert {slot for slot in ("service", "place", "time", "problem") if getattr(after, slot)} == filled
    assert (after.sure, after.intent) == (False, "new_request" if filled else before.intent)


def test_what_the_words_said_stays() -> None:
    said = understand("fuite à Makepe")
    again = fill_gaps(said, Extract(True, "appliance", "Makepe", None, "fuite"), None)
    assert (again.service, again.place, again.intent) == ("plumbing", said.place, said.intent)


def test_the_gazetteer_and_not_the_model_knows_the_zone() -> None:
    filled = fill_gaps(understand("zinzin"), Extract(True, place="à Makepe"), None)
    assert filled.place is not None
    assert (filled.place.zone, filled.place.city) == ("makepe", "douala")


@pytest.mark.parametrize("piece", ["Akwa", "Mak", "MAKEPE", "x" * 200, "•• 54", "12 34", 7, None, ["Makepe"]])
def test_a_piece_that_is_not_in_the_message_is_dropped(piece: object) -> None:
    question = Question("le zinzin à Makepe 12 34 •• 54 " + "x" * 200)
    assert parse(json.dumps({**repair(), "place": piece}), question).place is None
    assert parse(json.dumps(repair(place="Makepe")), question).place == "Makepe"


@pytest.mark.parametrize(
    "answer", ["", "no", "[]", "{}", '{"intent": "confirm"}', "{" * 9000, '{"intent": ["repair"]}']
)
def test_anything_else_is_no_answer(answer: str) -> None:
    with pytest.raises(Unusable):
        parse(answer, Question("le zinzin"))


def test_an_answer_in_a_code_fence_is_one() -> None:
    assert parse(f"```json\n{json.dumps(repair(service='plumbing'))}\n```", Question("zinzin")).service == "plumbing"
