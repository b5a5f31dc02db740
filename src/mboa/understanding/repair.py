"""Repair of typing errors: a word in no list becomes the word of the lexicon it is one slip away from."""

from collections.abc import Set

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

_SHORTEST = 4
_SHORTEST_TARGET = 4
_TWO_SLIPS_FROM = 8
_PLACE_LIKENESS = 88
_ELIDED = frozenset("ldjn")
_VOWELS = frozenset("aeiouyh")


class Mender:
    """Knows the words of the lexicon; repairs to service words (OSA distance) and place names (ratio from 88)."""

    def __init__(self, known: Set[str], targets: Set[str], places: Set[str]) -> None:
        self._known = known
        self._targets = sorted(word for word in targets if len(word) >= _SHORTEST_TARGET and word.isalpha())
        self._places = sorted(word for word in places if len(word) >= _SHORTEST)

    def mend(self, word: str) -> tuple[str, ...]:
        """What ``word`` was meant for: itself, a split elision ("leau"), or the nearest word of the lexicon."""
        if self.knows(word):
            return (word,)
        if len(word) > 3 and word[0] in _ELIDED and word[1] in _VOWELS and self.knows(word[1:]):
            return word[0], word[1:]
        single = word[:-1] if word[-1:] in {"s", "x"} or word.endswith("ee") else ""
        return (self._service_word(word) or self._place_name(word) or self._service_word(single) or word,)

    def knows(self, word: str) -> bool:
        """Whether ``word`` stands in a list, as it is or without its plural ending."""
        return word in self._known or (word[-1:] in {"s", "x"} and word[:-1] in self._known) or not word.isalpha()

    def _service_word(self, word: str) -> str | None:
        if not _SHORTEST <= len(word) <= 20:
            return None
        slips = 2 if len(word) >= _TWO_SLIPS_FROM else 1
        near = process.extract(word, self._targets, scorer=OSA.distance, score_cutoff=slips, limit=8)
        close = [
            (distance, target[:1] != word[:1], target) for target, distance, _ in near if _allowed(target, distance)
        ]
        return min(close)[2] if close else None

    def _place_name(self, word: str) -> str | None:
        if not _SHORTEST <= len(word) <= 24:
            return None
        near = process.extractOne(word, self._places, scorer=fuzz.ratio, score_cutoff=_PLACE_LIKENESS)
        return near[0] if near else None


def _allowed(target: str, distance: float) -> bool:
    return (distance <= 1 and len(target) > _SHORTEST) or len(target) >= _TWO_SLIPS_FROM
