"""Phrases of the lexicon, matched word by word in one pass over a message.

A phrase is written as words. ``a|b`` stands for either, ``a|b?`` for either or nothing, ``en_panne`` inside an
alternative for two words, ``*`` for any one word and ``**`` for up to four.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from mboa.understanding.normalise import CONTRACTIONS, fold

SIGNS = frozenset(".,?/:")
_WIDEST_GAP = 4
_EITHER = re.compile(r"\S*\|\S*")
_SHORT_FORM = re.compile(r"[a-z]+'[a-z]+")


@dataclass(frozen=True, slots=True)
class Match:
    """The words ``start`` to ``end`` (exclusive) of a message say ``value`` in the part ``group`` of the lexicon."""

    start: int
    end: int
    group: str
    value: str


@dataclass(slots=True)
class _Node:
    then: dict[str, "_Node"] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)


def expand(phrase: str) -> Iterator[tuple[str, ...]]:
    """All plain word sequences that ``phrase`` stands for, folded."""
    slots = []
    full = _SHORT_FORM.sub(lambda m: CONTRACTIONS.get(m[0], m[0]).replace(" ", "_"), fold(phrase))
    either = _EITHER.sub(lambda m: m[0].replace("'", "_"), full)
    for slot in either.replace("'", " ").replace("-", " ").split():
        alternatives = slot.rstrip("?").split("|") if len(slot) > 1 else [slot]
        options = [tuple(alternative.split("_")) for alternative in alternatives]
        slots.append([*options, ()] if slot.endswith("?") and len(slot) > 1 else options)
    for chosen in product(*slots):
        yield tuple(word for option in chosen for word in option)


def variants(word: str) -> tuple[str, ...]:
    """The word as written and without its plural or feminine ending ("toilettes", "bouchées")."""
    if len(word) < 4:
        return (word,)
    single = word[:-1] if word.endswith(("s", "x")) else word
    root = single[:-1] if single.endswith("ee") else single
    return tuple(dict.fromkeys((word, single, root)))


class Phrases:
    """A set of phrases that finds all its members in a message."""

    def __init__(self) -> None:
        self._root = _Node()
        self.words: set[str] = set()

    def add(self, group: str, value: str, phrases: Iterable[str]) -> None:
        """Make each of ``phrases`` say ``value`` in ``group``."""
        for phrase in phrases:
            for words in expand(phrase):
                self._add_words(words, (group, value))

    def _add_words(self, words: tuple[str, ...], said: tuple[str, str]) -> None:
        node = self._root
        for word in words:
            node = node.then.setdefault(word, _Node())
        if said not in node.said:
            node.said.append(said)
        self.words.update(words)

    def find(self, words: Sequence[str]) -> list[Match]:
        """Every phrase in ``words``; within one group a match inside a longer one is dropped."""
        forms = [variants(word) for word in words]
        found: dict[tuple[int, str, str], int] = {}
        for start in range(len(words)):
            for end, group, value in self._from(self._root, forms, start):
                key = (start, group, value)
                found[key] = max(end, found.get(key, 0))
        return _longest(Match(start, end, group, value) for (start, group, value), end in found.items())

    def _from(self, node: _Node, forms: Sequence[tuple[str, ...]], at: int) -> Iterator[tuple[int, str, str]]:
        for group, value in node.said:
            yield at, group, value
        if at < len(forms):
            for form in forms[at]:
                if form in node.then:
                    yield from self._from(node.then[form], forms, at + 1)
        if "*" in node.then and at < len(forms) and forms[at][0] not in SIGNS:
            yield from self._from(node.then["*"], forms, at + 1)
        if "**" in node.then:
            yield from self._after_gap(node.then["**"], forms, at)

    def _after_gap(self, node: _Node, forms: Sequence[tuple[str, ...]], at: int) -> Iterator[tuple[int, str, str]]:
        for skipped in range(_WIDEST_GAP + 1):
            yield from self._from(node, forms, at + skipped)
            if at + skipped >= len(forms) or forms[at + skipped][0] in SIGNS:
                return


def _longest(matches: Iterable[Match]) -> list[Match]:
    kept: list[Match] = []
    reach: dict[str, int] = {}
    for match in sorted(matches, key=lambda m: (m.start, -m.end, m.group, m.value)):
        covered = reach.get(match.group, 0)
        same = kept and any(k.start == match.start and k.end == match.end and k.group == match.group for k in kept[-4:])
        if match.end > covered or same:
            kept.append(match)
            reach[match.group] = max(covered, match.end)
    return kept
