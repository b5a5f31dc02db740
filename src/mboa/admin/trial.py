"""A lesson on trial: may it be taught, which golden messages would it break, what would it change in this house?"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from mboa.admin.rare_words import stop_words
from mboa.admin.review_words import read_again
from mboa.channels.numbers import masked
from mboa.storage.store import Row
from mboa.understanding import gazetteer, words
from mboa.understanding.atlas import edition
from mboa.understanding.facts import Understanding
from mboa.understanding.learned import Lesson, beside, lessons, trying
from mboa.understanding.normalise import fold
from mboa.understanding.understand import understand

SHORTEST, LONGEST, MOST_WORDS, MOST_LESSONS = 3, 60, 5, 1_000
BROKEN_SHOWN, CHANGED_SHOWN = 5, 20
_ALIKE = {"inform": "new_request", "thanks": "other"}


@dataclass(frozen=True, slots=True)
class Trial:
    """``broken``: the product's own messages that would be misread. ``changed``: this house's, before and after."""

    broken: list[str]
    changed: list[dict[str, Any]]
    examined: int


def objection(lesson: Lesson) -> str:
    """Why this cannot be taught, as a name of the page's words; ``""`` when nothing speaks against it."""
    told = plain_words(lesson.phrase)
    if len("".join(told)) < SHORTEST or len(lesson.phrase) > LONGEST or len(told) > MOST_WORDS:
        return "length"
    if not all(word.isalpha() for word in told):
        return "letters"
    if all(word in stop_words() or len(word) < SHORTEST for word in told):
        return "common"
    if len(lessons()) >= MOST_LESSONS:
        return "full"
    return _clash(lesson, told)


def plain_words(phrase: str) -> list[str]:
    """The words of a phrase as the lexicon holds them."""
    return fold(phrase).replace("'", " ").replace("-", " ").split()


def _clash(lesson: Lesson, told: list[str]) -> str:
    """Whether the very phrase has a meaning already: this one, or another."""
    known = beside(words.main_phrases().find(told), told)
    named = beside(gazetteer.names().find(told), told, places=True)
    whole = [match.value for match in (*known, *named) if match.end - match.start == len(told)]
    if not whole:
        return "used" if len(told) == 1 and _is_used(told[0]) else ""
    return "known" if {value.split(".")[0] for value in whole} == {lesson.meaning} else "contradicts"


def _is_used(word: str) -> bool:
    """Whether the lexicon needs the word in phrases of its own ("maison"), or spells it out ("svp")."""
    short = " ".join(words.data("spelling")["spell"].values())
    return word in words.main_phrases().words or word in fold(short).split()


def trial(lesson: Lesson, rows: Sequence[Row]) -> Trial:
    """Read the golden messages and these of the house without and with the lesson. Takes half a second: in a thread."""
    before = lessons()
    old_golden, old_rows = _golden_read(before, edition()), [read_again(row) for row in rows]
    with trying((*before, lesson)):
        new_golden, new_rows = [_read(line) for line in golden()], [read_again(row) for row in rows]
    read = zip(golden(), old_golden, new_golden, strict=True)
    broken = [line["text"] for line, old, new in read if any(_breaks(line, old, new))]
    told = zip(rows, old_rows, new_rows, strict=True)
    changed = [_change(row, old, new) for row, old, new in told if _facts(old) != _facts(new)]
    return Trial(broken[:BROKEN_SHOWN], changed[:CHANGED_SHOWN], len(rows))


@cache
def golden() -> list[dict[str, Any]]:
    """The messages with their meaning that come with the product."""
    text = (files("mboa.understanding") / "golden.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


@lru_cache(maxsize=1)
def _golden_read(_lessons: tuple[Lesson, ...], _places: int) -> list[Understanding]:
    """How they are read with the lessons and the places in force."""
    return [_read(line) for line in golden()]


def _read(line: dict[str, Any]) -> Understanding:
    return understand(line["text"])


def _breaks(line: dict[str, Any], old: Understanding, new: Understanding) -> Iterable[bool]:
    """For each fact whether it was right and is so no longer."""
    for before, after in zip(_right(line, old), _right(line, new), strict=True):
        yield before and not after


def _right(line: dict[str, Any], read: Understanding) -> tuple[bool, ...]:
    alike = _ALIKE.get(read.intent, read.intent) == _ALIKE.get(line["intent"], line["intent"])
    place, time = read.place.text if read.place else None, read.time.text if read.time else None
    return alike, read.service == line["service"], _same(place, line["place"]), _same(time, line["time"])


def _same(said: str | None, label: str | None) -> bool:
    if said is None or label is None:
        return said is label
    one, other = set(plain_words(said)), set(plain_words(label))
    return 2 * len(one & other) >= min(len(one), len(other))


def _facts(read: Understanding) -> dict[str, Any]:
    place = read.place and (read.place.zone or read.place.text)
    return {"intent": read.intent, "service": read.service, "place": place, "sure": read.sure}


def _change(row: Row, old: Understanding, new: Understanding) -> dict[str, Any]:
    shown = masked(row["text"], doubtful=True)
    return {"message_id": row["id"], "text": shown, "before": _facts(old), "after": _facts(new)}
