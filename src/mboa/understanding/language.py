"""Which language a message is in: French, English or Cameroonian Pidgin ("pcm")."""

from collections.abc import Collection
from itertools import pairwise
from typing import Literal

from mboa.understanding.normalise import Text
from mboa.understanding.words import word_set

_PIDGIN_WEIGHT = 3


def language_of(text: Text) -> Literal["fr", "en", "pcm"]:
    """The language most words speak for; French, the first language of Douala, when none do."""
    french, english = _known(text.words, "fr"), _known(text.words, "en")
    pidgin = _known(text.words, "pcm") + _known(set(map("_".join, pairwise(text.words))), "pcm")
    if pidgin and pidgin * _PIDGIN_WEIGHT >= french:
        return "pcm"
    return "en" if english > french else "fr"


def _known(words: Collection[str], language: str) -> int:
    listed = word_set("language", language)
    return len([word for word in words if word in listed])
