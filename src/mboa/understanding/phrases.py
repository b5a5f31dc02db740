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


@dataclass(slots=True, eq=False)
class _Node:
    then: dict[str, list["_Node"]] = field(default_factory=dict)
    said: tuple[tuple[str, str], ...] = ()


Options = tuple[tuple[tuple[str, ...], ...], bool]


def slots_of(phrase: str) -> list[Options]:
    """The places of a phrase in order: the words that may stand there, folded, and whether there may be none."""
    full = _SHORT_FORM.sub(lambda m: CONTRACTIONS.get(m[0], m[0]).replace(" ", "_"), fold(phrase))
    either = _EITHER.sub(lambda m: m[0].replace("'", "_"), full)
    slots = []
    for slot in either.replace("'", " ").replace("-", " ").split():
        optional = slot.endswith("?") and len(slot) > 1
        alternatives = slot.rstrip("?").split("|") if len(slot) > 1 else [slot]
        slots.append((tuple(tuple(alternative.split("_")) for alternative in alternatives), optional))
    return slots


def expand(phrase: str) -> Iterator[tuple[str, ...]]:
    """All plain word sequences that ``phrase`` stands for, folded."""
    for chosen in product(*((*options, ()) if optional else options for options, optional in slots_of(phrase))):
        yield tuple(word for option in chosen for word in option)


@remembered
def variants(word: str) -> tuple[str, ...]:
    """The word as written and without its plural or feminine ending ("toilettes", "bouchées")."""
    if len(word) < 4:
        return (word,)
    single = word[:-1] if word.endswith(("s", "x")) else word
    root = single[:-1] if single.endswith("ee") else single
    return tuple(dict.fromkeys((word, single, root)))


def _join(head: _Node, words: Sequence[str], meet: _Node) -> None:
    for word in words[:-1]:
        step = _Node()
        head.then.setdefault(word, []).append(step)
        head = step
    following = head.then.setdefault(words[-1], [])
    if meet not in following:
        following.append(meet)


class Phrases:
    """A set of phrases that finds all its members in a message."""

    def __init__(self) -> None:
        self._root = _Node()
        self._ends: dict[tuple[str, str], _Node] = {}
        self.words: set[str] = set()

    def add(self, group: str, value: str, phrases: Iterable[str]) -> None:
        """Make each of ``phrases`` say ``value`` in ``group``. Raises ``ValueError`` for one that could be empty."""
        said = (group, value)
        end = self._ends.setdefault(said, _Node(said=(said,)))
        for phrase in phrases:
            last = self._link(slots_of(phrase), end)
            if self._root in last:
                raise ValueError(f"{group}.{value}: a phrase of the lexicon may not be empty: {phrase!r}")
            for node in last:
                if said not in node.said:
                    node.said = (*node.said, said)

    def _link(self, slots: Sequence[Options], end: _Node) -> list[_Node]:
        """A path for each way to say the slots. All alternatives of a slot meet again, so a phrase stays small."""
        heads = [self._root]
        for number, (options, optional) in enumerate(slots, 1):
            meet = end if number == len(slots) else _Node()
            for words in options:
                self.words.update(words)
                for head in heads:
                    _join(head, words, meet)
            heads = [*heads, meet] if optional else [meet]
        return heads

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
            for following in then.get(form, ()):
                _follow(following, forms, at + 1, ends)
    for following in then.get("*", ()) if at < len(forms) and forms[at][0] not in SIGNS else ():
        _follow(following, forms, at + 1, ends)
    for following in then.get("**", ()):
        for after in _gap_ends(forms, at):
            _follow(following, forms, after, ends)


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
