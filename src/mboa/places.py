"""The imported gazetteer: brought in by the command line, known to every process within a minute."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mboa.places_csv import read_places
from mboa.storage import places
from mboa.storage.store import Connection, Store
from mboa.understanding import atlas
from mboa.understanding.atlas import ImportedPlace
from mboa.understanding.gazetteer import nearest_zone


@dataclass
class Imported:
    """What an import did, or would do; ``problems`` name the line each. ``lost`` landmarks are near no zone."""

    added: int = 0
    updated: int = 0
    lost: int = 0
    problems: list[str] = field(default_factory=list)


async def import_places(store: Store, raw: bytes, *, dry_run: bool = False) -> Imported:
    """Add and update places in an open store; nothing is changed when any line is refused."""
    # What was imported before counts: its towns may be named, its zones keep their slugs.
    atlas.install(await store.read(places.everywhere))
    fresh, problems = read_places(raw)
    if problems:
        return Imported(problems=problems)
    if dry_run:
        merged, added = places.joined(await store.read(places.everywhere), fresh)
    else:
        merged, added = await store.write(_keep, fresh)
    fresh_landmarks = {(place.name, place.latitude) for place in fresh if place.kind == "landmark"}
    lost = sum((p.name, p.latitude) in fresh_landmarks and not p.slug for p in settled(merged) if p.kind == "landmark")
    return Imported(added, len(fresh) - added, lost)


def _keep(conn: Connection, fresh: Sequence[ImportedPlace]) -> tuple[list[ImportedPlace], int]:
    merged, added = places.joined(places.everywhere(conn), fresh)
    places.keep(conn, settled(merged))
    return merged, added


def settled(merged: Sequence[ImportedPlace]) -> list[ImportedPlace]:
    """The places with each landmark in the zone whose centre is nearest."""
    atlas.install(merged)
    return [replace(place, slug=_zone(place)) if place.kind == "landmark" else place for place in merged]


def _zone(place: ImportedPlace) -> str:
    if place.latitude is None or place.longitude is None:
        return ""
    return nearest_zone(place.latitude, place.longitude) or ""
