"""Words that a house taught: phrases beside those of the lexicon, for the whole process, until they are set anew.

They are looked up beside the lexicon, not inside it: a lesson costs no rebuilding, and taking it back leaves no trace.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from mboa.understanding.phrases import Match, Phrases

Kind = Literal["trade", "fixture", "symptom", "place"]
"""``trade`` names a trade, ``fixture`` a thing that needs work, ``symptom`` what is wrong, ``place`` where it is."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """``phrase`` means a service (``plumbing``), or, of kind ``place``, a zone by its slug."""

    phrase: str
    kind: Kind
    meaning: str


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """Lessons as they are looked up: ``found`` beside the phrases, ``named`` beside the places. Made once for all."""

    lessons: tuple[Lesson, ...]
    found: Phrases
    named: Phrases
    words: frozenset[str]


def _made(lessons: tuple[Lesson, ...]) -> Taught:
    found, named = Phrases(), Phrases()
    for lesson in lessons:
        if lesson.kind == "place":
            named.add("zone", lesson.meaning, [lesson.phrase])
        else:
            found.add("services", f"{lesson.meaning}.{lesson.kind}", [lesson.phrase])
    return Taught(lessons, found, named, frozenset(found.words | named.words))


class _Shelf:
    """Holds the lessons in force, all at once."""

    current = _made(())


# What is only tried, and by whom: others read meanwhile as ever.
_TRIED: ContextVar[Taught | None] = ContextVar("tried", default=None)


def install(lessons: Iterable[Lesson]) -> bool:
    """From now on these are known beside the lexicon, and no other; whether that is a change."""
    listed = tuple(lessons)
    changed = listed != _Shelf.current.lessons
    if changed:
        _Shelf.current = _made(listed)
    return changed


@contextmanager
def trying(lessons: Iterable[Lesson]) -> Iterator[None]:
    """Inside, and in this thread or task alone, these are known instead of those in force."""
    token = _TRIED.set(_made(tuple(lessons)))
    try:
        yield
    finally:
        _TRIED.reset(token)


def taught() -> Taught:
    """What is known here and now; another object whenever that changes."""
    return _TRIED.get() or _Shelf.current


def lessons() -> tuple[Lesson, ...]:
    """The lessons that are known here and now."""
    return taught().lessons


def is_taught(word: str) -> bool:
    """Whether a folded word stands in a lesson, and is thus no slip of the pen."""
    return word in taught().words


def beside(known: Sequence[Match], words: Sequence[str], *, places: bool = False) -> tuple[Match, ...]:
    """The matches of the lexicon (or of the gazetteer) and of the lessons; within one group the longer one stands."""
    here = taught()
    if not here.lessons:
        return tuple(known)
    new = (here.named if places else here.found).find(words)
    fresh = [match for match in new if not any(_covers(old, match) for old in known)]
    return tuple(sorted([*fresh, *(old for old in known if not any(_covers(match, old) for match in fresh))]))


def _covers(wide: Match, match: Match) -> bool:
    return wide.group == match.group and wide.start <= match.start and match.end <= wide.end
