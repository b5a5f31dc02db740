"""No door takes more than it needs, announced or not; what is too large is refused before it is read."""

from collections.abc import AsyncIterator

import pytest

from tests.admin.stage import at_desk
from tests.city import City
from tests.engines import Database, HandClock

KB, MB = 1024, 1024 * 1024


async def dripping(size: int) -> AsyncIterator[bytes]:
    """A body whose length nobody announced."""
    for _ in range(size // KB):
        yield b"x" * KB


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize(
    ("path", "size"),
    [("/admin/login", 65 * KB), ("/webhooks/whatsapp", 4 * MB + KB), ("/webhooks/twilio", 4 * MB + KB)],
)
async def test_too_much_is_refused(city: City, path: str, size: int, announced: bool) -> None:
    headers = {"content-type": "application/json", "accept": "application/json"}
    body = b"x" * size if announced else dripping(size)
    assert (await city.web.post(path, content=body, headers=headers)).status_code == 413


@pytest.mark.parametrize("announced", [True, False])
async def test_an_operators_form_has_four_megabytes(city: City, announced: bool) -> None:
    async with at_desk(city, "operator") as awa:
        size = 4 * MB + KB
        headers = {"content-type": "application/json"}
        body = b"x" * size if announced else dripping(size)
        assert (await awa.post("/admin/providers", content=body, headers=headers)).status_code == 413
        small = await awa.post("/admin/providers", content=b"x" * MB, headers=headers)
        assert small.status_code == 422


async def test_the_simulator_takes_the_longest_message_there_is(database: Database, clock: HandClock) -> None:
    city = City(database, clock)
    city.settings = city.settings.model_copy(update={"channel": "simulator", "whatsapp_phone_id": ""})
    city.mboa = city._build()
    await city.open()
    longest = {"from": "+237677000101", "text": "🙂" * 65_536}
    taken = await city.web.post("/simulator/messages", json=longest)
    refused = [
        await city.web.post("/simulator/messages", content=body, headers={"content-type": "application/json"})
        for body in (b"x" * (MB + KB), dripping(MB + KB))
    ]
    await city.close()
    assert (taken.status_code, [answer.status_code for answer in refused]) == (202, [413, 413])
