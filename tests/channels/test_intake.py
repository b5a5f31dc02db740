"""Webhooks that come together share transactions; each is answered for itself."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from mboa.channels import intake
from mboa.channels.base import Batch
from mboa.channels.intake import Intake
from mboa.channels.whatsapp import webhook as whatsapp
from mboa.storage.store import Connection, Store
from tests.city import City


class Watched:
    """The city's store, with a door that counts its transactions, and that can be held shut or refuse somebody's words:
    what a database does on a bad day."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.transactions = 0
        self.open = asyncio.Event()
        self.open.set()
        self.refused = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def write_first(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.transactions += 1
        await self.open.wait()

        def within(conn: Connection, batches: list[Batch], *more: Any) -> Any:
            if self.refused and any(m.text == self.refused for batch in batches for m in batch.messages):
                raise ValueError("poison")
            return fn(conn, batches, *more)

        return await self.store.write_first(within, *args, **kwargs)


def door_of(city: City) -> tuple[Intake, Watched]:
    """A door of its own on the city's database."""
    office = city.mboa.office
    watched = Watched(office.store)
    return Intake(replace(office, store=cast("Store", watched)), timedelta(0)), watched


async def knock(door: Intake, *bodies: bytes) -> list[bool]:
    """Which of the webhooks that come at the same moment are kept, by what their senders are told."""
    batches = [whatsapp.parse(body) for body in bodies]
    answers = await asyncio.gather(*(door.keep(batch) for batch in batches), return_exceptions=True)
    return [answer is None for answer in answers]


def said(city: City, *texts: str) -> list[bytes]:
    return [city.double.text(city.client(f"client {n}").address, text) for n, text in enumerate(texts)]


async def kept(city: City) -> list[str]:
    return [row["text"] for row in await city.rows("SELECT text FROM v_messages ORDER BY text")]


async def test_sixty_at_once_are_a_handful_of_transactions(city: City) -> None:
    door, watched = door_of(city)
    texts = [f"fuite {n:02}" for n in range(60)]
    assert await knock(door, *said(city, *texts)) == [True] * 60
    assert await kept(city) == texts
    assert watched.transactions <= 8


async def test_one_that_cannot_be_kept_takes_no_other_along(city: City) -> None:
    door, watched = door_of(city)
    watched.refused = "fuite 3"
    texts = [f"fuite {n}" for n in range(8)]
    statuses = await knock(door, *said(city, *texts))
    assert [text for text, status in zip(texts, statuses, strict=True) if not status] == ["fuite 3"]
    assert await kept(city) == [text for text in texts if text != "fuite 3"]


async def test_whoever_gives_up_waiting_takes_no_other_along(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    door, watched = door_of(city)
    monkeypatch.setattr(intake, "KEEP_SECONDS", 0.2)
    watched.open.clear()
    early = said(city, "fuite tôt")
    late = asyncio.create_task(knock(door, *early))
    assert await asyncio.wait_for(late, 20) == [False]
    monkeypatch.setattr(intake, "KEEP_SECONDS", 30)
    later = asyncio.create_task(knock(door, *said(city, "fuite tard")))
    await asyncio.sleep(0)
    watched.open.set()
    assert await later == [True]
    # As Meta does: the first comes again, and is one message, whether or not it was kept before.
    assert await knock(door, *early) == [True]
    assert await kept(city) == ["fuite tard", "fuite tôt"]
