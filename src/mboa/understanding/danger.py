"""Gas, fire, electric shock, sparks and flood, recognised by hazard words before anything else is done."""

from mboa.understanding.facts import Danger
from mboa.understanding.reading import Reading

_ORDER: tuple[Danger, ...] = ("gas", "fire", "shock", "sparks", "flood")


def danger_of(reading: Reading) -> Danger | None:
    """The gravest danger named, or ``None``."""
    said = {match.value for match in reading.of("hazards")}
    return next((danger for danger in _ORDER if f"{danger}.yes" in said), None) if said else None
