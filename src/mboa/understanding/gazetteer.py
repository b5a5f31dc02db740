"""The zones Mboa knows: names, aliases and centres of quarters, and towns.

Coordinates © OpenStreetMap contributors (ODbL 1.0) and GeoNames (CC BY 4.0); see the TOML files.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from mboa.understanding.normalise import fold
from mboa.understanding.phrases import Phrases, expand
from mboa.understanding.words import data

_NEAREST_KM = 6.0
_KM_PER_DEGREE = 111.32


@dataclass(frozen=True, slots=True)
class Zone:
    """A quarter that providers can serve. ``latitude`` and ``longitude`` (degrees, WGS 84) are its centre."""

    slug: str
    name: str
    city: str
    latitude: float
    longitude: float
    aliases: tuple[str, ...]


@cache
def zones() -> tuple[Zone, ...]:
    """Every zone, Douala first."""
    return tuple(
        Zone(slug, row["name"], city, row["at"][0], row["at"][1], tuple(row["aliases"]))
        for city in ("douala", "yaounde")
        for slug, row in data(city)["zones"].items()
    )


@cache
def _by_slug() -> dict[str, Zone]:
    return {zone.slug: zone for zone in zones()}


def _towns() -> dict[str, dict[str, Any]]:
    return {**data("towns")["towns"], **data("towns")["abroad"]}


def zone_name(slug: str) -> str:
    """The display name of a zone or town; the slug itself when it is unknown."""
    zone = _by_slug().get(slug)
    return zone.name if zone else str(_towns().get(slug, {"name": slug})["name"])


def city_of(slug: str) -> str | None:
    """The city slug of a zone, or of a town itself; ``None`` when it is unknown."""
    zone = _by_slug().get(slug)
    return zone.city if zone else (slug if slug in _towns() else None)


def centre_of(slug: str) -> tuple[float, float] | None:
    """Latitude and longitude of a zone's centre in degrees; ``None`` when the zone is unknown."""
    zone = _by_slug().get(slug)
    return (zone.latitude, zone.longitude) if zone else None


def nearest_zone(latitude: float, longitude: float) -> str | None:
    """The slug of the zone whose centre is nearest to a point in degrees, or ``None`` when none lies within 6 km."""
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    nearest = min(zones(), key=lambda zone: _kilometres(zone, latitude, longitude))
    return nearest.slug if _kilometres(nearest, latitude, longitude) <= _NEAREST_KM else None


def _kilometres(zone: Zone, latitude: float, longitude: float) -> float:
    # Flat-earth distance: at these latitudes and under 50 km the error is far below that of the centres.
    east = (zone.longitude - longitude) * math.cos(math.radians(latitude))
    return math.hypot(zone.latitude - latitude, east) * _KM_PER_DEGREE


@cache
def shy() -> frozenset[str]:
    """Zones whose name is also an ordinary word ("Village")."""
    rows = {**data("douala")["zones"], **data("yaounde")["zones"], **data("towns")["towns"]}
    return frozenset(slug for slug, row in rows.items() if row.get("shy"))


@cache
def names() -> Phrases:
    """Every name and alias; the group is ``zone`` or ``town``, the value the slug."""
    found = Phrases()
    for zone in zones():
        found.add("zone", zone.slug, (_plain(name) for name in (zone.name, *zone.aliases)))
    for slug, landmarks in data("douala")["landmarks"].items():
        found.add("zone", slug, landmarks)
    for slug, row in _towns().items():
        found.add("town", slug, (_plain(name) for name in (row["name"], *row["aliases"])))
    return found


def _plain(name: str) -> str:
    return name.replace("/", " / ").replace("|", " ").replace("?", " ")


@cache
def single_names() -> frozenset[str]:
    """The words that names are made of, folded, for spelling repair."""
    listed = [name for zone in zones() for name in (zone.name, *zone.aliases)]
    listed += [name for row in _towns().values() for name in (row["name"], *row["aliases"])]
    return frozenset(
        word for name in listed for words in expand(_plain(name)) for word in words if fold(word).isalnum()
    )
