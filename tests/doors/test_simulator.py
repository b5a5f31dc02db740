"""The simulator's doors: any phone writes, any phone is read, and the rest is the real thing."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from mboa.settings import Settings
from mboa.storage import roster
from mboa.storage.roster import Entry
from mboa.wiring import Mboa, build, prepare_database
from tests.engines import HandClock

MIREILLE, PAUL = "+237677000001", "+237699000001"


class Phones:
    """A simulator without loops of its own, stepped by the test."""

    def __init__(self, mboa: Mboa) -> None:
        self.mboa = mboa
        transport = httpx2.ASGITransport(app=mboa.app)
        self.web = httpx2.AsyncClient(transport=transport, base_url="http://mboa.test")

    async def write(self, **message: object) -> httpx2.Response:
        answer = await self.web.post("/simulator/messages", json=message)
        for loop in (*self.mboa.crew.loops.values(), *self.mboa.crew.loops.values()):
            await loop.step()
        return answer

    async def screen(self, phone: str, after: int = 0) -> list[dict[str, object]]:
        shown: list[dict[str, object]] = (
            await self.web.get("/simulator/messages", params={"phone": phone, "after": after})
        ).json()
        return shown


@pytest.fixture
async def phones(tmp_path: Path, clock: HandClock) -> AsyncIterator[Phones]:
    settings = Settings(_env_file=None, data_dir=tmp_path, burst_seconds=0, quiet_hours="")
    prepare_database(settings)
    mboa = build(settings, frozenset({"web"}), clock=clock)
    await mboa.start()
    await mboa.office.store.write(roster.enter, Entry("Paul", PAUL, ("plumbing",), ("makepe",)), "simulator")
    phones = Phones(mboa)
    yield phones
    await phones.web.aclose()
    await mboa.stop()


async def test_a_journey_between_two_phones(phones: Phones) -> None:
    answer = await phones.write(**{"from": MIREILLE, "text": "fuite d'eau à Makepe, urgent", "id": "m1"})
    assert (answer.status_code, answer.json()) == (202, {"id": "m1"})
    recap = (await phones.screen(MIREILLE))[-1]
    assert recap["direction"] == "out"
    payloads = [button["payload"] for button in recap["buttons"]]  # type: ignore[attr-defined]
    assert payloads[0] == "request:1:confirm"
    await phones.write(**{"from": MIREILLE, "button": payloads[0]})
    await phones.write(**{"from": PAUL, "button": "offer:1:accept"})
    assert any(PAUL in str(bubble["text"]) for bubble in await phones.screen(MIREILLE))
    assert any(MIREILLE in str(bubble["text"]) for bubble in await phones.screen(PAUL))


async def test_what_is_on_its_way_is_not_sent_again(phones: Phones) -> None:
    await phones.write(**{"from": MIREILLE, "text": "fuite d'eau à Makepe, urgent"})
    await phones.write(**{"from": MIREILLE, "button": "request:1:confirm"})
    await phones.write(**{"from": PAUL, "button": "offer:1:accept"})
    assert phones.mboa.double is not None
    arrived = [entry["key"] for entry in phones.mboa.double.log if entry.get("key")]
    assert len(arrived) >= 4
    assert len(arrived) == len(set(arrived))


async def test_a_repeated_id_has_one_effect(phones: Phones) -> None:
    for _ in range(3):
        await phones.write(**{"from": MIREILLE, "text": "bonjour", "id": "same"})
    assert [bubble["direction"] for bubble in await phones.screen(MIREILLE)] == ["in", "out"]


async def test_after_leaves_out_what_was_read(phones: Phones) -> None:
    await phones.write(**{"from": MIREILLE, "text": "bonjour"})
    first = await phones.screen(MIREILLE)
    assert await phones.screen(MIREILLE, after=int(str(first[-1]["id"]))) == []
    assert await phones.screen("+237699999999") == []


@pytest.mark.parametrize(
    "message",
    [
        {"from": "pas un numéro", "text": "bonjour"},
        {"from": MIREILLE},
        {"from": MIREILLE, "text": "a", "button": "b"},
        {"from": MIREILLE, "location": {"latitude": 95, "longitude": 9}},
        {"from": MIREILLE, "text": "a", "admin": True},
    ],
)
async def test_bad_input_is_refused_with_a_reason(phones: Phones, message: dict[str, object]) -> None:
    answer = await phones.write(**message)
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert await phones.screen(MIREILLE) == []
