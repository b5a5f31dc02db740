"""A second reader: how likely an intent is by the words alone, as weighed on the labelled messages of the repository.

It decides nothing. Where it finds the intent of the rules unlikely, the reading is unsure and Mboa asks back.
"""

import json
import math
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from mboa.understanding.reading import Reading

WEIGHTS = Path(__file__).parent / "lexicon" / "second.json"
"""Written by ``python -m mboa.understanding.weighing`` from labelled messages."""

SCALE = 20.0
"""Weights are kept as whole numbers, this many to a unit of log-odds."""

SAME = {"inform": "new_request", "thanks": "other"}
"""Intents that the labelled messages do not tell apart."""


class Weights(NamedTuple):
    """For every feature, the position of an intent in ``intents`` and its weight, in turns."""

    intents: tuple[str, ...]
    of: dict[str, list[int]]


@cache
def weights() -> Weights:
    """The weights that come with the product; read when they are first needed."""
    stored = json.loads(WEIGHTS.read_text("utf-8"))
    return Weights(tuple(stored["intents"]), stored["weights"])


def features(reading: Reading) -> Iterator[str]:
    """What is weighed, each once: words, pairs of words, and what the lexicon found."""
    words = ("^", *reading.text.words, "$")
    seen = {*words, *(f"{left} {right}" for left, right in pairwise(words))}
    seen |= {f"={match.value}" for match in reading.found if match.value != "mask.none"}
    return iter(sorted(seen))


def likelihood(reading: Reading, intent: str) -> float | None:
    """How likely ``intent`` is by the words, 0 to 1; ``None`` for one that no labelled message bears."""
    intents, of = weights()
    intent = SAME.get(intent, intent)
    if intent not in intents:
        return None
    scores = [0.0] * len(intents)
    for feature in features(reading):
        found = of.get(feature, ())
        for position, weight in zip(found[::2], found[1::2], strict=True):
            scores[position] += weight / SCALE
    highest = max(scores)
    shares = [math.exp(score - highest) for score in scores]
    return shares[intents.index(intent)] / sum(shares)
