"""Phrases of the lexicon, matched word by word in one pass over a message.

A phrase is written as words. ``a|b`` stands for either, ``a|b?`` for either or nothing, ``en_panne`` inside an
alternative for two words, ``*`` for any one word and ``**`` for up to four.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from mboa.understanding.normalise import CONTRACTIONS, fold, remembered

SIGNS = frozenset(".,?/:")
_WIDEST_GAP = 4
_EITHER = re.compile(r"\S*\|\S*")
_SHORT_FORM = re.compile(r"[a-z]+'[a-z]+")


class Match(NamedTuple):
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


@remembered
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
        found: list[tuple[int, int, str, str]] = []
        for start in range(len(forms)):
            ends: dict[tuple[str, str], int] = {}
            _follow(self._root, forms, start, ends)
            for (group, value), end in ends.items():
                found.append((start, -end, group, value))
        return _longest(sorted(found))


def _follow(node: _Node, forms: Sequence[tuple[str, ...]], at: int, ends: dict[tuple[str, str], int]) -> None:
    """Write into ``ends`` how far each phrase below ``node`` reaches at the most."""
    for said in node.said:
        ends[said] = max(at, ends.get(said, 0))
    then = node.then
    if at < len(forms):
        for form in forms[at]:
            if form in then:
                _follow(then[form], forms, at + 1, ends)
        if "*" in then and forms[at][0] not in SIGNS:
            _follow(then["*"], forms, at + 1, ends)
    if "**" in then:
        for after in _gap_ends(forms, at):
            _follow(then["**"], forms, after, ends)


def _gap_ends(forms: Sequence[tuple[str, ...]], at: int) -> Iterator[int]:
    """Where a phrase may go on after up to four words; no gap reaches over a sign."""
    for after in range(at, min(at + _WIDEST_GAP, len(forms)) + 1):
        yield after
        if after < len(forms) and forms[after][0] in SIGNS:
            return


def _longest(found: Iterable[tuple[int, int, str, str]]) -> list[Match]:
    """Of start, negative end, group and value, in this order: what no longer match of its group covers."""
    kept: list[Match] = []
    reach: dict[str, int] = {}
    last: tuple[int, int, str] | None = None
    for start, end, group, value in found:
        if -end > reach.get(group, 0) or (start, end, group) == last:
            kept.append(Match(start, -end, group, value))
            reach[group] = max(-end, reach.get(group, 0))
            last = start, end, group
    return kept
