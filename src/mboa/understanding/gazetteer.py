"""The zones Mboa knows: names, aliases and centres of quarters, and towns; the lexicon's and the imported ones.

Coordinates © OpenStreetMap contributors (ODbL 1.0) and GeoNames (CC BY 4.0); see the TOML files.
"""

import math
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from mboa.understanding.atlas import edition, imported
from mboa.understanding.normalise import fold
from mboa.understanding.phrases import Phrases, expand
from mboa.understanding.words import data, main_phrases, word_set

_NEAREST_KM = 6.0
_KM_PER_DEGREE = 111.32
_SHORTEST_NAME, _SHORT_NAME = 4, 5


@dataclass(frozen=True, slots=True)
class Zone:
    """A quarter that providers can serve. ``latitude`` and ``longitude`` (degrees, WGS 84) are its centre; an imported
    zone may be known by its name alone, then both are ``None``.
    """

    slug: str
    name: str
    city: str
    latitude: float | None
    longitude: float | None
    aliases: tuple[str, ...]


def zones() -> tuple[Zone, ...]:
    """Every zone, Douala first, imported ones last."""
    return tuple(_by_slug(edition()).values())


@lru_cache(maxsize=1)
def _by_slug(_: int) -> dict[str, Zone]:
    known = {
        slug: Zone(slug, row["name"], city, row["at"][0], row["at"][1], tuple(row["aliases"]))
        for city in ("douala", "yaounde")
        for slug, row in data(city)["zones"].items()
    }
    for place in imported("zone"):
        aliases = tuple(filter(_tells, place.aliases))
        fresh = Zone(place.slug, place.name, place.city, place.latitude, place.longitude, aliases)
        old = known.get(place.slug)
        known[place.slug] = replace(old, aliases=_joined(old, (place.name, *place.aliases))) if old else fresh
    return known


def _joined(zone: Zone, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys((*zone.aliases, *names)) if name != zone.name)


def _towns() -> dict[str, dict[str, Any]]:
    return _towns_of(edition())


@lru_cache(maxsize=1)
def _towns_of(_: int) -> dict[str, dict[str, Any]]:
    known = {**data("towns")["towns"], **data("towns")["abroad"]}
    # "Bali" is a quarter of Douala here, whatever town bears the name too.
    quarters = {fold(name) for zone in zones() for name in (zone.name, *zone.aliases)}
    for town in imported("town"):
        old = known.get(town.slug)
        heard = [name for name in (town.name, *town.aliases) if _tells(name) and fold(name) not in quarters]
        names = [*(old["aliases"] if old else ()), *heard]
        known[town.slug] = {**(old or {"name": town.name, "quiet": True}), "aliases": list(dict.fromkeys(names))}
    return known


def slugs() -> frozenset[str]:
    """The slug of every zone."""
    return _slugs(edition())


@lru_cache(maxsize=1)
def _slugs(_: int) -> frozenset[str]:
    return frozenset(zone.slug for zone in zones())


def towns() -> dict[str, tuple[str, ...]]:
    """Every town by its slug, with its name and its other names."""
    own = {slug: () if row.get("quiet") else (row["name"],) for slug, row in _towns().items()}
    return {slug: (*own[slug], *row["aliases"]) for slug, row in _towns().items()}


def zone_name(slug: str) -> str:
    """The display name of a zone or town; the slug itself when it is unknown."""
    zone = _by_slug(edition()).get(slug)
    return zone.name if zone else str(_towns().get(slug, {"name": slug})["name"])


def city_of(slug: str) -> str | None:
    """The city slug of a zone, or of a town itself; ``None`` when it is unknown."""
    zone = _by_slug(edition()).get(slug)
    return zone.city if zone else (slug if slug in _towns() else None)


def centre_of(slug: str) -> tuple[float, float] | None:
    """Latitude and longitude of a zone's centre in degrees; ``None`` when the zone or its centre is unknown."""
    zone = _by_slug(edition()).get(slug)
    if zone is None or zone.latitude is None or zone.longitude is None:
        return None
    return zone.latitude, zone.longitude


def nearest_zone(latitude: float, longitude: float) -> str | None:
    """The slug of the zone whose centre is nearest to a point in degrees, or ``None`` when none lies within 6 km."""
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    # Flat-earth distance: at these latitudes and under 50 km the error is far below that of the centres.
    narrowing = math.cos(math.radians(latitude))
    degrees, slug = min(
        (math.hypot(at[0] - latitude, (at[1] - longitude) * narrowing), slug) for slug, at in _centres(edition())
    )
    return slug if degrees * _KM_PER_DEGREE <= _NEAREST_KM else None


@lru_cache(maxsize=1)
def _centres(_: int) -> tuple[tuple[str, tuple[float, float]], ...]:
    return tuple((zone.slug, centre) for zone in zones() if (centre := centre_of(zone.slug)))


def shy() -> frozenset[str]:
    """Zones and towns whose name is also an ordinary word ("Village")."""
    return _shy(edition())


@lru_cache(maxsize=1)
def _shy(_: int) -> frozenset[str]:
    rows = {**data("douala")["zones"], **data("yaounde")["zones"], **data("towns")["towns"]}
    ordinary = {
        place.slug
        for place in imported()
        if place.kind != "landmark" and place.slug not in rows and _is_ordinary(place.name)
    }
    return frozenset(slug for slug, row in rows.items() if row.get("shy")) | ordinary


def _is_ordinary(name: str) -> bool:
    """Whether a name, heard alone, is more likely another word: one of the lexicon, or like many for being short."""
    folded = fold(name)
    return " " not in folded and (len(folded) <= _SHORT_NAME or folded in _ordinary_words())


@cache
def _ordinary_words() -> Set[str]:
    spoken = frozenset().union(*(word_set("language", language) for language in data("language")))
    return main_phrases().words | spoken | word_set("places", "stop") | word_set("places", "inside")


def _tells(name: str) -> bool:
    """Whether an imported name is long enough to be heard at all."""
    return len(fold(name)) >= _SHORTEST_NAME


def names() -> Phrases:
    """Every name and alias; the group is ``zone``, ``landmark`` or ``town``, the value the slug of zone or town."""
    return _names(edition())


@lru_cache(maxsize=1)
def _names(_: int) -> Phrases:
    found = Phrases()
    for zone in zones():
        found.add("zone", zone.slug, (_plain(name) for name in (zone.name, *zone.aliases)))
    for slug, landmarks in data("douala")["landmarks"].items():
        found.add("zone", slug, landmarks)
    for slug, listed in towns().items():
        found.add("town", slug, (_plain(name) for name in listed))
    for slug, landmark in _landmarks():
        found.add("landmark", slug, [_plain(landmark)])
    return found


def _landmarks() -> Iterator[tuple[str, str]]:
    """The imported landmarks that tell a zone, by its slug; a name of one ordinary word tells nothing."""
    for place in imported("landmark"):
        for name in (place.name, *place.aliases) if place.slug else ():
            if _tells(name) and not _is_ordinary(name):
                yield place.slug, name


def _plain(name: str) -> str:
    return name.replace("/", " / ").replace("|", " ").replace("?", " ").replace("_", " ").replace("*", " ")


def single_names() -> frozenset[str]:
    """The words that names of zones and towns are made of, folded, for spelling repair."""
    return _single_names(edition())


@lru_cache(maxsize=1)
def _single_names(_: int) -> frozenset[str]:
    listed = [name for zone in zones() for name in (zone.name, *zone.aliases)]
    listed += [name for several in towns().values() for name in several]
    return frozenset(
        word for name in listed for words in expand(_plain(name)) for word in words if fold(word).isalnum()
    )
