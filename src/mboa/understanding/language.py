"""Which language a message is in: French, English or Cameroonian Pidgin ("pcm")."""

from itertools import pairwise
from typing import Literal

from mboa.understanding.normalise import Text
from mboa.understanding.words import word_set

_PIDGIN_WEIGHT = 3


def language_of(text: Text) -> Literal["fr", "en", "pcm"]:
    """The language most words speak for; French, the first language of Douala, when none do."""
    words = text.words
    pairs = set(map("_".join, pairwise(words)))
    french, english, pidgin = (sum(map(word_set("language", code).__contains__, words)) for code in ("fr", "en", "pcm"))
    pidgin += len(pairs & word_set("language", "pcm"))
    if pidgin and pidgin * _PIDGIN_WEIGHT >= french:
        return "pcm"
    return "en" if english > french else "fr"
