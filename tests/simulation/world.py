"""The city of a story: the wired product on a store that may break, a line that may fail, and a clock in the hand."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from random import Random

import httpx2

from mboa.fake_meta.double import asgi, sign
from mboa.storage import roster
from mboa.storage.roster import Entry
from mboa.storage.store import Connection, Store
from mboa.wiring import Mboa, build
from mboa.work.loops import AFTER_TROUBLE_SECONDS, Loop, attempt
from tests.city import SECRET, City
from tests.engines import Database, HandClock
from tests.simulation.crash import Crash, FrailStore, Line, Toll
from tests.simulation.hours import quiet_about_crashes
from tests.simulation.people import Inhabitant
from tests.simulation.post import MailBag
from tests.simulation.story import Character, Story

# Loops that are busy for longer than this in one instant would be busy for ever.
ROUNDS = 12


class Complaints(logging.Handler):
    """Every exception that the product logs: no story may make it do so."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it with its traceback."""
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            self.heard.append(f"{record.getMessage()} {getattr(record, 'loop', '')}\n{trace}")


class World(City):
    """A city that can break and go on. Each process has a ``new_store`` on the same database."""

    def __init__(self, database: Database, clock: HandClock, new_store: Callable[[], Store]) -> None:
        self.new_store = new_store
        self.toll = Toll()
        super().__init__(database, clock, quiet_hours="21:30-06:00", burst_seconds=3)
        self.bag = MailBag(self.double)
        self.people: list[Inhabitant] = []
        self.complaints = Complaints()

    @property
    def kills(self) -> int:
        """How many messages may have been sent twice."""
        return self.toll.crashes + self.toll.doubts

    def _build(self) -> Mboa:
        self.store = FrailStore(self.new_store(), self.toll)
        self.line = Line(httpx2.ASGITransport(app=asgi(self.double)), self.store, self.toll)
        made = build(self.settings, frozenset({"web"}), clock=self.clock, transport=self.line)
        object.__setattr__(made.office, "store", self.store)
        return made

    async def settle_in(self, story: Story) -> None:
        """Everybody moves in; the providers are on the roster."""
        asyncio.get_running_loop().set_exception_handler(quiet_about_crashes)
        await self.open()
        logging.getLogger("mboa").addHandler(self.complaints)
        for number, character in enumerate(story.characters):
            self.people.append(await self._moves_in(number, character))

    async def _moves_in(self, number: int, character: Character) -> Inhabitant:
        visible = f"+2376{70000000 + number:08}"
        address = f"CM.{9000 + number}" if character.hidden else visible
        if character.services:
            entry = Entry(character.name, visible, character.services, character.zones, not character.pause)
            await self.store.write(_enter, entry, character)
        return Inhabitant(self.double, character, address, visible)

    async def leave(self) -> None:
        """The end of the story."""
        logging.getLogger("mboa").removeHandler(self.complaints)
        with suppress(Crash):
            await self.close()

    # --- what can go wrong, and how it goes on

    async def survive(self, work: Awaitable[None]) -> bool:
        """Do something in which the process may die; if it does, a new one is started. Whether it lived."""
        try:
            await work
        except Crash:
            self.toll.crashes += 1
            await self.rise()
            return False
        return True

    async def rise(self) -> None:
        """The dead process's tasks end, and a new process opens the same database."""
        strays = asyncio.all_tasks() - self.tasks_of_store - {asyncio.current_task()}
        if at_work := {task for task in strays if not _only_waits(task)}:
            await asyncio.wait(at_work)
        await self.restart()

    async def open(self) -> None:
        """A process starts."""
        await super().open()
        self.tasks_of_store = asyncio.all_tasks()

    # --- time

    async def settle(self) -> None:
        """Everything that is due now happens."""
        await self.next_due()

    async def next_due(self) -> float | None:
        """Everything that is due now happens; returns the seconds until the next thing is."""
        crew = self.mboa.crew
        for _ in range(ROUNDS):
            pauses = [await _turn(loop) for loop in (*crew.loops.values(), crew.loops["inbox"])]
            if all(pause is None or pause > 0 for pause in pauses):
                return min((pause for pause in pauses if pause is not None), default=None)
        self.spins()
        return 1.0

    def spins(self) -> None:
        """A loop has nothing that it can do, and does not sleep either."""
        self.complaints.heard.append("a loop spins: its next due row cannot be done yet")

    async def time_passes(self, seconds: float) -> None:
        """Time as it really passes: everything happens when it is due."""
        end = self.clock.now() + timedelta(seconds=seconds)
        while (left := (end - self.clock.now()).total_seconds()) > 0:
            pause = await self.next_due()
            self.clock.advance(left if pause is None else min(left, max(pause, 0.001)))
        await self.settle()

    # --- webhooks

    async def receive(self, body: bytes) -> None:
        """Meta delivers; what is not answered 200 it keeps and delivers again. Raises :class:`Crash`."""
        headers = {"x-hub-signature-256": sign(body, SECRET)}
        answer = await self.web.post("/webhooks/whatsapp", content=body, headers=headers)
        if answer.status_code == 200:
            self.bag.acknowledge(body)

    async def deliver(self, bodies: list[bytes], dice: Random) -> None:
        """Webhooks set out: most arrive at once, some twice, some are held back."""
        self.bag.held += bodies
        for body in bodies:
            for _ in range(dice.choices((1, 2, 0), (82, 8, 10))[0]):
                await self.receive(body)

    async def deliver_held(self, dice: Random) -> None:
        """Everything held back arrives, shuffled and put together anew."""
        self.bag.shuffle(dice)
        for body in self.bag.held.copy():
            await self.receive(body)
            await self.settle()


def _only_waits(task: asyncio.Task[object]) -> bool:
    """A pause of one of the loops, which goes on for up to ten minutes; Python 3.11 makes a task of it."""
    return getattr(task.get_coro(), "__qualname__", "") == "Event.wait"


async def _turn(loop: Loop) -> float | None:
    """One turn, as the running loop takes it."""
    return await attempt(loop.step(), loop.name, otherwise=AFTER_TROUBLE_SECONDS)


def _enter(conn: Connection, entry: Entry, character: Character) -> None:
    number, _ = roster.enter(conn, entry, "whatsapp")
    conn.run(
        "UPDATE providers SET hours = :hours, capacity = :capacity WHERE id = :id",
        hours=character.hours,
        capacity=character.capacity,
        id=number,
    )
