"""Crash points: a journey, a write in it at which a process dies, the way back, and what the judge says at the end."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.crash.nursery import Quick
from tests.crash.people import People, Person, settle_in
from tests.crash.strace import killing
from tests.database_faults.town import views_of
from tests.engines import Database
from tests.invariants import violations
from tests.processes import Meta

# Who lives in each zone. Mixed: refusals, offers that run out, and a OUI that comes when somebody else has the job.
KEEN = ("keen",)
MIXED = ("picky", "slow", "keen")
# How often the process that was started again dies, too.
AGAIN = 0.25


@dataclass(frozen=True)
class Scene:
    """How one batch of crash points is set up.

    ``patience`` is a provider's time to answer, ``lease`` how long an unknown outcome waits for its receipt; seconds.
    """

    database: Database
    seed: int
    roles: Sequence[str] = ("serve",)
    providers: Sequence[str] = KEEN
    patience: float = 600.0
    reports: bool = True
    lease: float = 4.0


@dataclass
class Batch:
    """Crash points on one database, one after the other, and one verdict on them all."""

    scene: Scene
    points: int = 0
    deaths: int = 0
    meta: Meta = field(default_factory=Meta)

    def __enter__(self) -> "Batch":
        scene = self.scene
        settings = {
            "MBOA_OFFER_TIMEOUT_SECONDS": str(scene.patience),
            "MBOA_UNKNOWN_OUTCOME_SECONDS": str(scene.lease),
        }
        self.meta.__enter__()
        self.processes = [Quick(scene.database, self.meta, role, **settings) for role in scene.roles]
        self.people = People(self.meta, self.processes, scene.seed, reports=scene.reports)
        asyncio.run(settle_in(scene.database, self.people.providers(scene.providers)))
        self.people.revive()
        return self

    def __exit__(self, *details: object) -> None:
        self.meta.__exit__(*details)

    def point(self, calls: str, k: int, kind: str = "client") -> bool:
        """One journey, cut at a process's ``k``-th of these system calls; False when it ended before that."""
        people, chance = self.people, self.people.random
        client = people.client(kind)
        died = again = self._cut(client, calls, k)
        self.points += died
        while again and not client.is_over and chance.random() < AGAIN:
            again = self._cut(client, calls, chance.randint(1, k))
        people.until(lambda: client.is_over, f"the journey cut at {calls} {k} ends")
        return died

    def _cut(self, client: Person, calls: str, k: int) -> bool:
        """Let the journey go on until it is over, or a process is dead."""
        self.people.revive()
        victim = self.people.random.choice(self.processes)
        pid = victim.pid
        with killing(pid, calls, k):
            self.people.asks(client)
            self.people.until(lambda: client.is_over or victim.is_dead or victim.pid != pid, "the journey goes on")
        died = victim.is_dead or victim.pid != pid
        self.deaths += died
        return died

    def verdict(self) -> list[str]:
        """Every broken promise, once all has come to rest and every process was told to stop."""
        self.people.until(self._is_at_rest, "all comes to rest")
        codes = [process.stop() for process in self.processes]
        views, log = views_of(self.scene.database), list(self.meta.double.log)
        # Two letters leave together: a death between them and Meta's word leaves two outcomes unknown for good, and
        # only a Meta that reports can tell the house that both are out.
        doubts = self.deaths * (1 if self.scene.reports else 2)
        found = violations(views, log, now=datetime.now(UTC), acked=self.people.acked, kills=doubts)
        found += self.people.blind_repeats() + self.people.betrayed()
        return found + [f"a process stopped with {code}" for code in codes if code]

    def restless(self) -> str:
        """What the views say is under way, for whoever looks into a journey that did not end."""
        views = views_of(self.scene.database)
        going = {"requests": views.requests, "offers": views.offers, "messages": views.messages}
        over = {"completed", "cancelled", "expired", "declined", "withdrawn", "understood", "sent", "delivered", "read"}
        left = {name: [row for row in rows if row["status"] not in over] for name, rows in going.items()}
        return "; ".join(f"{name} {rows[-3:]}" for name, rows in left.items() if rows)

    def _is_at_rest(self) -> bool:
        if not self.people.is_quiet:
            return False
        views = views_of(self.scene.database)
        busy = any(row["status"] in {"queued", "received"} for row in views.messages)
        return not busy and all(offer["status"] != "open" for offer in views.offers)
