"""``python -m tests.simulation``: many seeds, one seed again with its shortest story, or a year."""

import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import click

from mboa.storage.migrate import migrate
from tests.simulation.night import failures, year

# One task of a process: large enough to be worth handing over.
BLOCK = 20


def _block(first: int, template: Path, last: int) -> list[str]:
    return list(failures(range(first, min(first + BLOCK, last)), template))


@click.command()
@click.argument("seeds", type=int, default=100)
@click.option("--first", default=0, help="The first seed.")
@click.option("--seed", type=int, help="Play this seed alone.")
@click.option("--year", "whole_year", is_flag=True, help="A year of a city in one go.")
@click.option("--days", default=365, help="How long the year is.")
@click.option("--jobs", default=os.cpu_count() or 1, help="Processes side by side.")
def main(seeds: int, first: int, seed: int | None, whole_year: bool, days: int, jobs: int) -> None:
    """Play SEEDS stories; exit 1 when one breaks a promise."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "mboa.db"
        migrate("sqlite", template)
        if whole_year:
            found = _year(seed or 0, template, days)
        else:
            found = _night(range(seed, seed + 1) if seed is not None else range(first, first + seeds), template, jobs)
    click.echo(f"{found} broken; {time.perf_counter() - started:.1f} s")
    raise SystemExit(found > 0)


def _night(seeds: range, template: Path, jobs: int) -> int:
    found = 0
    with ProcessPoolExecutor(jobs) as pool:
        blocks = seeds[::BLOCK]
        for reports in pool.map(partial(_block, template=template, last=seeds.stop), blocks):
            found += len(reports)
            for told in reports:
                click.echo(told + "\n")
    click.echo(f"{len(seeds)} seeds from {seeds.start}")
    return found


def _year(seed: int, template: Path, days: int) -> int:
    outcome = year(seed, template, days=days)
    click.echo(
        f"seed {seed}, {days} days: {outcome.steps} steps, {outcome.requests} requests, {outcome.accepted} accepted, "
        f"{outcome.messages} messages, {outcome.crashes} crashes, {outcome.losses} lost answers"
    )
    for broken in outcome.broken:
        click.echo(broken)
    return len(outcome.broken)


if __name__ == "__main__":
    main()
