"""A gazetteer as a table: every line is read, and each that cannot be taken is named with its reason."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mboa.roster_csv import decode
from mboa.roster_fields import SOUTH_NORTH, WEST_EAST
from mboa.understanding.atlas import ImportedPlace, Kind
from mboa.understanding.gazetteer import city_of, towns, zones
from mboa.understanding.normalise import fold

COLUMNS = ("name", "aliases", "kind", "city", "lat", "lon")
LONGEST_NAME = 80
# The kinds of the contract, and what OpenStreetMap's and GeoNames' lists call the same.
_SAME_AS: Mapping[Kind, str] = {
    "zone": "zone area quartier quarter suburb neighbourhood neighborhood bloc",
    "town": "town city village",
    "landmark": "landmark carrefour junction market school hospital clinic pharmacy bank fuel restaurant bar bakery "
    "hotel supermarket mall worship church mosque police embassy stadium airport station bus_station post_office "
    "townhall community public poi",
}
KINDS: Mapping[str, Kind] = {word: kind for kind, words in _SAME_AS.items() for word in words.split()}
_SPACES = re.compile(r"\s+")
_NO_SLUG = re.compile(r"[^a-z0-9]+")


class BadLine(Exception):
    """Why a line cannot be taken, in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that can be read by itself: its number in the file and what stands there; the town is still a name."""

    number: int
    kind: Kind
    name: str
    aliases: tuple[str, ...]
    city: str
    spot: tuple[float, float] | None


def read_places(raw: bytes) -> tuple[list[ImportedPlace], list[str]]:
    """The places of a file, and ``line 3: …`` for each line that cannot be taken. More columns are passed over."""
    text = decode(raw).removeprefix("\ufeff")
    first = text.partition("\n")[0]
    rows = csv.DictReader(
        io.StringIO(text, newline=""), delimiter="\t" if first.count("\t") > first.count(",") else ","
    )
    rows.fieldnames = [str(name).strip().lower() for name in rows.fieldnames or ()]
    missing = [name for name in COLUMNS if name not in rows.fieldnames]
    if missing:
        return [], [f"line 1: column(s) missing: {', '.join(missing)}"]
    try:
        lines, problems = _read(rows)
    except csv.Error as error:
        return [], [f"line {rows.line_num}: cannot be read: {error}"]
    placed, unplaced = _placed(lines)
    problems |= unplaced
    return placed, [f"line {number}: {problems[number]}" for number in sorted(problems)]


def _read(rows: "csv.DictReader[str]") -> tuple[list[Line], dict[int, str]]:
    lines: list[Line] = []
    problems: dict[int, str] = {}
    for row in rows:
        given = {name: _SPACES.sub(" ", row.get(name) or "").strip() for name in COLUMNS}
        if not any(given.values()):
            continue
        try:
            lines.append(_line(rows.line_num, given))
        except BadLine as bad:
            problems[rows.line_num] = str(bad)
    return lines, problems


def _line(number: int, given: Mapping[str, str]) -> Line:
    kind = KINDS.get(given["kind"].lower())
    if not given["name"]:
        raise BadLine("name is empty")
    if len(given["name"]) > LONGEST_NAME:
        raise BadLine(f"name is longer than {LONGEST_NAME} characters")
    if kind is None:
        raise BadLine(f"kind {given['kind']!r} is none of zone, landmark, town")
    if not given["city"] and kind != "town":
        raise BadLine("city is empty")
    aliases = tuple(dict.fromkeys(alias.strip() for alias in given["aliases"].split(";") if alias.strip()))
    # A "town" inside another town is a quarter of it.
    if kind == "town" and given["city"] and slug_of(given["city"]) != slug_of(given["name"]):
        kind = "zone"
    return Line(number, kind, given["name"], aliases, given["city"] or given["name"], _spot(given))


def _spot(given: Mapping[str, str]) -> tuple[float, float] | None:
    if not given["lat"] and not given["lon"]:
        return None
    if not (given["lat"] and given["lon"]):
        raise BadLine("lat and lon come together")
    return _degree("lat", given["lat"], SOUTH_NORTH), _degree("lon", given["lon"], WEST_EAST)


def _degree(name: str, text: str, bounds: tuple[float, float]) -> float:
    try:
        degree = float(text.replace(",", "."))
    except ValueError:
        raise BadLine(f"{name} {text!r} is no degree") from None
    if not bounds[0] <= degree <= bounds[1]:
        raise BadLine(f"{name} {text} lies outside Cameroon")
    return degree


def slug_of(name: str) -> str:
    """``Cité des Palmiers`` is ``cite-des-palmiers``."""
    return _NO_SLUG.sub("-", fold(name)).strip("-")


def _placed(lines: Iterable[Line]) -> tuple[list[ImportedPlace], dict[int, str]]:
    """The lines with their slugs: the lexicon's where it knows the name, else made of the name."""
    lines = list(lines)
    problems: dict[int, str] = {}
    cities = {slug_of(name): slug_of(line.name) for line in lines if line.kind == "town" for name in _names(line)}
    cities |= {slug: slug for slug in towns()} | {slug_of(n): slug for slug, names in towns().items() for n in names}
    known = {(zone.city, fold(name)): zone.slug for zone in zones() for name in (zone.name, *zone.aliases)}
    places: dict[tuple[str, str, str, object], ImportedPlace] = {}
    for line in lines:
        city = cities.get(slug_of(line.city))
        if city is None:
            problems[line.number] = f"city {line.city!r} is unknown: give it a line of kind town"
            continue
        place = _place(line, city, known)
        key = (place.kind, place.city, place.slug or fold(place.name), line.spot if place.kind == "landmark" else None)
        places[key] = _both(places[key], place) if key in places else place
    return list(places.values()), problems


def _names(line: Line) -> Iterator[str]:
    yield from (line.name, *line.aliases)


def _place(line: Line, city: str, known: dict[tuple[str, str], str]) -> ImportedPlace:
    latitude, longitude = line.spot or (None, None)
    slug = {"town": city, "landmark": ""}.get(line.kind)
    if slug is None:
        slug = known.get((city, fold(line.name))) or _fresh_slug(line.name, city)
        known[city, fold(line.name)] = slug
    return ImportedPlace(line.kind, line.name, line.aliases, slug, city, latitude, longitude)


def _fresh_slug(name: str, city: str) -> str:
    """A slug of its own: with the town's behind it when a zone elsewhere, or a town, bears the name."""
    slug = slug_of(name)
    return slug if city == "douala" and city_of(slug) in {None, city} else f"{slug}-{city}"


def _both(one: ImportedPlace, other: ImportedPlace) -> ImportedPlace:
    """Two lines about one place: the names of both, the first line's spot."""
    names = dict.fromkeys((*one.aliases, *((other.name,) if other.name != one.name else ()), *other.aliases))
    spot = (one.latitude, one.longitude) if one.latitude is not None else (other.latitude, other.longitude)
    return replace(one, aliases=tuple(names), latitude=spot[0], longitude=spot[1])
