"""A message as words of the lexicon, with everything that the lexicon and the gazetteer find in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from mboa.understanding import gazetteer, words
from mboa.understanding.atlas import edition
from mboa.understanding.clock import Atom, clock_atoms
from mboa.understanding.learned import Taught, beside, is_taught, taught
from mboa.understanding.normalise import CONTRACTIONS, Text, fold
from mboa.understanding.phrases import SIGNS, Match
from mboa.understanding.repair import Mender
from mboa.understanding.spelling import Speller


@cache
def _spell() -> dict[str, tuple[str, ...]]:
    table = words.data("spelling")["spell"]
    short = {fold(typed): tuple(fold(meant).split()) for meant, listed in table.items() for typed in listed.split()}
    return short | {typed: tuple(meant.split()) for typed, meant in CONTRACTIONS.items()}


def mender() -> Mender:
    """The repairer of typing errors, with all words it knows and those it may repair to."""
    return _mender(edition())


@lru_cache(maxsize=1)
def _mender(_: int) -> Mender:
    targets = words.single_words("services") | words.word_set("spelling", "repair") | words.word_set("trades", "repair")
    known = set(words.main_phrases().words) | words.word_set("spelling", "keep") | set(_spell())
    for language in words.data("language"):
        known |= words.word_set("language", language)
    known |= words.word_set("places", "stop") | words.word_set("places", "inside")
    for section, key in (("sent", "nouns"), ("own", "words"), ("deed", "told"), ("deed", "named"), ("deed", "past")):
        known |= words.word_set("visits", section, key)
    return Mender(known | gazetteer.single_names(), targets, gazetteer.single_names())


@lru_cache(maxsize=2)
def _speller(_: int, known: Taught) -> Speller:
    mend = mender().mend
    return Speller(_spell(), (lambda word: (word,) if is_taught(word) else mend(word)) if known.lessons else mend)


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
        return tuple([i for i, word in enumerate(self.text.words) if word not in SIGNS])

    @cached_property
    def _index(self) -> dict[tuple[str, ...], list[Match]]:
        """The matches under their group, and under their group and value."""
        index: dict[tuple[str, ...], list[Match]] = {}
        for match in self.found:
            index.setdefault((match.group,), []).append(match)
            index.setdefault((match.group, match.value), []).append(match)
        return index

    @cached_property
    def times(self) -> tuple[Atom, ...]:
        """Every expression of time, in numbers or in words of the lexicon, in order."""
        numbers = clock_atoms(self.text.words)
        greetings = [m for m in self.of("answers", "greeting.word", "thanks.word") if m.end - m.start > 1]
        spans: list[Atom | Match] = [*numbers, *greetings]
        taken = {i for span in spans for i in range(span.start, span.end)}
        named = []
        for match in self.of("times"):
            sort, _, value = match.value.partition(".")
            if taken.isdisjoint(range(match.start, match.end)):
                named.append(_feast(match, value) if sort == "feast" else Atom(match.start, match.end, sort, value))
        return tuple(sorted([*numbers, *named], key=lambda atom: (atom.start, atom.end)))

    def of(self, group: str, *values: str) -> Sequence[Match]:
        """The matches of ``group``, of these values when any are given."""
        if len(values) > 1:
            return [m for m in self.of(group) if m.value in values]
        return self._index.get((group, *values), ())

    def has(self, *said: str) -> bool:
        """Whether anything of a group, or a value of it, is said: :meth:`of` finds it."""
        return said in self._index

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


def _feast(match: Match, value: str) -> Atom:
    """A feast as a day: "d25_12" is a date of every year, "easter" is reckoned when the day is asked for."""
    if not value[1:2].isdigit():
        return Atom(match.start, match.end, "day", value)
    day, month = map(int, value[1:].split("_"))
    return Atom(match.start, match.end, "day", "date", {"day": day, "month": month})


def read_message(message: str) -> Reading:
    """Look ``message`` up; anything after its first 4,096 characters is left aside."""
    text = _speller(edition(), taught()).read(message)
    found, named = words.main_phrases().find(text.words), gazetteer.names().find(text.words)
    return Reading(text, beside(found, text.words), beside(named, text.words, places=True))
