"""The answer to "have your neighbours current?": whether they have, have not, or somebody is wanted all the same."""

from functools import cache
from typing import Literal

from mboa.understanding.answers import Verdict, verdict
from mboa.understanding.normalise import fold
from mboa.understanding.reading import read_message
from mboa.understanding.words import data, word_set

Light = Literal["have", "none", "insist"]
_PLAINLY: dict[Verdict | None, Light] = {"yes": "have", "yes_but": "have", "no": "none", "no_but": "none"}


@cache
def _phrases(name: Light) -> tuple[str, ...]:
    return tuple(f" {fold(phrase)} " for phrase in data("neighbours")["light"][name])


def words_of(text: str) -> frozenset[str]:
    """The words of a short answer, folded."""
    return frozenset(read_message(text).text.words)


def neighbours_light(text: str) -> Light | None:
    """What a short answer says of the neighbours' current; ``None`` when it does not say."""
    reading = read_message(text)
    spoken = f" {' '.join(reading.text.words)} "
    if any(phrase in spoken for phrase in _phrases("insist")):
        return "insist"
    if any(phrase in spoken for phrase in _phrases("none")):
        return "none"
    denied = not word_set("neighbours", "denial").isdisjoint(reading.text.words)
    if any(phrase in spoken for phrase in _phrases("have")):
        return "none" if denied else "have"
    return _PLAINLY.get(verdict(reading))
