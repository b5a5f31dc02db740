"""The words of a spot, so that "derrière la pharmacie du rond-point" and "pharmacie du rond point" are known as one."""

import re
from functools import cache

from mboa.understanding.gazetteer import city_of, zone_name
from mboa.understanding.normalise import fold
from mboa.understanding.phrases import expand
from mboa.understanding.words import data, word_set

_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST_WORD = 3
_FEWEST_WORDS = 2


def landmark_words(text: str, zone: str) -> frozenset[str]:
    """The words that tell the spot, folded: without the zone's name and without "behind" and "near".

    Empty when less than two are left: one word ("pharmacie") may be anywhere in a quarter.
    """
    spare = frozenset(_WORD.findall(fold(f"{zone_name(zone)} {zone_name(city_of(zone) or '')}"))) | _glue()
    words = frozenset(
        w for w in _WORD.findall(fold(text)) if w not in spare and (len(w) >= _SHORTEST_WORD or w.isdigit())
    )
    return words if len(words) >= _FEWEST_WORDS else frozenset()


@cache
def _glue() -> frozenset[str]:
    relations = {word for phrase in data("places")["relation"]["yes"] for words in expand(phrase) for word in words}
    return frozenset(relations) | word_set("places", "stop") | {"quartier", "les", "des", "the", "dans", "cote"}
