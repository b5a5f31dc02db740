"""Two things happen at once, and everybody is told the same truth.

Real processes, their public door, and a verdict from the phones: which rounds ended otherwise than in one of the ways
that are right, or gave a number into wrong hands. ``MBOA_RACE_ROUNDS`` is how often each kind is run (60 unless
told; 1000 of each take a quarter of an hour).
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from tests.engines import Database
from tests.invariants import Views, violations
from tests.races.door import Lanes
from tests.races.kinds import AGAINST_THE_CLOCK, KINDS
from tests.races.stage import STEP, Programme, Stage, raced
from tests.races.verdict import Witness

# OUI is sent at most so long before or after the end of the provider's minutes; every second one up to half a second
# before, as it takes a busy machine some time to hear it.
AROUND_THE_END, ON_THE_WAY = timedelta(milliseconds=20), timedelta(milliseconds=500)
# Few at once: what waits together is heard in one go, and then nothing is undecided.
AT_ONCE, TIMED_AT_ONCE = 3, 16
# Where both truths must be seen, else nothing was raced.
UNDECIDED = ("two providers, both late", "cancel against OUI", "OUI to an old offer")

Outcomes = Mapping[str, Counter[str]]


async def test_everybody_is_told_one_truth(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    programme = Programme()
    async with raced(database, programme) as stage:
        witness = Witness(stage.meta.double, [one for rounds in programme.rounds.values() for one in rounds])
        answers = await play(programme, stage)
        await stage.rest()
        views = await stage.look()
    ends = outcomes(programme, witness, views)
    with capsys.disabled():
        sys.stdout.write(f"\n{database.dialect}: " + "\n  ".join(f"{name}: {dict(ends[name])}" for name in ends))
    assert answers == {200}
    assert list(wrong(ends)) == []
    assert [fault for rounds in programme.rounds.values() for one in rounds for fault in witness.mixed(one)] == []
    broken = violations(views, list(stage.meta.double.log), now=datetime.now(UTC))
    # I6 compares the times at which transactions began, and one that began later may be first: the words above tell.
    assert [promise for promise in broken if not promise.startswith("I6")] == []
    assert [name for name in UNDECIDED if len(ends[name]) < 2] == []


async def play(programme: Programme, stage: Stage) -> set[int]:
    """Run every race, those against the clock first; which side goes first is left to chance. The statuses seen."""
    chance = random.Random(20261123)
    sides = {
        name: [KINDS[name].sides(stage.meta.double, one) for one in rounds] for name, rounds in programme.rounds.items()
    }
    timed = sides.pop(AGAINST_THE_CLOCK)
    ends = [programme.first_end + number * STEP for number in range(len(timed))]
    async with Lanes(stage.ports, TIMED_AT_ONCE) as lanes:
        seen = await lanes.race_at([end + near_the_end(chance) for end in ends], timed)
    async with Lanes(stage.ports, AT_ONCE) as lanes:
        for pairs in sides.values():
            seen |= await lanes.race([pair if chance.random() < 0.5 else pair[::-1] for pair in pairs])
    return seen


def near_the_end(chance: random.Random) -> timedelta:
    """When OUI is sent, as seen from the end of the provider's minutes."""
    if chance.random() < 0.5:
        return AROUND_THE_END * chance.uniform(-1, 1)
    return -ON_THE_WAY * chance.random()


def outcomes(programme: Programme, witness: Witness, views: Views) -> Outcomes:
    """How often each kind ended how."""
    statuses = {request["id"]: request["status"] for request in views.requests}
    return {
        name: Counter(witness.outcome(one, statuses) for one in rounds) for name, rounds in programme.rounds.items()
    }


def wrong(ends: Outcomes) -> Iterator[str]:
    """Every end that is not one of the right ones."""
    for name, counted in ends.items():
        yield from (f"{name}: {count} x {end}" for end, count in counted.items() if end not in KINDS[name].right)
