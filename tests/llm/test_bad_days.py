"""Whatever the model does, the person is answered, within the budget, and nothing of the model's reaches him."""

import asyncio
import json
import subprocess
import sys
import time

import pytest

from mboa.llm.breaker import Breaker
from mboa.storage import llm_calls
from tests.city import NEED, City
from tests.engines import Database, HandClock, eventually
from tests.llm.loopback import NOTHING, Loopback, chat, city_with, repair

FISH = "the thing wey dey cold fish don tire"


async def answered(city: City, name: str, text: str = FISH) -> bool:
    """Somebody new writes: whether he got an answer."""
    person = city.client(name)
    await person.writes(text)
    return bool(person.inbox)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("500 Internal Server Error", b"{}"),
        ("429 Too Many Requests", b"{}"),
        ("401 Unauthorized", b'{"error": "sk-canary"}'),
        ("302 Found\r\nlocation: http://127.0.0.1:9/", b""),
        ("200 OK", b"<html>"),
        ("200 OK", b"[]"),
        ("200 OK", b'{"choices": []}'),
        ("200 OK", b'{"choices": [{"message": {"content": [1]}}]}'),
        ("200 OK", chat("I would love to help!")),
        ("200 OK", chat('{"intent": "repair"') + b" " * 200_000),
        ("200 OK", b"\xff\xfe\x00"),
        ("200 OK", None),
        ("900 Oops", b"{}"),
    ],
)
async def test_a_broken_model_is_as_good_as_none(
    asking: City, model: Loopback, status: str, body: bytes | None
) -> None:
    model.status, model.says = status, lambda _: body
    assert await answered(asking, "Mireille")
    assert len(model.asked) == 1
    assert await asking.rows("SELECT id FROM v_requests") == []


async def test_a_slow_model_costs_a_second_and_no_more(asking: City, model: Loopback) -> None:
    model.seconds = 30
    began = time.monotonic()
    assert await answered(asking, "Mireille")
    assert 0.9 < time.monotonic() - began < 2.5


async def test_nobody_waits_for_anothers_second_reading(asking: City, model: Loopback) -> None:
    model.seconds = 0.8
    model.finds(service="appliance")
    slow, quick = asking.client("Mireille"), asking.client("Awa")
    await asking.post(asking.double.text(slow.address, FISH))
    hearing = asyncio.create_task(asking.settle())
    await model.begun.wait()
    await asking.post(asking.double.text(quick.address, NEED))

    async def somebody_was_heard() -> bool:
        heard = await asking.rows("SELECT text FROM v_messages WHERE status = 'understood'")
        return [row["text"] for row in heard] == [NEED]

    await eventually(somebody_was_heard, 0.7)
    await hearing
    assert slow.inbox


async def test_a_line_that_fails_is_left_alone_and_tried_again(asking: City, model: Loopback) -> None:
    assert asking.mboa.crew.aids.second is not None
    seconds = [0.0]
    asking.mboa.crew.aids.second.breaker = Breaker(lambda: seconds[0])
    model.status = "500 No"
    for number in range(8):
        assert await answered(asking, f"Client {number}", f"{FISH} {number} times")
    assert len(model.asked) == 5
    seconds[0], model.status = 121.0, "200 OK"
    for text in ("the zinzin don tire", "the gnangnan don tire"):
        assert await answered(asking, text, text)
    assert len(model.asked) == 7


def test_a_breaker_lets_one_try_pass_in_two_minutes() -> None:
    seconds = [0.0]
    breaker = Breaker(lambda: seconds[0])
    assert [breaker.failed() for _ in range(5)] == [False] * 4 + [True]
    assert not breaker.allows()
    seconds[0] = 121.0
    assert (breaker.allows(), breaker.allows()) == (True, False)
    breaker.worked()
    assert breaker.allows()


async def test_failures_far_apart_open_nothing() -> None:
    seconds = [0.0]
    breaker = Breaker(lambda: seconds[0])
    for _ in range(20):
        breaker.failed()
        seconds[0] += 16.0
    assert breaker.allows()


async def test_the_day_is_counted_for_all_processes_together(
    model: Loopback, database: Database, clock: HandClock
) -> None:
    async with city_with(model, database, clock, llm_calls_per_day=2) as city:
        for number in range(4):
            assert await answered(city, f"Client {number}", f"{FISH} {number} times")
        await city.restart()
        assert await answered(city, "Awa", "the zinzin don tire")
        assert len(model.asked) == 2 == await city.mboa.office.store.read(llm_calls.today)
        clock.advance(86_400)
        assert await answered(city, "Paul", "the gnangnan don tire")
        assert len(model.asked) == 3


async def test_a_message_that_changed_meanwhile_is_read_again(asking: City, model: Loopback) -> None:
    model.says = lambda asked: chat(json.dumps(repair(service="appliance") if "fish" in asked.message else NOTHING))
    model.seconds = 0.2
    mireille = asking.client("Mireille")
    await asking.post(asking.double.text(mireille.address, FISH))
    hearing = asyncio.create_task(asking.settle())
    await model.begun.wait()
    await asking.post(asking.double.text(mireille.address, "STOP"))
    await hearing
    assert await asking.rows("SELECT id FROM v_messages WHERE status = 'received'") == []
    assert (await asking.rows("SELECT opted_out FROM v_contacts"))[0]["opted_out"]


def test_without_a_model_nothing_of_it_is_loaded() -> None:
    program = (
        "import sys; from mboa.settings import Settings; from mboa.wiring import open_second_opinion;"
        "assert open_second_opinion(Settings(_env_file=None), None) is None;"
        "print({'mboa.llm.model', 'mboa.llm.wire', 'mboa.work.second_opinion'}.intersection(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
