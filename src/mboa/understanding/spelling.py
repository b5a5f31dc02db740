"""A message split into words, and each word in full: short-message forms spelt out, typing errors repaired."""

import re
from collections.abc import Callable, Mapping

from mboa.understanding.normalise import LIMIT, Text, fold_with_offsets, remembered

_MENDED = 120  # words of a message that are worth repairing: none says what it wants only after them
_WORD = re.compile(r"\d+(?:[.,]\d+)+|[a-z0-9]+(?:'[a-z0-9]+)*|[.,;:!?\n/]|[^\s\w'\-.,;:!?/]")
_LETTERED = frozenset({"bloc", "block", "batiment", "immeuble", "villa", "building"})
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_BREAKS = {";": ".", "!": ".", "\n": "."}

Words = tuple[str, ...]


class Speller:
    """Reads messages with ``spell``, the short-message table, and ``mend``, which repairs a word of no list."""

    def __init__(self, spell: Mapping[str, Words], mend: Callable[[str], Words]) -> None:
        self._spell = spell
        self._mend = mend
        self._split = remembered(self._split_piece)
        self._mended = remembered(lambda typed: self._in_full(typed, self._mend))

    def read(self, text: str) -> Text:
        """``text`` as words; what comes after its first 4,096 characters is left aside."""
        clipped = text[:LIMIT]
        words: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for piece in clipped.split(" "):
            for typed, start, end, elided in self._split(piece):
                letter = len(typed) == 1 and (elided or not _LETTERED.isdisjoint(words[-1:]))
                for word in (typed,) if letter else self._said(typed, len(words)):
                    words.append(word)
                    starts.append(at + start)
                    ends.append(at + end)
            at += len(piece) + 1
        return Text(clipped, tuple(words), tuple(starts), tuple(ends))

    def _split_piece(self, piece: str) -> list[tuple[str, int, int, bool]]:
        """The words of a piece without spaces, where each begins and ends, and whether an apostrophe joins it."""
        folded, offsets = fold_with_offsets(piece)
        return [
            (typed, offsets[start], offsets[start + len(typed) - 1] + 1, "'" in found.group())
            for found in _WORD.finditer(folded)
            for typed, start in self._parts(found.group(), found.start())
        ]

    def _parts(self, typed: str, start: int) -> list[tuple[str, int]]:
        if "'" not in typed or typed in self._spell:
            return [(typed, start)]
        parts = []
        for part in typed.split("'"):
            parts.append((part, start))
            start += len(part) + 1
        return parts

    def _said(self, typed: str, position: int) -> Words:
        return self._mended(typed) if position < _MENDED else self._in_full(typed, _as_typed)

    def _in_full(self, typed: str, mend: Callable[[str], Words]) -> Words:
        if not typed[0].isalnum():
            return (_BREAKS.get(typed, typed),)
        if typed in self._spell:
            return self._spell[typed]
        plain = _STRETCHED.sub(r"\1", typed)
        return self._spell.get(plain) or mend(plain)


def _as_typed(word: str) -> Words:
    return (word,)
