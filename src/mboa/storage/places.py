"""Imported places as rows: all of them read at once, written all or none."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from mboa.storage.store import Connection, Row
from mboa.understanding.atlas import ImportedPlace
from mboa.understanding.normalise import fold

_COLUMNS = "kind, name, aliases, slug, city, latitude, longitude"
_ALL = f"SELECT {_COLUMNS} FROM places ORDER BY id"
_NEWEST = "SELECT COUNT(*) AS many, MAX(imported_at) AS newest FROM places"
_FORGET = "DELETE FROM places"
_ADD = f"""
INSERT INTO places ({_COLUMNS}, folded, imported_at)
VALUES (:kind, :name, :aliases, :slug, :city, :latitude, :longitude, :folded, :at)"""
# Between two writers: each sees all that the other wrote, or nothing.
_ALONE = "UPDATE places SET imported_at = imported_at"


def everywhere(conn: Connection) -> list[ImportedPlace]:
    """Every imported place, in the order of the files."""
    return [_place(row) for row in conn.all(_ALL)]


def state(conn: Connection) -> tuple[int, datetime | None]:
    """How many there are and when the last came: differs after every import."""
    row = conn.one(_NEWEST)
    assert row is not None
    return int(row["many"]), row["newest"]


def keep(conn: Connection, places: Iterable[ImportedPlace]) -> None:
    """These, and no others, are the imported places from now on."""
    conn.run(_ALONE)
    conn.run(_FORGET)
    conn.many(_ADD, [_row(place, conn.now) for place in places])


def joined(known: Sequence[ImportedPlace], fresh: Sequence[ImportedPlace]) -> tuple[list[ImportedPlace], int]:
    """The known places with the fresh ones among them (a fresh one replaces its like), and how many are new."""
    merged = {_key(place): place for place in known}
    added = sum(_key(place) not in merged for place in fresh)
    merged |= {_key(place): place for place in fresh}
    return list(merged.values()), added


def _key(place: ImportedPlace) -> tuple[object, ...]:
    if place.kind != "landmark":
        return place.kind, place.slug
    return place.kind, place.city, fold(place.name), place.latitude, place.longitude


def _place(row: Row) -> ImportedPlace:
    return ImportedPlace(**{**row, "aliases": tuple(filter(None, row["aliases"].split(";")))})


def _row(place: ImportedPlace, at: datetime) -> dict[str, object]:
    return {
        "kind": place.kind,
        "name": place.name,
        "aliases": ";".join(place.aliases),
        "slug": place.slug,
        "city": place.city,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "folded": fold(place.name),
        "at": at,
    }
