"""Robots answer for the providers whose phones nobody holds: most say yes, some say no, some stay silent."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Literal

from mboa.channels.simulator.routes import SimulatorDoors, Written
from mboa.storage import timeline
from mboa.storage.store import Row
from mboa.wiring import Mboa
from mboa.work.loops import attempt

LOOK_SECONDS = 0.25
# Of a hundred offers; whoever is asked third always says yes, so that a visitor's story ends well.
DECLINES, SILENT = 20, 10
LAST_ASKED = 3
# How long a person takes, in real life's seconds; the demo's speed divides them.
TO_ANSWER, TO_NEXT_STEP = (40.0, 120.0), (100.0, 160.0)
NEXT_STEP: dict[str | None, str] = {None: "EN ROUTE", "en_route": "ARRIVE", "arrived": "TERMINE"}
VERBS = {"EN ROUTE": "en_route", "ARRIVE": "arrived", "TERMINE": "done"}
Act = Callable[[Row, random.Random], Awaitable[None]]
WORDS = {"no": ("NON {code}", "Non {code}"), "yes": ("OUI {code}", "Oui {code}", "oui {code}")}


def verdict(chance: random.Random, position: int) -> Literal["yes", "no", "silent"]:
    """What whoever is asked as the ``position``-th makes of an offer."""
    dice = 100.0 if position >= LAST_ASKED else chance.uniform(0, 100)
    return "silent" if dice < SILENT else "no" if dice < SILENT + DECLINES else "yes"


class Robots:
    """Watches open offers and jobs under way, and writes as their providers would. The same ``seed``, the same city."""

    def __init__(self, mboa: Mboa, speed: float, seed: int = 237) -> None:
        assert mboa.double is not None
        self.mboa = mboa
        self.doors = SimulatorDoors(mboa.intake, mboa.double)
        self.speed = speed
        self.seed = seed
        self._seen: set[str] = set()
        self._acting: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await attempt(self.look(), "robots", otherwise=None)
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for task in self._acting:
                task.cancel()

    async def look(self) -> None:
        """Take up whatever is new since the last look."""
        waiting = await self.mboa.office.store.read(timeline.to_answer)
        for offer in waiting.offers:
            self._take_up(f"offer {offer['id']}", self._answer, offer)
        for job in waiting.jobs:
            self._take_up(f"job {job['id']} {job['phone']} {job['progress']}", self._go_on, job)

    async def idle(self) -> None:
        """Wait until everything taken up is done."""
        await asyncio.gather(*self._acting)

    def _take_up(self, what: str, act: Act, row: Row) -> None:
        if what in self._seen or self._is_held(row["phone"]):
            return
        self._seen.add(what)
        chance = random.Random(f"{self.seed} {what}")  # noqa: S311 - a play, not a secret
        task = asyncio.create_task(self._act(what, act(row, chance), row["phone"]))
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)

    async def _act(self, what: str, doing: Awaitable[None], phone: str) -> None:
        await attempt(doing, "robots", otherwise=None)
        if self._is_held(phone):
            # Whoever hands the phone back finds it still to be done.
            self._seen.discard(what)

    def _is_held(self, phone: str) -> bool:
        return phone in self.mboa.hands.by_hand

    async def _answer(self, offer: Row, chance: random.Random) -> None:
        said = verdict(chance, offer["position"])
        await self._pause(chance, TO_ANSWER)
        if said != "silent":
            words = chance.choice(WORDS[said])
            await self._say(offer["phone"], text=words.format(code=offer["code"]))

    async def _go_on(self, job: Row, chance: random.Random) -> None:
        step = NEXT_STEP.get(job["progress"])
        if step is None:
            return
        await self._pause(chance, TO_NEXT_STEP)
        # The button names the job, so that a provider with two says which.
        await self._say(job["phone"], button=f"job:{job['id']}:{VERBS[step]}")

    async def _pause(self, chance: random.Random, span: tuple[float, float]) -> None:
        await asyncio.sleep(chance.uniform(*span) / self.speed)

    async def _say(self, phone: str, *, text: str | None = None, button: str | None = None) -> None:
        """Unless somebody took the phone meanwhile."""
        if not self._is_held(phone):
            await self.doors.write(Written(sender=phone, text=text, button=button))
