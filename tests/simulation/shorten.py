"""Make a failing story short, by Hypothesis: each step is kept unless its number is drawn as nought."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

from tests.simulation.story import Story

# Nought leaves a step out. All of these drawn together almost never hold one: the first try is the whole story.
_MANY = 10**9
_SETTINGS = settings(
    max_examples=2_000,
    database=None,
    deadline=None,
    derandomize=False,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def without(story: Story, keep: tuple[bool, ...]) -> Story:
    """The story with only some of its steps."""
    return replace(story, steps=tuple(step for step, kept in zip(story.steps, keep, strict=True) if kept))


def shortest(story: Story, fails: Callable[[Story], bool]) -> Story:
    """The shortest story that still ``fails``, found by leaving steps out; ``story`` itself must fail."""
    known: dict[tuple[bool, ...], bool] = {}

    def still_fails(numbers: list[int]) -> bool:
        keep = tuple(number > 0 for number in numbers)
        if keep not in known:
            known[keep] = fails(without(story, keep))
        return known[keep]

    size = len(story.steps)
    numbers = st.lists(st.integers(0, _MANY), min_size=size, max_size=size)
    drawn = find(numbers, still_fails, settings=_SETTINGS, random=Random(story.seed))
    return without(story, tuple(number > 0 for number in drawn))
