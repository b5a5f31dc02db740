"""A story is plain data made of one seed: who lives in the city, and step by step what befalls it.

Each step carries its own dice, and makes sense wherever it stands: a failing story stays a story when steps are left
out, and that is how it is shortened.
"""

from dataclasses import dataclass
from random import Random
from typing import Literal

Kind = Literal["speak", "wait", "receipts", "mail", "line", "refusal", "crash", "away", "outage"]

# How often what happens. People talk; now and then something breaks.
OFTEN: dict[Kind, int] = {
    "speak": 66,
    "wait": 12,
    "receipts": 7,
    "mail": 4,
    "line": 3,
    "refusal": 4,
    "crash": 4,
    "away": 1,
    "outage": 1,
}
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
# Seconds that pass, from and to, and how often.
PAUSES = ((1.0, 2 * MINUTE, 50), (2 * MINUTE, 12 * MINUTE, 30), (HOUR, 6 * HOUR, 13), (8 * HOUR, 30 * HOUR, 7))
ZONES = ("bonamoussadi", "makepe", "akwa", "deido")
SERVICES = ("plumbing", "electricity", "appliance")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens. ``dice`` seeds whatever is chosen in it, ``seconds`` pass where time does."""

    kind: Kind
    dice: int
    seconds: float = 0.0

    def random(self) -> Random:
        """The step's own dice, fresh."""
        return Random(self.dice)


@dataclass(frozen=True, slots=True)
class Temper:
    """How somebody is, each between 0 and 1: how often he does as he is asked, and how often not the expected."""

    willing: float
    contrary: float


@dataclass(frozen=True, slots=True)
class Character:
    """One inhabitant. A provider has ``services`` and ``zones``; he may begin on a ``pause``, and ``hours`` and
    ``capacity`` may bind him."""

    name: str
    temper: Temper
    hidden: bool = False
    services: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    hours: str | None = None
    capacity: int | None = None
    pause: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """The whole of it. It begins ``start`` seconds after a Monday's nine o'clock."""

    seed: int
    start: float
    characters: tuple[Character, ...]
    steps: tuple[Step, ...]


def write(seed: int, length: int = 70) -> Story:
    """The story of this seed: always the same one."""
    dice = Random(seed)
    clients = [_client(dice, number) for number in range(dice.randint(2, 4))]
    providers = [_provider(dice, number) for number in range(dice.randint(1, 5))]
    # Many a trap lies at the edges of the quiet hours, 21:30 and 06:00.
    start = dice.choice((0.0, dice.uniform(0, DAY), 12 * HOUR, 20.5 * HOUR))
    return Story(seed, start, (*clients, *providers), tuple(step(dice) for _ in range(length)))


def city(seed: int, clients: int, providers: int) -> Story:
    """A city without a plot: for a year of life."""
    dice = Random(seed)
    people = [_client(dice, number) for number in range(clients)]
    return Story(seed, 0.0, (*people, *(_provider(dice, number) for number in range(providers))), ())


def _temper(dice: Random) -> Temper:
    return Temper(dice.uniform(0.5, 0.98), dice.uniform(0.0, 0.4))


def _client(dice: Random, number: int) -> Character:
    return Character(f"Client{number}", _temper(dice), hidden=dice.random() < 0.2)


def _provider(dice: Random, number: int) -> Character:
    return Character(
        name=f"Provider{number}",
        temper=_temper(dice),
        services=tuple(sorted(dice.sample(SERVICES, dice.randint(1, 3)))),
        zones=tuple(sorted(dice.sample(ZONES, dice.randint(2, 4)))),
        hours="07:00-19:00" if dice.random() < 0.2 else None,
        capacity=1 if dice.random() < 0.3 else None,
        pause=dice.random() < 0.3,
    )


def step(dice: Random) -> Step:
    """Whatever happens next."""
    kind = dice.choices(list(OFTEN), list(OFTEN.values()))[0]
    return Step(kind, dice.getrandbits(32), pause(dice))


def pause(dice: Random) -> float:
    """Seconds until something happens again."""
    shortest, longest, _ = dice.choices(PAUSES, [often for *_, often in PAUSES])[0]
    return round(dice.uniform(shortest, longest), 3)
