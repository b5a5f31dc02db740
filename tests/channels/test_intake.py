"""Webhooks that come together share transactions; each is answered for itself."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from mboa.channels import intake
from mboa.fake_meta.double import sign
from mboa.storage.store import Connection
from tests.city import SECRET, City


class Counted:
    """Counts the transactions of the door; holds them up while it is told to, or lets them fail."""

    def __init__(self, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
        self.transactions = 0
        self.open = asyncio.Event()
        self.open.set()
        self.refused = ""
        store = city.mboa.office.store
        first = store.write_first

        async def write_first(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            self.transactions += 1
            await self.open.wait()
            return await first(self._refusing(fn), *args, **kwargs)

        monkeypatch.setattr(store, "write_first", write_first)

    def _refusing(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        def within(conn: Connection, batches: list[Any], *args: Any) -> Any:
            if self.refused and any(m.text == self.refused for batch in batches for m in batch.messages):
                raise ValueError("poison")
            return fn(conn, batches, *args)

        return within


async def knock(city: City, *bodies: bytes) -> list[int]:
    """The statuses of webhooks that come at the same moment."""
    headers = [{"x-hub-signature-256": sign(body, SECRET)} for body in bodies]
    answers = await asyncio.gather(
        *(
            city.web.post("/webhooks/whatsapp", content=body, headers=head)
            for body, head in zip(bodies, headers, strict=True)
        ),
        return_exceptions=True,
    )
    return [answer.status_code if not isinstance(answer, BaseException) else 500 for answer in answers]


def said(city: City, *texts: str) -> list[bytes]:
    return [city.double.text(city.client(f"client {n}").address, text) for n, text in enumerate(texts)]


async def kept(city: City) -> list[str]:
    return [row["text"] for row in await city.rows("SELECT text FROM v_messages ORDER BY text")]


async def test_sixty_at_once_are_a_handful_of_transactions(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(city, monkeypatch)
    texts = [f"fuite {n:02}" for n in range(60)]
    assert await knock(city, *said(city, *texts)) == [200] * 60
    assert await kept(city) == texts
    assert counted.transactions <= 8


async def test_one_that_cannot_be_kept_takes_no_other_along(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(city, monkeypatch)
    counted.refused = "fuite 3"
    texts = [f"fuite {n}" for n in range(8)]
    statuses = await knock(city, *said(city, *texts))
    assert [text for text, status in zip(texts, statuses, strict=True) if status != 200] == ["fuite 3"]
    assert await kept(city) == [text for text in texts if text != "fuite 3"]


async def test_whoever_gives_up_waiting_takes_no_other_along(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(city, monkeypatch)
    monkeypatch.setattr(intake, "KEEP_SECONDS", 0.2)
    counted.open.clear()
    early = said(city, "fuite tôt")
    late = asyncio.create_task(knock(city, *early))
    assert await asyncio.wait_for(late, 20) == [503]
    monkeypatch.setattr(intake, "KEEP_SECONDS", 30)
    later = asyncio.create_task(knock(city, *said(city, "fuite tard")))
    await asyncio.sleep(0)
    counted.open.set()
    assert await later == [200]
    # As Meta does: the first comes again, and is one message, whether or not it was kept before.
    assert await knock(city, *early) == [200]
    assert await kept(city) == ["fuite tard", "fuite tôt"]
