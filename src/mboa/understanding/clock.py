"""Hours, dates and delays written with numbers: "10h30", "8 am", "25/11", "dans 2 heures", "entre 14h et 16h"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from mboa.understanding.normalise import fold
from mboa.understanding.words import data, word_set

_HOUR = re.compile(r"(\d{1,2})h(\d{2})?(?:mn|min)?")
_MERIDIEM = re.compile(r"(\d{1,2})(am|pm)")
_DAY = re.compile(r"(\d{1,2})(er|st|nd|rd|th)?")
_AMOUNT = re.compile(r"(\d{1,3})(mn|min|mins|minutes|hrs?|jours?|days?)")
_MINUTES = re.compile(r"[0-5]\d")
_BEFORE_DELAYS = frozenset({"dans", "in", "d", "within", "after"})
_BEFORE_DATES = frozenset({"le", "the", "on"})
_MIDDAY = frozenset({"midi", "noon"})


@dataclass(frozen=True, slots=True)
class Atom:
    """One expression of time on the words ``start`` to ``end`` (exclusive): its sort and its numbers."""

    start: int
    end: int
    sort: str
    value: str = ""
    numbers: dict[str, int] = field(default_factory=dict)


@cache
def _months() -> dict[str, int]:
    return {name: int(number) for number, names in data("times")["months"].items() for name in fold(names).split()}


@cache
def _numbers() -> dict[str, int]:
    return {name: int(number) for name, number in data("grammar")["numbers"].items()}


@cache
def _openers() -> frozenset[str]:
    return _BEFORE_DELAYS | _BEFORE_DATES | _MIDDAY | _months().keys() | _numbers().keys()


def _number(word: str) -> int | None:
    if word.isascii() and word.isdigit() and len(word) <= 4:
        return int(word)
    return _numbers().get(word)


def clock_atoms(words: Sequence[str]) -> list[Atom]:
    """Every hour, date and delay in ``words``, in order."""
    found: list[Atom] = []
    at, openers = 0, _openers()
    while at < len(words):
        atom = None
        if words[at] in openers or words[at][0].isdigit():
            atom = _delay(words, at) or _date(words, at) or _hour(words, at)
        if atom:
            found.append(atom)
        at = atom.end if atom else at + 1
    return _joined(words, found)


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""


def _delay(words: Sequence[str], at: int) -> Atom | None:
    if words[at] not in _BEFORE_DELAYS:
        return None
    amount, end = _amount(words, at + 1)
    if amount is None:
        return None
    minutes, days = amount
    if days:
        return Atom(at, end, "day", "in_days", {"days_ahead": days})
    return Atom(at, end, "delay", "after_delay", {"hour": minutes // 60, "minute": minutes % 60})


def _amount(words: Sequence[str], at: int) -> tuple[tuple[int, int] | None, int]:
    """Minutes and days of "2 heures", "30 min", "3 jours", "2h", "une heure"."""
    compact = _HOUR.fullmatch(_word(words, at))
    if compact:
        return (int(compact[1]) * 60 + int(compact[2] or 0), 0), at + 1
    number = _number(_word(words, at))
    unit = _word(words, at + 1)
    if number is None:
        joined = _AMOUNT.fullmatch(_word(words, at))
        if not joined:
            return None, at
        number, unit, at = int(joined[1]), joined[2], at - 1
    if unit in word_set("grammar", "clock", "hour_words"):
        return (number * 60, 0), at + 2
    if unit in word_set("grammar", "clock", "minute_words"):
        return (number, 0), at + 2
    return ((0, number), at + 2) if unit in word_set("grammar", "clock", "day_words") and number <= 60 else (None, at)


def _date(words: Sequence[str], at: int) -> Atom | None:
    article = words[at] in _BEFORE_DATES
    first = at + 1 if article else at
    day = _day_number(_word(words, first))
    if day is None:
        return _month_first(words, at)
    if _word(words, first + 1) == "/" and _day_number(_word(words, first + 2)):
        return _slashed(words, at, first, day)
    of = 1 if _word(words, first + 1) in {"of", "de"} else 0
    month = _months().get(_word(words, first + 1 + of))
    if month:
        return Atom(at, first + 2 + of, "day", "date", {"day": day, "month": month})
    plain = article and _word(words, first + 1) not in word_set("grammar", "clock", "hour_words") | word_set(
        "grammar", "clock", "minute_words"
    ) | word_set("grammar", "clock", "day_words") | {":", "/"}
    return Atom(at, first + 1, "day", "date", {"day": day}) if plain and words[at] == "le" else None


def _slashed(words: Sequence[str], at: int, first: int, day: int) -> Atom | None:
    month = int(words[first + 2])
    like_rating = at == first and month in {5, 10} and day <= month and _word(words, first + 3) != "/"
    if not 1 <= month <= 12 or like_rating:
        return None  # "4/5" and "8/10" are ratings, not days of May and October
    year = _word(words, first + 3) == "/" and _number(_word(words, first + 4)) is not None
    return Atom(at, first + (5 if year else 3), "day", "date", {"day": day, "month": month})


def _month_first(words: Sequence[str], at: int) -> Atom | None:
    month = _months().get(words[at])
    day = _day_number(_word(words, at + 1))
    if month and day and words[at] not in {"mars", "mai"}:
        return Atom(at, at + 2, "day", "date", {"day": day, "month": month})
    return None


def _day_number(word: str) -> int | None:
    digits = _DAY.fullmatch(word)
    return int(digits[1]) if digits and 1 <= int(digits[1]) <= 31 else None


def _hour(words: Sequence[str], at: int) -> Atom | None:
    read = _midday(words, at) or _hour_number(words, at)
    if read is None:
        return None
    hour, minute, end = read
    if hour > 24 or minute > 59:
        return None
    return Atom(at, end, "hour", "", {"hour": hour % 24, "minute": minute})


def _hour_number(words: Sequence[str], at: int) -> tuple[int, int, int] | None:
    word, after = words[at], _word(words, at + 1)
    compact = _HOUR.fullmatch(word)
    if compact:
        return int(compact[1]), int(compact[2] or 0), at + 1
    half = _MERIDIEM.fullmatch(word)
    if half:
        return _twenty_four(int(half[1]), half[2]), 0, at + 1
    number = _number(word)
    if number is None:
        return None
    if after == ":" and _word(words, at + 2).isdigit():
        return _with_meridiem(words, at + 3, number, int(words[at + 2]))
    if after in {"am", "pm", "a", "p"} and (after in {"am", "pm"} or _word(words, at + 2) == "m"):
        return _twenty_four(number, after[0] + "m"), 0, at + (2 if after in {"am", "pm"} else 3)
    if after in word_set("grammar", "clock", "hour_words"):
        minutes = _word(words, at + 2)
        return (number, int(minutes), at + 3) if _MINUTES.fullmatch(minutes) else (number, 0, at + 2)
    if after == "o" and _word(words, at + 2) == "clock":
        return number, 0, at + 3
    bare = word.isdigit() and 6 <= number <= 20 and _word(words, at - 1) in {"at", "by", "vers"}
    return (number, 0, at + 1) if bare else None


def _midday(words: Sequence[str], at: int) -> tuple[int, int, int] | None:
    """ "Entre midi et 14h" is a range of hours; any other midday is a part of the day."""
    ranged = words[at] in _MIDDAY and _word(words, at - 1) in {"entre", "between"}
    ranged = ranged and _number(_word(words, at + 2)) is None
    return (12, 0, at + 1) if ranged else None


def _with_meridiem(words: Sequence[str], end: int, hour: int, minute: int) -> tuple[int, int, int]:
    half = _word(words, end)
    return (_twenty_four(hour, half), minute, end + 1) if half in {"am", "pm"} else (hour, minute, end)


def _twenty_four(hour: int, half: str) -> int:
    return hour % 12 + (12 if half == "pm" else 0)


def _joined(words: Sequence[str], atoms: list[Atom]) -> list[Atom]:
    """Two hours bound by "et", "à", "-" become one range; "après", "avant", "vers" join the hour they stand before."""
    joined: list[Atom] = []
    for atom in atoms:
        last = joined[-1] if joined else None
        if (
            last
            and atom.sort == last.sort == "hour"
            and _bound(words[last.end : atom.start])
            and "until_hour" not in last.numbers
        ):
            joined[-1] = Atom(
                last.start, atom.end, "hour", "between", {**last.numbers, "until_hour": atom.numbers["hour"]}
            )
        else:
            joined.append(_with_preposition(words, atom) if atom.sort == "hour" else atom)
    return joined


def _bound(between: Sequence[str]) -> bool:
    return len(between) <= 1 and set(between) <= {"et", "a", "and", "to", "ou", "or"}


def _with_preposition(words: Sequence[str], atom: Atom) -> Atom:
    before = _word(words, atom.start - 1)
    if before in {"entre", "between"}:
        return Atom(atom.start - 1, atom.end, "hour", atom.value, atom.numbers)
    if before == "de" and _word(words, atom.start - 2) == "partir":
        start = atom.start - (3 if _word(words, atom.start - 3) == "a" else 2)
        return Atom(start, atom.end, "hour", "after", atom.numbers)
    if before in word_set("grammar", "clock", "after"):
        return Atom(atom.start - 1, atom.end, "hour", "after", atom.numbers)
    if before in word_set("grammar", "clock", "before"):
        return Atom(atom.start - 1, atom.end, "hour", "before", {"until_hour": atom.numbers["hour"]})
    if before in word_set("grammar", "clock", "at"):
        return Atom(atom.start - 1, atom.end, "hour", "", atom.numbers)
    return atom
