"""A message as words of the lexicon, with everything that the lexicon and the gazetteer find in it."""

from dataclasses import dataclass
from functools import cache, cached_property

from mboa.understanding import gazetteer, words
from mboa.understanding.normalise import CONTRACTIONS, Text, fold, read
from mboa.understanding.phrases import SIGNS, Match
from mboa.understanding.repair import Mender


@cache
def _spell() -> dict[str, tuple[str, ...]]:
    table = words.data("spelling")["spell"]
    short = {fold(typed): tuple(fold(meant).split()) for meant, listed in table.items() for typed in listed.split()}
    return short | {typed: tuple(meant.split()) for typed, meant in CONTRACTIONS.items()}


@cache
def mender() -> Mender:
    """The repairer of typing errors, with all words it knows and those it may repair to."""
    targets = words.single_words("services") | words.word_set("spelling", "repair") | words.word_set("trades", "repair")
    known = set(words.main_phrases().words) | words.word_set("spelling", "keep") | set(_spell())
    known |= words.phrases("offers").words
    for language in words.data("language"):
        known |= words.word_set("language", language)
    known |= words.word_set("places", "stop") | words.word_set("places", "inside")
    return Mender(known | gazetteer.single_names(), targets, gazetteer.single_names())


def is_mended(text: Text, match: Match) -> bool:
    """Whether a word of ``match`` was repaired, and may thus be another word altogether."""
    return any(
        text.words[i] not in (typed := fold(text.piece(i, i + 1))) and typed not in _spell()
        for i in range(match.start, match.end)
    )


@dataclass(frozen=True)
class Reading:
    """``text`` with the matches of the lexicon (``found``) and of the gazetteer (``named``)."""

    text: Text
    found: tuple[Match, ...]
    named: tuple[Match, ...]

    @cached_property
    def content(self) -> tuple[int, ...]:
        """The positions of the words that are no signs."""
        return tuple(i for i, word in enumerate(self.text.words) if word not in SIGNS)

    def of(self, group: str, *values: str) -> list[Match]:
        """The matches of ``group``, of these values when any are given."""
        return [m for m in self.found if m.group == group and (not values or m.value in values)]

    def has(self, group: str, *values: str) -> bool:
        """Whether :meth:`of` finds any."""
        return bool(self.of(group, *values))

    def uncovered(self, *covers: Match) -> list[int]:
        """The positions of content words that lie in none of ``covers`` and are no greeting or filler."""
        spare = self.of("answers", "filler.word", "greeting.word", "thanks.word")
        taken = {i for match in (*covers, *spare) for i in range(match.start, match.end)}
        return [i for i in self.content if i not in taken]

    def alone(self, match: Match) -> bool:
        """Whether ``match`` is all that is said, greetings and fillers aside."""
        return not self.uncovered(match)

    def sentence(self, position: int) -> tuple[int, int]:
        """The bounds of the sentence around a word."""
        ends = [i for i, word in enumerate(self.text.words) if word in {".", "?"}]
        start = max((i + 1 for i in ends if i < position), default=0)
        return start, min((i for i in ends if i >= position), default=len(self.text.words))


def read_message(message: str) -> Reading:
    """Look ``message`` up; anything after its first 4,096 characters is left aside."""
    text = read(message, _spell(), mender().mend)
    return Reading(text, tuple(words.main_phrases().find(text.words)), tuple(gazetteer.names().find(text.words)))
