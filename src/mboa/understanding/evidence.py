"""What the rules on intents look at, and what they return."""

from dataclasses import dataclass

from mboa.understanding.facts import Danger, Intent, Keyword, Place, Wish
from mboa.understanding.reading import Reading
from mboa.understanding.service import Named

SURE = 0.7
"""From this confidence on the product may act without asking back."""

PLAIN = frozenset({"trade", "fixture", "symptom"})
"""The ways of naming a service that leave little doubt."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A message read, and what was found in it."""

    reading: Reading
    named: Named
    place: Place | None
    wish: Wish | None
    danger: Danger | None

    @property
    def plain(self) -> bool:
        """Whether a service is named plainly."""
        return self.named.tier in PLAIN

    @property
    def wanted(self) -> bool:
        """Whether somebody asks for work to be done."""
        return self.reading.has("want") or self.reading.has("work") or self.reading.has("person")

    @property
    def troubled(self) -> bool:
        """Whether something is said to be broken or wrong."""
        return self.reading.has("broken") or self.reading.has("problem")


@dataclass(frozen=True, slots=True)
class Decision:
    """An intent with its confidence and the rule that gave it."""

    intent: Intent
    confidence: float
    rule: str
    keyword: Keyword | None = None
    rating: int | None = None
