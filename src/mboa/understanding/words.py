"""The lexicon as data: read once from the TOML files beside this module, when it is first needed."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from mboa.understanding.normalise import fold
from mboa.understanding.phrases import Phrases, expand

_FOLDER = Path(__file__).parent / "lexicon"
_LOOKED_UP = (
    *("services", "trades", "work", "intents", "times", "places", "answers", "ratings", "hazards", "turns"),
    *("offers", "visits"),
)


@cache
def data(name: str) -> dict[str, Any]:
    """The content of ``lexicon/<name>.toml``."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def word_set(name: str, section: str, key: str = "words") -> frozenset[str]:
    """A plain list of words of the lexicon, folded."""
    return frozenset(fold(data(name)[section][key]).split())


def listed(name: str) -> Iterator[tuple[str, str, list[str]]]:
    """Every list of phrases in a file: its section, its key and the phrases."""
    for section, entries in data(name).items():
        for key, found in entries.items():
            if isinstance(found, list):
                yield section, key, found


def single_words(name: str) -> set[str]:
    """The phrases of a file that are one word, folded."""
    single = (phrase for _, _, found in listed(name) for phrase in found if " " not in phrase)
    return {words[0] for phrase in single for words in expand(phrase) if len(words) == 1}


@cache
def main_phrases() -> Phrases:
    """What is looked up in every message. Phrases compete for words within a file; the intents do so one by one."""
    found = Phrases()
    for name in _LOOKED_UP:
        for section, key, entries in listed(name):
            group = {
                "trades": "services",
                "intents": section,
                "work": section,
                "places": section,
                "ratings": section,
                "turns": section,
                "visits": section,
            }.get(name, name)
            group = "bound" if section == "bound" else group
            # What is said softly competes with what is said softly, and never hides a strong word inside it.
            found.add("soft" if key == "soft" else group, f"{section}.{key}", entries)
    return found
