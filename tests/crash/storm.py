"""A town at full speed: clients come at a steady rate, postmen deliver side by side, and what must die dies."""

import asyncio
import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.crash.nursery import Quick
from tests.crash.people import People, Person, settle_in
from tests.database_faults.town import views_of
from tests.engines import Database
from tests.invariants import Views, violations
from tests.processes import Meta, Process, eventually

# Who lives in each zone: so many that nobody writes thirty messages a minute, which is a flood (storage/floods.py).
PROVIDERS = ("picky", "picky", *["keen"] * 6)
POSTMEN = 6
JOURNEYS_PER_SECOND = 5.0
# On a machine that has other things to do, word of a message may take seconds through all the deaths.
SETTINGS = {"MBOA_UNKNOWN_OUTCOME_SECONDS": "10"}
KILLED_AFTER_SECONDS = (0.3, 1.2)


@dataclass
class Storm:
    """Processes under load. ``kills`` counts SIGKILLs; every thread's failure is raised where the storm is left."""

    database: Database
    roles: Sequence[str] = ("serve",)
    seed: int = 5
    kills: int = 0
    clients: list[Person] = field(default_factory=list)
    meta: Meta = field(default_factory=Meta)

    def __enter__(self) -> "Storm":
        self.meta.__enter__()
        self.over, self.enough = threading.Event(), threading.Event()
        self.processes = [Quick(self.database, self.meta, role, **SETTINGS) for role in self.roles]
        self.people = People(self.meta, self.processes, self.seed)
        asyncio.run(settle_in(self.database, self.people.providers(PROVIDERS)))
        self.people.revive()
        self._crowd = ThreadPoolExecutor(POSTMEN + 1, "storm")
        self._posts = [self._crowd.submit(self._carry_post) for _ in range(POSTMEN)]
        return self

    def __exit__(self, *details: object) -> None:
        self.over.set()
        self.enough.set()
        for process in self.processes:
            process.end()
        self._crowd.shutdown(cancel_futures=True)
        self.meta.__exit__(*details)

    def _carry_post(self) -> None:
        while not self.over.wait(0.01):
            self.people.pump(revive=False)

    def clients_come(self) -> None:
        """Five new clients a second, until :meth:`calm`; returns at once."""

        def come() -> None:
            while not self.enough.wait(1 / JOURNEYS_PER_SECOND):
                self.clients.append(self.people.client())
                self.people.asks(self.clients[-1])

        self._coming = self._crowd.submit(come)

    def kill_at_random(self, times: int) -> None:
        """One of the processes dies 0.3 to 1.2 s after the last that died was ready again, so many times."""
        chance = random.Random(self.seed)
        for _ in range(times):
            victim: Process = chance.choice(self.processes)
            self.over.wait(chance.uniform(*KILLED_AFTER_SECONDS))
            victim.kill()
            self.kills += 1
            victim.start()

    def calm(self, seconds: float = 180.0) -> Views:
        """Nobody new comes, every story ends, all is at rest, the processes stop; the views as they are then."""
        self.enough.set()
        self._coming.result(seconds)
        eventually(lambda: all(client.is_over for client in self.clients), "every journey ends", seconds)
        eventually(self._is_at_rest, "all comes to rest", seconds)
        self.codes = [process.stop() for process in self.processes]
        return views_of(self.database)

    def _is_at_rest(self) -> bool:
        assert not any(post.done() for post in self._posts), "a postman gave up"
        rows = views_of(self.database).messages if self.people.is_quiet else None
        return rows is not None and not any(row["status"] in {"queued", "received"} for row in rows)

    def broken(self, views: Views) -> list[str]:
        """The promises that do not hold."""
        log = list(self.meta.double.log)
        found = violations(views, log, now=datetime.now(UTC), acked=self.people.acked, kills=self.kills)
        return found + self.people.blind_repeats() + self.people.betrayed()
