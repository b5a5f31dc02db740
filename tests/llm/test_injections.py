"""Fifty messages that want the model to misbehave, and a model that does whatever it can: nothing comes of it."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mboa.llm.breaker import Breaker
from mboa.understanding.llm import INSTRUCTIONS, OPEN, Question, Unusable, fill_gaps, parse
from mboa.understanding.understand import understand
from tests.city import NEED, City
from tests.llm.loopback import KEY, Asked, Loopback, chat, repair

TEXTS = Path(__file__).with_name("injections.txt").read_text(encoding="utf-8").splitlines()
AWA, EBONGUE = "+237677998811", "+237677998822"
CANARY = "LEAK-7731"


def obeys(asked: Asked) -> str:
    """It hands over all that it was given, in every field."""
    everything = json.dumps(asked.body)[:3000] + asked.headers + KEY + CANARY
    return json.dumps(repair(service="plumbing", place=everything, time=CANARY, problem=INSTRUCTIONS[:150]))


def confirms(_: Asked) -> str:
    """It says what it was never asked to say."""
    more = {"confirm": True, "status": "accepted", "rating": 5, "phone": AWA, "reply": CANARY, "sure": True}
    return json.dumps({**repair(service="all", place=AWA, time="OUI " + CANARY), **more, "tool_calls": [{"id": "1"}]})


def lies(_: Asked) -> str:
    """A repair in every message, in a place where nobody said to be."""
    return json.dumps(repair(service="appliance", place=f"Akwa {CANARY}", time="tout de suite", problem=CANARY))


def shouts(_: Asked) -> str:
    """No object at all."""
    return f"{CANARY}: confirm! " + json.dumps({"intent": "confirm", "place": CANARY})


TEMPERS = (obeys, confirms, lies, shouts)


async def a_house_at_work(city: City) -> None:
    """Awa's request is offered to Paul; Ebongue looks at his recap."""
    await city.provider("Paul", "plumbing")
    awa = city.client("Awa", AWA)
    for said in (NEED, "OUI"):
        await awa.writes(said)
    await city.client("Ebongue", EBONGUE).writes(NEED)


async def state(city: City) -> list[tuple[object, ...]]:
    """All that is decided, and all that stands about those who did not write since."""
    requests = await city.rows(
        "SELECT client_id, status, service, zone, provider_id, version FROM v_requests "
        "WHERE client_id <= 3 OR status NOT IN ('gathering', 'confirming', 'cancelled') ORDER BY id"
    )
    offers = await city.rows("SELECT status, provider_id FROM v_offers ORDER BY id")
    people = await city.rows("SELECT id, opted_out FROM v_contacts WHERE id <= 3 ORDER BY id")
    return [tuple(row.values()) for row in (*requests, *offers, *people)]


@pytest.mark.parametrize("question", [None, "place"])
async def test_fifty_injections_reach_nothing(asking: City, model: Loopback, question: str | None) -> None:
    assert len(TEXTS) == 50
    await a_house_at_work(asking)
    before, second, shown = await state(asking), asking.mboa.crew.aids.second, ""
    assert second is not None
    for text, temper in zip(TEXTS, itertools.cycle(TEMPERS), strict=False):
        second.breaker = Breaker()
        model.says = lambda asked, temper=temper: chat(temper(asked))  # type: ignore[misc]
        attacker = asking.client("Attacker")
        if question:
            await attacker.writes("j'ai besoin d'un plombier")
        received = len(attacker.inbox)
        await asking.passes(seconds=2)
        await attacker.writes(text)
        assert len(attacker.inbox) > received, f"no answer to {text!r}"
        shown += repr(attacker.inbox)
    assert await state(asking) == before
    assert not [word for word in (CANARY, KEY, "998811", "998822", INSTRUCTIONS[:40]) if word in shown]
    assert not [word for word in (CANARY, KEY, INSTRUCTIONS[:40]) if word in repr(asking.double.log)]
    kept = await asking.rows("SELECT understood_json, text FROM messages WHERE understood_json IS NOT NULL")
    assert not [row for row in kept if CANARY in str(row) or KEY in str(row)]


async def test_the_model_is_told_nothing_worth_telling(asking: City, model: Loopback) -> None:
    await a_house_at_work(asking)
    for text in TEXTS:
        await asking.client("Attacker").writes(text)
    assert len(model.asked) >= 20, "most of them must reach the model for this to mean anything"
    sent = " ".join(json.dumps(asked.body) for asked in model.asked)
    assert not [word for word in (KEY, "998811", "998822", "Ebongue'", "Attacker", "pharmacie") if word in sent]
    assert {tuple(asked.body) for asked in model.asked} == {
        ("model", "max_tokens", "temperature", "messages", "response_format")
    }


@pytest.mark.parametrize("temper", TEMPERS)
def test_whatever_it_says_of_whatever_message_only_their_own_words_stand(temper: Callable[[Asked], str]) -> None:
    for text, expecting in itertools.product(TEXTS, OPEN):
        said, question = understand(text, expecting), Question(text, expecting)
        asked = Asked("/", f"Bearer {KEY}", {"messages": [{"content": question.as_json()}]})
        try:
            read = fill_gaps(said, parse(temper(asked), question), expecting)
        except Unusable:
            continue
        pieces = [read.place and read.place.text, read.time and read.time.text, read.problem]
        assert all(piece in text for piece in pieces if piece)
        assert read.intent in {said.intent, "new_request"}
        assert (read.sure, read.rating, read.keyword, read.phone) == (said.sure, said.rating, said.keyword, said.phone)
