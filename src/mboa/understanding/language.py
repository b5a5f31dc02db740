"""Which language a message is in: French, English or Cameroonian Pidgin ("pcm")."""

from itertools import pairwise
from typing import Literal

from mboa.understanding.normalise import Text
from mboa.understanding.words import word_set

_PIDGIN_WEIGHT = 3


def language_of(text: Text) -> Literal["fr", "en", "pcm"]:
    """The language most words speak for; French, the first language of Douala, when none do."""
    words = text.words
    pairs = {f"{a}_{b}" for a, b in pairwise(words)}
    french = sum(word in word_set("language", "fr") for word in words)
    english = sum(word in word_set("language", "en") for word in words)
    pidgin = sum(word in word_set("language", "pcm") for word in words) + len(pairs & word_set("language", "pcm"))
    if pidgin and pidgin * _PIDGIN_WEIGHT >= french:
        return "pcm"
    return "en" if english > french else "fr"
