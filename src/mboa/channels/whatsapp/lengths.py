"""Texts cut to WhatsApp's limits without breaking a word, an accent or an emoji."""

import re
import unicodedata
from collections.abc import Sequence

TEXT_CHARS = 4_096
BODY_CHARS = 1_024
TITLE_CHARS = 20
ROW_TITLE_CHARS = 24
ROW_DESCRIPTION_CHARS = 72
PAYLOAD_CHARS = 256
ROW_PAYLOAD_CHARS = 200
PARAMETERS_CHARS = 700  # all parameters of one template together: its own words take at most the other 324
_JOINER = "\u200d"
_SPACES = re.compile(r"\s+")


def shorten(text: str, limit: int) -> str:
    """The text within ``limit`` characters, cut between two words where one ends in the last third, with ``…``."""
    if len(text) <= limit:
        return text
    room = _boundary(text, limit - 1)
    gap = max(text.rfind(" ", 0, room + 1), text.rfind("\n", 0, room + 1))
    return text[: gap if gap > limit * 2 // 3 else room].rstrip() + "…"


def _boundary(text: str, end: int) -> int:
    """The last place at or before ``end`` that lies between two whole characters as a reader sees them."""
    while end > 0 and (_continues(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return end


def _continues(char: str) -> bool:
    if char == _JOINER or "\U0001f3fb" <= char <= "\U0001f3ff":  # skin tones
        return True
    return unicodedata.category(char) in {"Mn", "Me"}  # accents, variation selectors, keycaps


def single_line(text: str) -> str:
    """A template parameter as Meta takes it: no newline, tab or run of spaces, never empty (``-``)."""
    return _SPACES.sub(" ", text).strip() or "-"


def parameters(values: Sequence[str]) -> list[str]:
    """Template parameters on one line each, the long ones shortened when together they pass 700 characters."""
    lines = [single_line(value) for value in values]
    if sum(map(len, lines)) <= PARAMETERS_CHARS:
        return lines
    return [shorten(line, PARAMETERS_CHARS // len(lines)) for line in lines]
