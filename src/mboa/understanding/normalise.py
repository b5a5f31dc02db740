"""From raw characters to words that can be looked up, without losing where each came from.

Every word keeps the offsets of the characters that it was read from, so that a slot can be handed back verbatim.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

Found = TypeVar("Found")

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
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_REMEMBERED, _LONGEST_REMEMBERED = 4096, 24


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


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """:func:`fold`, and for each of its characters the position of the one that it was read from."""
    pieces = list(map(_fold_character, text))
    return "".join(pieces), [position for position, piece in enumerate(pieces) for _ in piece]


def remembered(read_word: Callable[[str], Found]) -> Callable[[str], Found]:
    """``read_word`` with a memory: most of what is written is made of a few thousand words.

    It holds 4,096 words of at most 24 letters; longer ones are read anew, so that nobody fills it with nonsense.
    """
    known = lru_cache(maxsize=_REMEMBERED)(read_word)
    return lambda word: known(word) if len(word) <= _LONGEST_REMEMBERED else read_word(word)


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
