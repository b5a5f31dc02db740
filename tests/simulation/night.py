"""Seeds one after the other, and a year in one go; what fails is told with its seed and its shortest story."""

import asyncio
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from tests.engines import Database
from tests.simulation.hours import HandLoop
from tests.simulation.memory import MemoryStore
from tests.simulation.play import Outcome, begin, come_to_rest, happens, in_memory, sum_up
from tests.simulation.promises import Judge
from tests.simulation.shorten import shortest
from tests.simulation.story import HOUR, Step, Story, city, step, write
from tests.simulation.world import World

JUDGED_EVERY = timedelta(days=5)


def failures(seeds: Iterable[int], template: Path) -> Iterator[str]:
    """Play the stories of these seeds; yields the report of each that breaks a promise."""
    for seed in seeds:
        story = write(seed)
        outcome = in_memory(story, template)
        if outcome.broken:
            yield report(story, outcome, template)


def report(story: Story, outcome: Outcome, template: Path) -> str:
    """The seed, the broken promise, and the shortest story that breaks one of the same kind."""
    label = outcome.broken[0].split()[0]

    def fails(shorter: Story) -> bool:
        return any(broken.startswith(label) for broken in in_memory(shorter, template).broken)

    short = shortest(replace(story, steps=story.steps[: outcome.steps]), fails)
    again = in_memory(short, template)
    lines = (
        f"seed {story.seed} breaks a promise at step {outcome.steps}",
        f"again: python -m tests.simulation --seed {story.seed}",
        *outcome.broken,
        f"--- the shortest story ({len(short.steps)} of {len(story.steps)} steps) breaks:",
        *again.broken,
        *map(str, short.characters),
        *map(str, short.steps),
        *again.diary,
        *(f"to {address}: {text!r}" for address, text in again.letters),
    )
    return "\n".join(lines)


def year(seed: int, template: Path, people: tuple[int, int] = (60, 12), days: int = 365) -> Outcome:
    """A year of a city of so many clients and providers; judged every few days, and once more after a long rest."""
    story = city(seed, *people)
    clock = begin(story)
    store = MemoryStore(template, clock)
    world = World(Database("sqlite", str(template)), clock, lambda: store)
    with asyncio.Runner(loop_factory=lambda: HandLoop(clock)) as runner:
        return runner.run(_live(story, world, timedelta(days=days)))


async def _live(story: Story, world: World, length: timedelta) -> Outcome:
    await world.settle_in(story)
    judge, outcome, dice = Judge(world), Outcome(), Random(story.seed)
    end = judged = world.clock.now()
    end += length
    while world.clock.now() < end and not outcome.broken:
        await happens(world, _next(world, dice))
        outcome.steps += 1
        if world.clock.now() - judged > JUDGED_EVERY:
            judged = world.clock.now()
            outcome.broken = await judge.look()
    if not outcome.broken:
        await come_to_rest(world)
        outcome.broken = await judge.look(settled=True)
    await sum_up(world, outcome)
    await world.leave()
    return outcome


def _next(world: World, dice: Random) -> Step:
    """When nobody has anything to answer, the next need is hours away."""
    chosen = step(dice)
    if chosen.kind == "wait" and not any(person.has_news for person in world.people):
        return replace(chosen, seconds=-math.log(dice.random() or 1.0) * 4 * HOUR)
    return chosen
