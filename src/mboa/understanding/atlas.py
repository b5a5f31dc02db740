"""Places beyond those of the lexicon: what an operator imported, for the whole process, until it is set anew."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["zone", "landmark", "town"]


@dataclass(frozen=True, slots=True)
class ImportedPlace:
    """A place as it was imported. ``slug`` is its own for a zone or town, for a landmark its zone's (empty when none is
    near); a zone with the slug of a zone of the lexicon adds names to that one. ``latitude`` and ``longitude``
    are degrees (WGS 84), both or none.
    """

    kind: Kind
    name: str
    aliases: tuple[str, ...]
    slug: str
    city: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class _Edition:
    number: int
    places: tuple[ImportedPlace, ...]


class _Shelf:
    """Holds the one edition that is in force: both of its parts change at once, whichever thread reads."""

    current = _Edition(0, ())


def install(places: Iterable[ImportedPlace]) -> None:
    """From now on these are known beside the lexicon's, and no other; nothing happens when they are known already."""
    listed = tuple(places)
    if listed != _Shelf.current.places:
        _Shelf.current = _Edition(_Shelf.current.number + 1, listed)


def edition() -> int:
    """Changes whenever other places are known: whoever keeps what he derived from them keeps it under this number."""
    return _Shelf.current.number


def imported(kind: Kind | None = None) -> tuple[ImportedPlace, ...]:
    """The places in force, of one kind when it is given."""
    return tuple(place for place in _Shelf.current.places if kind in {None, place.kind})
