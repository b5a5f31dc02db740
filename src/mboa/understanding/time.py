"""When somebody is wanted. What is over ("depuis hier", "for two days") is no wish."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from mboa.understanding.clock import Atom
from mboa.understanding.facts import Wish
from mboa.understanding.interval import interval
from mboa.understanding.reading import Reading
from mboa.understanding.words import word_set

__all__ = ["interval", "wish"]

_WIDEST_GLUE = 2
_INSTEAD = frozenset({("lieu", "de"), ("lieu", "d"), ("instead", "of"), ("lieu", "du")})
_ABSENT = frozenset({("pas", "la"), ("pas", "dispo"), ("pas", "disponible"), ("pas", "libre"), ("pas", "chez")})
_DEFINITE = {"day": 3, "hour": 3, "delay": 3, "part": 2}
_PARTS = ("afternoon", "evening", "night")
_NOT_TODAY = frozenset(
    {"today", "this_morning", "this_noon", "this_afternoon", "this_night", "morning", "noon", *_PARTS}
)


def wish(reading: Reading) -> Wish | None:
    """The wished time of a message: a day or an hour when one is named, else how urgent it is."""
    groups = [group for group in _grouped(reading.text.words, reading.times) if not _is_past(reading, group)]
    if not groups:
        return None
    chosen = max(groups, key=_definite)
    urgent = any(atom.sort == "soon" and atom.value in {"now", "urgent"} for group in groups for atom in group)
    return _wish(reading, chosen, urgent)


def _definite(group: list[Atom]) -> int:
    """How definite a time is: a day or an hour, then a part of the day, then mere urgency."""
    return max(_DEFINITE.get(atom.sort, 0) for atom in group)


def positions(reading: Reading) -> set[int]:
    """The positions of all words that speak of time."""
    return {i for atom in reading.times for i in range(atom.start, atom.end)}


def _grouped(words: Sequence[str], atoms: Sequence[Atom]) -> list[list[Atom]]:
    groups: list[list[Atom]] = []
    for atom in atoms:
        between = words[groups[-1][-1].end : atom.start] if groups else ()
        if (
            groups
            and len(between) <= _WIDEST_GLUE
            and set(between) <= word_set("grammar", "time", "glue")
            and _fits(groups[-1], atom)
            and not ("," in between and atom.sort == "day" and groups[-1][-1].sort == "day")
        ):
            groups[-1].append(atom)
        else:
            groups.append([atom])
    return groups


def _fits(group: list[Atom], atom: Atom) -> bool:
    """A day takes one hour and one part of the day; urgency stays apart from dates."""
    sorts = {a.sort for a in group}
    return atom.sort != "soon" and "soon" not in sorts and (atom.sort == "day" or atom.sort not in sorts)


def _is_past(reading: Reading, group: list[Atom]) -> bool:
    words = reading.text.words
    start, end = group[0].start, group[-1].end
    before = words[max(0, start - 3) : start]
    past = word_set("times", "past", "before")
    near = [word for word in before if word not in {"le", "la", "les", "the", "de", "du", ","}][-1:]
    if _is_beside_the_point(words, group):
        return True
    if tuple(before[-2:]) in {("pas", "avant"), ("not", "before")}:
        return False
    if near and near[0] in past and not _opens_new_clause(before, near[0]):
        return True
    if tuple(before[-2:]) in _INSTEAD or not {"depuis", "since"}.isdisjoint(before):
        return True
    if words[end : end + 1] and words[end] in word_set("times", "past", "after"):
        return True
    if near[:1] == ["be"] and "no" in before:
        return True  # "no be tomorrow"
    if start > 0 and words[start - 1] in {"et", "and", "mais", "but"} and group[0].value == "now":
        return True  # "and now no light" tells what happened
    return _tells_when_it_broke(reading, group)


def _is_beside_the_point(words: Sequence[str], group: list[Atom]) -> bool:
    """ "Since 6am", "excusez-moi d'écrire un dimanche", "demain je ne suis pas là", "any time it rains"."""
    start, end = group[0].start, group[-1].end
    one_of_many = tuple(words[start - 1 : start]) == ("un",) and group[0].value.startswith("weekday")
    absent = any(pair in _ABSENT for pair in pairwise(words[end : end + 6]))
    habit = group[0].value == "anytime" and tuple(words[start:end]) == ("any", "time") and _runs_on(words, end)
    return words[start] in {"since", "depuis"} or one_of_many or absent or habit


def _runs_on(words: Sequence[str], end: int) -> bool:
    """ "any time rain fall, light go" is a habit; "any time after 3" a wish."""
    return end < len(words) and words[end] not in word_set("times", "past", "around")


def _opens_new_clause(before: Sequence[str], word: str) -> bool:
    """ "... ne marche pas, demain si possible": the refusal belongs to what went before."""
    rest = before[list(before).index(word) + 1 :]
    return "," in rest or "." in rest


def _tells_when_it_broke(reading: Reading, group: list[Atom]) -> bool:
    values = {atom.value for atom in group}
    if (
        not (values & _NOT_TODAY or any(value.startswith("weekday") for value in values))
        or any(atom.sort in {"hour", "delay"} for atom in group)
        or "tomorrow" in values
    ):
        return False
    start, end = _clause(reading, group[0].start)
    if any(value.startswith("weekday") for value in values):
        return not word_set("times", "past", "verbs").isdisjoint(reading.text.words[start : group[0].start])
    if any(value.startswith(("next_", "day_after", "date")) for value in values):
        return False
    if not _is_trouble(reading, start, end):
        start, end = reading.sentence(group[0].start)
    said = set(reading.text.words[start:end])
    return _is_trouble(reading, start, end) and not said & word_set("times", "past", "wanted")


def _clause(reading: Reading, position: int) -> tuple[int, int]:
    start, end = reading.sentence(position)
    commas = [i for i in range(start, end) if reading.text.words[i] == ","]
    return max((i + 1 for i in commas if i < position), default=start), min(
        (i for i in commas if i > position), default=end
    )


def _is_trouble(reading: Reading, start: int, end: int) -> bool:
    return any(
        start <= m.start < end and (m.group in {"broken", "hazards"} or m.value.endswith(".symptom"))
        for m in reading.found
    )


def _wish(reading: Reading, group: list[Atom], urgent: bool) -> Wish:
    numbers: dict[str, int] = {}
    for atom in group:
        numbers = {**atom.numbers, **numbers}
    kind, weekday = _kind(group)
    start, bound = _bounded(reading, group)
    text = reading.text.piece(start, group[-1].end)
    if "hour" in numbers and numbers["hour"] < 8 and kind.endswith(("afternoon", "evening", "night")):
        numbers["hour"] += 12
    if any(atom.value == "after" for atom in group):
        numbers.setdefault("until_hour", max(numbers["hour"] + 1, 20) % 24)
    return Wish(text, kind, urgent or kind in {"now", "urgent"}, weekday=weekday, bound=bound, **numbers)


def _bounded(reading: Reading, group: list[Atom]) -> tuple[int, Literal["from", "until"] | None]:
    """Where a time begins with its "avant" or "à partir de" and what that makes of it."""
    first = group[0]
    if first.sort not in {"day", "part"} or any(atom.sort == "hour" for atom in group):
        return first.start, None
    for bound in ("from", "until"):
        for said in reading.of("bound", f"bound.{bound}"):
            if said.end == first.start or (said.end == first.start + 1 and said.start < first.start):
                return min(said.start, first.start), bound
    return first.start, None


def _kind(group: list[Atom]) -> tuple[str, int | None]:
    by_sort = {atom.sort: atom for atom in reversed(group)}
    by_sort |= {atom.sort: atom for atom in group if atom.value == "date"}  # "mardi 8 décembre" is that day
    if "soon" in by_sort:
        return by_sort["soon"].value, None
    if "delay" in by_sort:
        return by_sort["delay"].value, None
    part = by_sort["part"].value if "part" in by_sort else ""
    if "day" not in by_sort:
        return (part or "hour"), None
    day, _, number = by_sort["day"].value.rpartition("weekday_")
    if number.isdigit() and by_sort["day"].value != number:
        day = f"{day}weekday"
    else:
        day, number = by_sort["day"].value, ""
    part = part.removeprefix("this_")
    if day == "today" and part:
        return f"this_{part}", None
    kind = f"{day}_{part}" if part else day
    return kind, int(number) if number else None
