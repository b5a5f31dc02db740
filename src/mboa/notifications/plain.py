"""People's own words, made safe to stand inside a message."""

import re

_SPACES = re.compile(r"\s+")
# Cameroonian numbers have nine digits, with the country's twelve, however they are spaced; a date has eight.
_NUMBER = re.compile(r"\+?\d(?:[\s().\-]{0,2}\d){8,}")


def one_line(text: str, limit: int) -> str:
    """On one line, at most ``limit`` characters, cut between words."""
    flat = _SPACES.sub(" ", text).strip()
    if len(flat) <= limit:
        return flat
    room = flat[: limit - 1]
    return (room.rpartition(" ")[0] or room).rstrip() + "…"


def without_numbers(text: str) -> str:
    """Without phone numbers: whoever is only asked must not be able to call the client."""
    return _NUMBER.sub("…", text)
