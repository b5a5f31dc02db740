"""``make crash-night``: ten thousand crash points on both engines, and the figure in ``docs/testing.md``.

Each batch is drawn from its seed alone, so that a night that found something is repeated with
``python -m tests.crash.night --seed SEED --points 1``.
"""

import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import click

from mboa.storage.migrate import migrate
from tests.crash import strace
from tests.crash.points import KEEN, MIXED, Batch, Scene
from tests.engines import Database
from tests.postgres_cluster import Cluster, create_database, drop_database, own_cluster

TESTING = Path(__file__).parents[2] / "docs" / "testing.md"
FIGURE = re.compile(r"(?<=<!-- crash-night -->\n).*?(?=\n<!-- /crash-night -->)", re.DOTALL)
TEMPLATE = "night_template"
# Which system calls are cut, and about how many of them one thread makes in a journey.
CUTS = {
    "sqlite": (("fdatasync", 28), ("pwrite64", 160), ("sendto,write,writev", 40), ("pwrite64,fdatasync", 180)),
    "postgresql": (("sendto", 40), ("sendto,write,writev", 60)),
}
ROLES: dict[str, list[tuple[str, ...]]] = {"sqlite": [("serve",)], "postgresql": [("serve",), ("web", "worker")]}
JOURNEYS_IN_A_BATCH = 25


class Tally(NamedTuple):
    """What a batch came to."""

    seed: int
    points: int
    deaths: int
    violations: list[str]


@dataclass(frozen=True)
class Ground:
    """Where batches take their databases from: a migrated SQLite file and a cluster with a migrated template."""

    folder: Path
    cluster: Cluster

    def prepare(self) -> None:
        """Migrate both once."""
        migrate("sqlite", self.folder / "template.db")
        migrate("postgresql", create_database(self.cluster, TEMPLATE))

    def database(self, dialect: str, seed: int) -> Database:
        """A fresh database."""
        if dialect == "postgresql":
            return Database("postgresql", create_database(self.cluster, f"night_{seed}", TEMPLATE))
        folder = self.folder / str(seed)
        folder.mkdir()
        return Database("sqlite", str(shutil.copy(self.folder / "template.db", folder / "mboa.db")))

    def clear(self, dialect: str, seed: int) -> None:
        """Leave nothing of it."""
        if dialect == "postgresql":
            drop_database(self.cluster, f"night_{seed}")
        else:
            shutil.rmtree(self.folder / str(seed))


def run_batch(ground: Ground, seed: int) -> Tally:
    """The batch of this seed."""
    chance = random.Random(seed)
    dialect = sorted(CUTS)[seed % 2]
    database = ground.database(dialect, seed)
    mixed, reports = chance.random() < 0.4, chance.random() < 0.9
    providers, patience = (MIXED, 1.5) if mixed and reports else (KEEN, 600.0)
    scene = Scene(database, seed, chance.choice(ROLES[dialect]), providers, patience, reports)
    batch = Batch(scene)
    try:
        with batch:
            for _ in range(JOURNEYS_IN_A_BATCH):
                calls, most = chance.choice(CUTS[dialect])
                batch.point(calls, chance.randint(1, most), chance.choice(["client", "client", "fickle client"]))
            found = batch.verdict()
    except (AssertionError, subprocess.TimeoutExpired) as stuck:
        found = [f"I3 {str(stuck)[:300]}; not at rest: {batch.restless()}"]
    ground.clear(dialect, seed)
    return Tally(seed, batch.points, batch.deaths, found)


def figure(tallies: list[Tally]) -> str:
    """The line of ``docs/testing.md``."""
    points, deaths = sum(tally.points for tally in tallies), sum(tally.deaths for tally in tallies)
    broken = sum(len(tally.violations) for tally in tallies)
    seeds = [tally.seed for tally in tallies]
    return (
        f"{points:,} crash points, {deaths:,} process deaths, {broken} violations "
        f"({datetime.now(UTC):%Y-%m-%d}, both engines in turn, seeds {min(seeds)} to {max(seeds)})."
    )


def night(ground: Ground, points: int, seed: int, lanes: int) -> list[Tally]:
    """Batches side by side, each in a process of its own, until so many points have been tried."""
    tallies: list[Tally] = []
    running: set[Future[Tally]] = set()
    seeds = count(seed)
    with ProcessPoolExecutor(lanes, mp_context=get_context("spawn")) as pool:
        while sum(tally.points for tally in tallies) < points or running:
            while len(running) < lanes and sum(tally.points for tally in tallies) < points:
                running.add(pool.submit(run_batch, ground, next(seeds)))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for tally in (future.result() for future in done):
                tallies.append(tally)
                for violation in tally.violations:
                    click.echo(f"seed {tally.seed}: {violation}", err=True)
            click.echo(figure(tallies))
    return tallies


@click.command()
@click.option("--points", default=10_000, show_default=True, help="how often a process is to die")
@click.option("--seed", default=1, show_default=True, help="of the first batch")
@click.option("--lanes", default=3, show_default=True, help="batches side by side")
@click.option("--keep/--no-keep", default=True, show_default=True, help="write the figure into docs/testing.md")
def main(points: int, seed: int, lanes: int, keep: bool) -> None:
    """Kill Mboa at chosen writes of random journeys; exit 1 when a promise was broken."""
    if (reason := strace.absence()) is not None:
        raise click.ClickException(reason)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a night that is ended, too, stops its cluster
    with own_cluster() as cluster, tempfile.TemporaryDirectory(prefix="mboa-night-") as folder:
        ground = Ground(Path(folder), cluster)
        ground.prepare()
        tallies = night(ground, points, seed, lanes)
    if keep:
        text = TESTING.read_text(encoding="utf-8")
        TESTING.write_text(FIGURE.sub(figure(tallies), text), encoding="utf-8")
    sys.exit(any(tally.violations for tally in tallies))


if __name__ == "__main__":
    main()
