"""Which words stand in messages that were not understood: candidates for the lexicon."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from unicodedata import combining, normalize

from mboa.understanding.atlas import edition, imported
from mboa.understanding.gazetteer import zones
from mboa.understanding.learned import Taught, taught

SHOWN = 20
SHORTEST = 3
# Letters alone: what holds a digit may be somebody's number.
_WORD = re.compile(r"[^\W\d_]+")
_NUMBERED = re.compile(r"\S*\d\S*")


@cache
def stop_words() -> frozenset[str]:
    """Words too common to tell anything."""
    text = (files(__package__) / "stop_words.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)["words"].split())


def known_places() -> frozenset[str]:
    """The words of all places' names, imported and taught ones with them: they are understood already."""
    return _known_places(edition(), taught())


@lru_cache(maxsize=1)
def _known_places(_: int, known: Taught) -> frozenset[str]:
    names = [zone.name for zone in zones()]
    names += [name for place in imported() for name in (place.name, *place.aliases)]
    names += [lesson.phrase for lesson in known.lessons if lesson.kind == "place"]
    return frozenset(plain(word) for name in names for word in _WORD.findall(name))


def plain(word: str) -> str:
    """Small letters without accents, so that one word is counted once."""
    return "".join(letter for letter in normalize("NFD", word.casefold()) if not combining(letter))


def telling_words(text: str) -> set[str]:
    """The words of a text that are neither common, nor a quarter's, nor hold a digit."""
    found = {plain(word) for word in _WORD.findall(_NUMBERED.sub(" ", text))}
    return {word for word in found - stop_words() - known_places() if len(word) >= SHORTEST}


def count_words(texts: Iterable[str]) -> list[tuple[str, int]]:
    """The most frequent words of these texts and in how many of them each stands, the most frequent first."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(telling_words(text))
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:SHOWN]
