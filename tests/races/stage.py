"""The running system of a race: real processes, a double of Meta, a reading eye on the database."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mboa.storage.sqlite import SqliteStore
from mboa.storage.store import Connection, Store
from tests.engines import KEYS, Database
from tests.invariants import Views, look
from tests.processes import Meta, Process
from tests.races.ground import Prepare, Round, end_at, seed
from tests.races.kinds import AGAINST_THE_CLOCK, KINDS

# Each kind of race is run so often; 1000 of each take a quarter of an hour on two cores,
# most of it the pace at which Meta lets us send.
ROUNDS = int(os.environ.get("MBOA_RACE_ROUNDS", "60"))
# Offers that are to end while somebody says OUI, one after the other. SQLite has one writer: there the ends are set
# before ``mboa serve`` has it, and the first comes when it had time to start.
STEP = timedelta(milliseconds=25)
LEAD = {"sqlite": timedelta(seconds=6), "postgresql": timedelta(seconds=1)}
TOGETHER = 200
# A busy machine answers late: that is no lost answer, and nothing is to be repeated.
PATIENT = {"MBOA_UNKNOWN_OUTCOME_SECONDS": "90"}
_BUSY = "SELECT COUNT(*) AS busy FROM v_messages WHERE status IN ('received', 'queued')"


class Programme:
    """Every race that will be run: for each kind its rounds, with people of their own."""

    def __init__(self) -> None:
        self.rounds = {
            name: [kind.round(10_000 * place + number) for number in range(ROUNDS)]
            for place, (name, kind) in enumerate(KINDS.items())
        }
        self.first_end = datetime.now(UTC)

    @property
    def entries(self) -> list[tuple[Round, Prepare]]:
        """Every round with the way to prepare it."""
        return [(one, KINDS[name].prepare) for name, rounds in self.rounds.items() for one in rounds]

    async def enter(self, database: Database, meta: Meta) -> None:
        """Put everybody and everything into the database."""
        store = database.store()
        await store.open()
        for first in range(0, len(self.entries), TOGETHER):
            await store.write(seed, meta.double, self.entries[first : first + TOGETHER])
            if database.dialect == "postgresql":
                # So many rows within seconds: the planner still believes that the tables are empty.
                await store.write(lambda conn: conn.run("ANALYZE"))
        await store.close()

    async def set_ends(self, database: Database) -> None:
        """From soon on, the minutes of the timed offers end one after the other."""
        store = database.store()
        await store.open()
        self.first_end = datetime.now(UTC) + LEAD[database.dialect]
        await store.write(end_at, self.first_end, STEP, [one.offers[0][0] for one in self.rounds[AGAINST_THE_CLOCK]])
        await store.close()


@dataclass(frozen=True)
class Stage:
    """Two web and two worker processes on PostgreSQL, one ``serve`` on SQLite; ``eye`` reads the database."""

    meta: Meta
    ports: Sequence[int]
    eye: Store

    async def rest(self, seconds: float = 120.0) -> None:
        """Wait until everything is heard and sent."""

        def busy(conn: Connection) -> int:
            row = conn.one(_BUSY)
            return int(row["busy"]) if row else 0

        for _ in range(int(seconds / 0.1)):
            if not await self.eye.read(busy):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{await self.eye.read(busy)} messages are neither heard nor sent after {seconds} s")

    async def look(self) -> Views:
        """The contract's views."""
        return await self.eye.read(look)


@asynccontextmanager
async def raced(database: Database, programme: Programme) -> AsyncIterator[Stage]:
    """Enter the rounds, start the processes, and end them whatever happens."""
    with Meta() as meta:
        meta.double.log = deque()  # all of it: the verdict is read from here
        await programme.enter(database, meta)
        sqlite = database.dialect == "sqlite"
        roles = ("serve",) if sqlite else ("web", "web", "worker", "worker")
        processes = [Process(database, meta, role, **PATIENT) for role in roles]
        if sqlite:
            await programme.set_ends(database)
        for process in processes:
            process.start()
        if not sqlite:
            await programme.set_ends(database)
        eye = SqliteStore(Path(database.address), read_only=True, keys=KEYS) if sqlite else database.store()
        await eye.open()
        try:
            yield Stage(meta, [process.port for process in processes if process.role != "worker"], eye)
            assert [process.stop() for process in processes] == [0] * len(processes)
        finally:
            await eye.close()
