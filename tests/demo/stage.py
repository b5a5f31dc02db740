"""A small simulated Douala for the tests of its pages: loops turned by hand, time in the hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from mboa.demo import city
from mboa.demo.traffic import Stage, stage
from mboa.settings import Settings
from mboa.storage import timeline
from mboa.wiring import Mboa, build
from tests.engines import Database, HandClock

MIREILLE, PAUL = "+237677000101", "+237677000102"
NEED = "Bonjour, j'ai une fuite sous l'évier à Bonamoussadi, demain matin"


def settings_in(folder: Path) -> Settings:
    """The simulator's settings, whatever the environment says."""
    return Settings(_env_file=None, channel="simulator", data_dir=folder, burst_seconds=0, quiet_hours="")


@asynccontextmanager
async def douala(database: Database, clock: HandClock) -> AsyncIterator[Stage]:
    """The demo city, awake, with nobody asking for anything yet."""
    mboa = build(settings_in(Path(database.address).parent), frozenset({"web"}), clock=clock)
    await mboa.start()
    try:
        await mboa.office.store.write(city.settle, "simulator")
        yield stage(mboa)
    finally:
        await mboa.stop()


@asynccontextmanager
async def browser(mboa: Mboa) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody who looks at the pages, without compression."""
    transport = httpx2.ASGITransport(app=mboa.app)
    headers = {"Accept-Encoding": "identity"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://mboa.test", headers=headers) as client:
        yield client


async def link(on: Stage, phone: str = MIREILLE) -> str:
    """The path of this client's follow page."""
    return f"/suivi/{await on.mboa.office.store.read(timeline.latest_token, phone)}"


async def silence(on: Stage, clock: HandClock) -> None:
    """Whoever is asked lets his minutes pass."""
    clock.advance(on.mboa.office.policy.offer_timeout.total_seconds() + 1)
    await on.mboa.crew.loops["deadlines"].step()
    await on.turn()
