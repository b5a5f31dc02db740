"""A city's life, a seed at a time: crashes, doubles, silence and quarrels, and every promise looked at after each step.

``MBOA_SIMULATION_SEEDS`` says how many seeds; ``python -m tests.simulation`` plays thousands, or a year in one go.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engines import Database
from tests.simulation.night import failures
from tests.simulation.play import in_memory, on
from tests.simulation.shorten import shortest
from tests.simulation.story import write

SEEDS = int(os.environ.get("MBOA_SIMULATION_SEEDS", "100"))
BLOCK = 10


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_no_seed_breaks_a_promise(sqlite_template: Path, first: int) -> None:
    told = next(failures(range(first, min(first + BLOCK, SEEDS)), sqlite_template), None)
    assert told is None, told


@pytest.mark.parametrize("seed", range(1_000, 1_000 + max(3, SEEDS // 100)))
def test_nor_on_postgresql(postgresql_database: Database, seed: int) -> None:
    outcome = on(postgresql_database, write(seed))
    assert outcome.broken == [], f"seed {seed}, step {outcome.steps}"


def test_the_same_seed_tells_the_same_story(sqlite_template: Path) -> None:
    first, again = (in_memory(write(7), sqlite_template) for _ in range(2))
    assert first == again
    assert first.requests > 0


def test_the_same_story_on_every_engine(
    sqlite_template: Path, sqlite_database: Database, postgresql_database: Database
) -> None:
    # Without what breaks: after trouble a true process truly waits.
    story = write(7)
    story = replace(story, steps=tuple(step for step in story.steps if step.kind in {"speak", "wait", "receipts"}))
    told = in_memory(story, sqlite_template)
    for database in (sqlite_database, postgresql_database):
        again = on(database, story)
        # Who of two comes first in one instant is chance where there are threads, and so are the ids.
        assert sorted(map(_without_id, again.diary)) == sorted(map(_without_id, told.diary))
        assert (again.requests, again.accepted, again.messages) == (told.requests, told.accepted, told.messages)


def _without_id(told: str) -> tuple[str, ...]:
    day, hour, name, _, actor = told.split()
    return day, hour, name, actor


def test_a_failing_story_is_shortened_to_what_fails(sqlite_template: Path) -> None:
    story = write(3)
    needed = {story.steps[11], story.steps[40]}
    short = shortest(story, lambda shorter: needed <= set(shorter.steps))
    assert set(short.steps) == needed
