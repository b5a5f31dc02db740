"""What hurried people do to a message: transformations, each a function of a text and a source of chance."""

import random
import unicodedata
from collections.abc import Callable

Change = Callable[[str, random.Random], str]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def unaccented(text: str, _: random.Random) -> str:
    """Without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def unpunctuated(text: str, _: random.Random) -> str:
    """Without signs; an apostrophe leaves its words glued together."""
    return "".join(c if c.isalnum() else "" if c in "'’" else " " for c in text)


def spoken(text: str, _: random.Random) -> str:
    """As a telephone writes down what it hears: small letters, no signs, no end."""
    return " ".join("".join(c if c.isalnum() or c in "'’" else " " for c in text).lower().split())


def slipped(text: str, chance: random.Random) -> str:
    """One slip: a letter left out, put in, replaced or swapped with the next."""
    letters = [i for i, c in enumerate(text) if c.isalpha()]
    if not letters:
        return text
    at, other = chance.choice(letters), chance.choice(_LETTERS)
    return chance.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + other + text[at:],
            text[:at] + other + text[at + 1 :],
            text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
        )
    )


def _every(letters: int) -> Change:
    def slip_often(text: str, chance: random.Random) -> str:
        for _ in range(max(1, len(text) // letters)):
            text = slipped(text, chance)
        return text

    return slip_often


CHANGES: dict[str, Change] = {
    "as written": lambda text, _: text,
    "no accents": unaccented,
    "upper case": lambda text, _: text.upper(),
    "no punctuation": unpunctuated,
    "voice to text": spoken,
    "one typing error": slipped,
    "one per 15 letters": _every(15),
    "one per 8 letters": _every(8),
}
