"""Every line said while something is worked on bears its ids, and nobody else's."""

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest

from mboa.operations.context import working_on
from mboa.operations.logging import set_up
from mboa.operations.spool import LogSpool
from tests.city import NEED, City

logger = logging.getLogger("mboa.test")


class Paper:
    """Where lines end up."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass

    def lines(self) -> list[dict[str, object]]:
        """All of them, once the spool has written them."""
        logging.getLogger().handlers[0].close()
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def paper() -> Iterator[Paper]:
    """What is logged meanwhile."""
    root = logging.getLogger()
    before, level, paper = root.handlers[:], root.level, Paper()
    set_up("json")
    spool = root.handlers[0]
    assert isinstance(spool, LogSpool)
    spool._stream = paper
    yield paper
    root.handlers[:] = before
    root.setLevel(level)


async def test_what_follows_from_a_message_bears_its_ids(city: City, paper: Paper) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    city.clock.advance(700)
    await city.settle()
    told = {str(line["event"]): line for line in paper.lines()}
    created = told["request_created"]
    assert (created["message_id"], created["contact_id"], created["request_id"]) == (3, 2, 1)
    assert (told["offer_expired"]["offer_id"], told["offer_expired"].get("message_id")) == (1, None)
    assert paul.address not in paper.text


async def test_two_at_once_do_not_mix_up_their_ids(paper: Paper) -> None:
    async def work(number: int) -> None:
        with working_on(message_id=number):
            await asyncio.sleep(0)
            logger.info("heard", extra={"number": number})
        logger.info("rested")

    await asyncio.gather(*(work(number) for number in range(20)))
    lines = paper.lines()
    assert all(line["message_id"] == line["number"] for line in lines if line["event"] == "heard")
    assert all("message_id" not in line for line in lines if line["event"] == "rested")


def test_what_a_line_says_itself_is_kept(paper: Paper) -> None:
    with working_on(request_id=7, offer_id=None):
        logger.info("offer_made", extra={"request_id": 8})
    [line] = paper.lines()
    assert line["request_id"] == 8
    assert "offer_id" not in line
