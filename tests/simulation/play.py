"""One story from its first step to the rest after it: the world moves, the judge looks."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import get_args

from tests.engines import Database, HandClock
from tests.simulation.crash import Trouble
from tests.simulation.hours import HandLoop
from tests.simulation.memory import MemoryStore
from tests.simulation.promises import Judge
from tests.simulation.story import DAY, HOUR, Kind, Step, Story
from tests.simulation.world import World

# Refusals of Meta's: no such phone, window closed, too much to one person, too much at all, the service is down.
REFUSALS = ((131026, 400), (131047, 400), (131056, 400), (130429, 429), (131016, 500), (None, 500))
# Long enough for a job of next week, the question about it, and the silence that ends it.
REST_DAYS = 14
# Secrets are drawn anew in every life.
_TOKEN = re.compile(r"/suivi/[\w-]+")


@dataclass
class Outcome:
    """What a story came to. ``broken`` are the promises it broke, ``steps`` how many it took to break them."""

    broken: list[str] = field(default_factory=list)
    steps: int = 0
    crashes: int = 0
    losses: int = 0
    requests: int = 0
    accepted: int = 0
    messages: int = 0
    diary: list[str] = field(default_factory=list)
    letters: list[tuple[str, str]] = field(default_factory=list)


async def play(story: Story, world: World) -> Outcome:
    """Play it; stops at the first broken promise."""
    await world.settle_in(story)
    judge = Judge(world)
    try:
        outcome = await _steps(world, judge, story)
        await sum_up(world, outcome)
    finally:
        await world.leave()
    return outcome


def in_memory(story: Story, template: Path) -> Outcome:
    """Play a story in memory, on a copy of a migrated SQLite file: no thread, no disk, and no waiting."""
    clock = begin(story)
    store = MemoryStore(template, clock)
    world = World(Database("sqlite", str(template)), clock, lambda: store)
    with asyncio.Runner(loop_factory=lambda: HandLoop(clock)) as runner:
        return runner.run(play(story, world))


def on(database: Database, story: Story) -> Outcome:
    """Play a story on a true database, with true threads and true waiting."""
    clock = begin(story)
    return asyncio.run(play(story, World(database, clock, lambda: database.store(clock))))


def begin(story: Story) -> HandClock:
    """The clock at the beginning; with it begins the chance in repeated sends, which are spread by jitter."""
    random.seed(story.seed)
    clock = HandClock()
    clock.advance(story.start)
    return clock


async def happens(world: World, step: Step) -> None:
    """One step of a story."""
    await world.survive(SCENES[step.kind](world, step))


async def come_to_rest(world: World) -> None:
    """Nothing breaks any more, the mail arrives, and everybody is silent for two weeks."""
    world.store.disarm()
    world.line.troubles.clear()
    await world.deliver_held(Random(world.toll.crashes))
    await world.time_passes(REST_DAYS * DAY)


async def _steps(world: World, judge: Judge, story: Story) -> Outcome:
    for number, step in enumerate(story.steps, 1):
        await happens(world, step)
        if broken := await judge.look():
            return Outcome(broken, number)
    await come_to_rest(world)
    return Outcome(await judge.look(settled=True), len(story.steps))


async def _speak(world: World, step: Step) -> None:
    """Somebody does something: mostly who has something new on his phone."""
    dice = step.random()
    eager = [person for person in world.people if person.has_news]
    someone = dice.choice(eager if eager and dice.random() < 0.7 else world.people)
    await world.deliver(someone.acts(dice), dice)
    await world.time_passes(dice.choice((0, 0, 1, 4, 4, 20)))


async def _wait(world: World, step: Step) -> None:
    await world.time_passes(step.seconds)


async def _receipts(world: World, step: Step) -> None:
    dice = step.random()
    await world.deliver(world.bag.statuses(dice), dice)
    await world.settle()


async def _mail(world: World, step: Step) -> None:
    await world.deliver_held(step.random())


async def _line(world: World, step: Step) -> None:
    dice = step.random()
    world.line.troubles += dice.choices(get_args(Trouble), k=dice.choice((1, 1, 3)))


async def _refusal(world: World, step: Step) -> None:
    dice = step.random()
    code, status = dice.choice(REFUSALS)
    for _ in range(dice.choice((1, 1, 4))):
        world.double.fail_next(dice.choice(world.people).address, code=code, status=status)


async def _crash(world: World, step: Step) -> None:
    dice = step.random()
    world.store.arm(dice.randint(1, 12), committed=dice.random() < 0.5, deadly=dice.random() < 0.7)


async def _away(world: World, step: Step) -> None:
    world.store.go_away(step.random().randint(1, 20))


async def _outage(world: World, step: Step) -> None:
    """The process is down for hours; people go on writing, and Meta keeps it."""
    dice = step.random()
    for _ in range(dice.randint(0, 5)):
        world.bag.held += dice.choice(world.people).acts(dice)
        world.clock.advance(dice.uniform(0, 3 * HOUR))
    world.toll.crashes += 1
    await world.rise()
    await world.deliver_held(dice)


SCENES: dict[Kind, Callable[[World, Step], Awaitable[None]]] = {
    "speak": _speak,
    "wait": _wait,
    "receipts": _receipts,
    "mail": _mail,
    "line": _line,
    "refusal": _refusal,
    "crash": _crash,
    "away": _away,
    "outage": _outage,
}


async def sum_up(world: World, outcome: Outcome) -> None:
    """Count what happened into the outcome."""
    rows = await world.store.inner.read(lambda conn: conn.all("SELECT * FROM events ORDER BY id"))
    outcome.diary = [f"{row['happened_at']} {row['name']} {row['request_id']} {row['actor']}" for row in rows]
    outcome.letters = [(message.address, _TOKEN.sub("/suivi/…", message.text)) for message in world.bag.accepted]
    outcome.requests = sum(row["name"] == "request_created" for row in rows)
    outcome.accepted = sum(row["name"] == "request_accepted" for row in rows)
    outcome.messages = len(world.bag.accepted)
    outcome.crashes, outcome.losses = world.toll.crashes, world.toll.doubts
