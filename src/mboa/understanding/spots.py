"""Spots that no gazetteer knows: "derrière la boulangerie", "rue de la joie", a name behind "je suis à"."""

from dataclasses import dataclass

from mboa.understanding.phrases import SIGNS, Match
from mboa.understanding.reading import Reading, mender
from mboa.understanding.service import is_spot
from mboa.understanding.time import positions
from mboa.understanding.words import word_set

_LONGEST_NAME = 6
_TIME_UNITS = frozenset({"minute", "minutes", "min", "heure", "heures", "jour", "jours", "hour", "hours", "days"})


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that may name a place, how much they weigh, and the names of the gazetteer among them."""

    start: int
    end: int
    weight: float
    names: tuple[Match, ...] = ()


def described(reading: Reading, barred: set[int]) -> list[Stretch]:
    """Spots named by a relation ("derrière la pharmacie") or a noun of place ("rue de la joie")."""
    found = []
    for match in reading.of("relation"):
        end = _name_end(reading, match.end, barred)
        if not _TIME_UNITS.isdisjoint(reading.text.words[match.end : match.end + 2]):
            continue  # "au bout de 5 minutes"
        head = next(
            (w for w in reading.text.words[match.end : end] if w not in word_set("grammar", "place", "inside_name")),
            None,
        )
        if head is not None and head not in word_set("places", "inside"):
            found.append(Stretch(match.start, end, 1.0))
    for match in reading.of("place"):
        if match.start in barred and not reading.has("services", "mask.none"):
            continue
        end = _name_end(reading, match.end, barred)
        if end > match.end or (match.value == "place.yes" and len(reading.content) <= match.end - match.start + 2):
            found.append(Stretch(_name_start(reading, match), end, 1.2))
    return found


def _name_end(reading: Reading, at: int, barred: set[int]) -> int:
    words, stop = reading.text.words, word_set("places", "stop")
    end = last = at
    if (
        at < len(words)
        and len(words[at]) == 1
        and words[at] not in {"l", "d"}
        and reading.text.original[reading.text.starts[at]].isupper()
    ):
        return at + 1  # "Block C"
    while (
        end < len(words)
        and end - at < _LONGEST_NAME
        and words[end] not in SIGNS
        and end not in barred
        and words[end] not in stop
    ):
        end += 1
        if words[end - 1] not in word_set("grammar", "place", "trailing"):
            last = end
    return last


def _name_start(reading: Reading, match: Match) -> int:
    """English puts the name first: "Wuse Zone 5 junction"."""
    start = match.start
    while start > 0 and _is_name(reading, start - 1) and reading.text.words[start - 1] not in SIGNS:
        start -= 1
    return start


def _is_name(reading: Reading, at: int) -> bool:
    text = reading.text
    typed = text.original[text.starts[at] : text.ends[at]]
    unknown = not mender().knows(text.words[at]) and text.words[at].isalpha() and len(typed) > 3
    return unknown or (
        typed[:1].isupper()
        and at > 0
        and len(typed) > 1
        and text.words[at - 1] not in SIGNS
        and not _all_capitals(text.original)
        and text.words[at] not in word_set("places", "stop")
    )


def _all_capitals(message: str) -> bool:
    return message == message.upper()


def announced(reading: Reading, barred: set[int]) -> list[Stretch]:
    """Unknown names behind "à", "at", "je suis à": a place, though no gazetteer knows it."""
    found = []
    for match in reading.of("lead"):
        end = _name_end(reading, match.end, barred)
        if end > match.end and _looks_like_name(reading, match.end, end, loosely=True):
            found.append(Stretch(match.end, end, 1.1))
    words, always, before_names = (
        reading.text.words,
        word_set("places", "announce"),
        word_set("places", "announce", "named"),
    )
    for at, word in enumerate(words[:-1]):
        heralded = word in always or (word in before_names and _is_capital(reading, at + 1))
        if heralded and at + 1 not in barred and _looks_like_name(reading, at + 1, at + 2, loosely=False):
            end = _name_end(reading, at + 1, barred)
            if end > at + 1:
                found.append(Stretch(at + 1, end, 0.9))
    return found


def _is_capital(reading: Reading, at: int) -> bool:
    return reading.text.original[reading.text.starts[at]].isupper()


def _looks_like_name(reading: Reading, start: int, end: int, *, loosely: bool) -> bool:
    heads = [i for i in range(start, end) if reading.text.words[i] not in word_set("grammar", "place", "inside_name")]
    if not heads:
        return False
    first = reading.text.words[heads[0]]
    if len(first) < 3 and not first.isdigit():
        return False
    known = mender().knows(first)
    if loosely:
        return not known or any(m.start == heads[0] for m in (*reading.of("place"), *reading.named))
    typed = reading.text.original[reading.text.starts[start] : reading.text.ends[start]]
    return (
        not known and len(first) >= 4 and first.isalpha() and (typed[:1].isupper() or closes(reading.text.words, start))
    )


def closes(words: tuple[str, ...], at: int) -> bool:
    """Whether the word at ``at`` ends its clause."""
    return at + 1 >= len(words) or words[at + 1] in SIGNS


def barred_positions(reading: Reading) -> set[int]:
    """The positions that no described place may run into: wished times, services, problems."""
    services = [m for m in reading.of("services") if not is_spot(reading, m)]
    matches = [*reading.of("broken"), *services, *reading.of("want")]
    barred = {i for m in matches if m.value != "mask.none" for i in range(m.start, m.end)}
    return barred | positions(reading)
