"""From raw characters to words that can be looked up, without losing where each came from.

Every word keeps the offsets of the characters that it was read from, so that a slot can be handed back verbatim.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

LIMIT = 4096
"""Characters of a message that are read: WhatsApp's own limit for a text."""

# Letters of other scripts that look like Latin ones ("ОUІ" typed with a Cyrillic keyboard, or to deceive a filter).
_LOOK_ALIKES = dict(
    zip(
        "авеёкмнорстухіјѕһґԁԛԝαβειηκνορτυχωςμ",
        "abeekmhopctyxijshrdqwabeinkvoptuxwcm",
        strict=True,
    )
)
_SIGNS = {
    "’": "'",
    "ʼ": "'",
    "`": "'",
    "´": "'",
    "‘": "'",
    "′": "'",
    "–": "-",
    "—": "-",
    "−": "-",
    "œ": "oe",
    "æ": "ae",
}
_SIGNS |= {
    "ø": "o",
    "ł": "l",
    "ı": "i",
    "ŋ": "n",
    "ɛ": "e",
    "ɔ": "o",
    "ß": "ss",
    "？": "?",
    "！": "!",
    "\n": "\n",
    "\r": "\n",
}
CONTRACTIONS = {
    "aujourd'hui": "aujourdhui",
    "aren't": "are not",
    "can't": "can not",
    "couldn't": "could not",
    "didn't": "did not",
    "doesn't": "does not",
    "don't": "do not",
    "hasn't": "has not",
    "haven't": "have not",
    "he's": "he is",
    "i'd": "i would",
    "i'll": "i will",
    "i'm": "i am",
    "i've": "i have",
    "isn't": "is not",
    "it's": "it is",
    "let's": "let us",
    "she's": "she is",
    "shouldn't": "should not",
    "that's": "that is",
    "there's": "there is",
    "they're": "they are",
    "wasn't": "was not",
    "we're": "we are",
    "what's": "what is",
    "where's": "where is",
    "who's": "who is",
    "won't": "will not",
    "wouldn't": "would not",
    "you're": "you are",
}
"""English short forms, in full."""
_MENDED = 120  # words of a message that are worth repairing: none says what it wants only after them
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_WORD = re.compile(r"\d+(?:[.,]\d+)+|[a-z0-9]+(?:'[a-z0-9]+)*|[.,;:!?\n/]|[^\s\w'\-.,;:!?/]")
_LETTERED = frozenset({"bloc", "block", "batiment", "immeuble", "villa", "building"})
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_BREAKS = {";": ".", "!": ".", "\n": "."}


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if unicodedata.category(character) in {"Cf", "Mn", "Cs"} or ord(character) in _SKIN_TONES:
        return ""
    if unicodedata.category(character) == "Cc":
        return " "
    plain = unicodedata.normalize("NFKD", character).casefold()
    letters = (c for c in plain if unicodedata.category(c) != "Mn")
    return "".join(_SIGNS.get(c, _LOOK_ALIKES.get(c, c)) for c in letters)


def fold(text: str) -> str:
    """Lower case without accents, invisible characters or look-alike letters; the length may change."""
    return "".join(map(_fold_character, text))


def _fold_with_offsets(text: str) -> tuple[str, list[int]]:
    pieces = list(map(_fold_character, text))
    return "".join(pieces), [position for position, piece in enumerate(pieces) for _ in piece]


@dataclass(frozen=True, slots=True)
class Text:
    """A message as words: ``words[i]`` was read from ``original[starts[i]:ends[i]]``.

    Signs are words of their own: ``.`` (also for ``!``, ``;`` and a new line), ``,``, ``?``, ``/`` and ``:``.
    One typed word may give several ("jai" gives "j" and "ai"), which then share their offsets.
    """

    original: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def piece(self, start: int, end: int) -> str:
        """The verbatim piece of the message that the words ``start`` to ``end`` (exclusive) were read from."""
        return self.original[self.starts[start] : self.ends[end - 1]]


def read(text: str, spell: Mapping[str, tuple[str, ...]], meant: Callable[[str], tuple[str, ...]]) -> Text:
    """Split ``text`` into words; ``spell`` is the short-message table, ``meant`` is :func:`spelt` with a repairer."""
    clipped = text[:LIMIT]
    folded, offsets = _fold_with_offsets(clipped)
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for found in _WORD.finditer(folded):
        for typed, start, end in _parts(found.group(), found.start(), spell):
            if len(typed) == 1 and ("'" in found.group() or not _LETTERED.isdisjoint(words[-1:])):
                said: tuple[str, ...] = (typed,)
            else:
                said = meant(typed) if len(words) < _MENDED else spelt(typed, spell, _as_typed)
            for word in said:
                words.append(word)
                starts.append(offsets[start])
                ends.append(offsets[end - 1] + 1)
    return Text(clipped, tuple(words), tuple(starts), tuple(ends))


def _as_typed(word: str) -> tuple[str, ...]:
    return (word,)


def _parts(typed: str, start: int, spell: Mapping[str, tuple[str, ...]]) -> list[tuple[str, int, int]]:
    if "'" not in typed or typed in spell:
        return [(typed, start, start + len(typed))]
    parts = []
    for part in typed.split("'"):
        parts.append((part, start, start + len(part)))
        start += len(part) + 1
    return parts


def spelt(typed: str, spell: Mapping[str, tuple[str, ...]], mend: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """The words that ``typed`` stands for: those of the table, else itself, repaired by ``mend``."""
    if not typed[0].isalnum():
        return (_BREAKS.get(typed, typed),)
    if typed in spell:
        return spell[typed]
    plain = _STRETCHED.sub(r"\1", typed)
    return spell.get(plain) or mend(plain)
