"""Providers imported and exported by the command line: all lines or none, an error for each that cannot be taken."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mboa.roster_csv import Problem, read_csv, write_csv
from mboa.roster_fields import SERVICES
from mboa.settings import Settings
from mboa.storage import places, roster
from mboa.understanding import atlas
from mboa.wiring import open_store, prepare_database

__all__ = ["SERVICES", "Imported", "export", "import_csv"]

SAID = {
    "columns_missing": "column(s) missing: {given}",
    "line_bad": "cannot be read: {given}",
    "name_empty": "name is empty",
    "name_long": "name is longer than 80 characters",
    "phone_bad": "phone {given!r} is no phone number",
    "phone_twice": "phone {given} stands on an earlier line already",
    "services_empty": "services is empty",
    "service_unknown": "unknown service {given!r}",
    "zones_empty": "zones is empty",
    "zone_unknown": "unknown zone {given!r}",
    "flag_bad": "{column} {given!r} is neither true nor false",
    "degree_bad": "{column} {given!r} is no degree",
    "degree_far": "{column} {given!r} lies outside Cameroon",
    "half_spot": "latitude and longitude come together",
}


@dataclass
class Imported:
    """What an import did, or would do; ``problems`` name the line each."""

    added: int = 0
    updated: int = 0
    problems: list[str] = field(default_factory=list)


async def import_csv(
    settings: Settings,
    text: str,
    *,
    dry_run: bool = False,
    watched: Callable[[list[roster.Entry]], list[roster.Entry]] = list,
) -> Imported:
    """Add and update providers by their phone; nothing is changed when any line is refused.

    ``watched`` may give back a list that tells somebody how far the walk through it is.
    """
    prepare_database(settings)
    store = open_store(settings, read_only=dry_run)
    await store.open()
    try:
        atlas.install(await store.read(places.everywhere))  # zones may be imported ones
        entries, problems = read_csv(text)
        if problems:
            return Imported(problems=_said(problems))
        if dry_run:
            known = await store.read(roster.known_phones, [entry.phone for entry in entries])
            return Imported(len(entries) - known, known)
        added, updated = await store.write(roster.enter_all, watched(entries), settings.channel)
        return Imported(added, updated)
    finally:
        await store.close()


def _said(problems: list[Problem]) -> list[str]:
    """One line of text for each line of the file."""
    lines: dict[int, list[str]] = {}
    for problem in problems:
        said = SAID[problem.fault.code].format(given=problem.fault.given, column=problem.column)
        lines.setdefault(problem.line, []).append(said)
    return [f"line {line}: {'; '.join(said)}" for line, said in lines.items()]


async def export(settings: Settings) -> str:
    """Every provider as CSV, in the columns that the import takes."""
    prepare_database(settings)
    store = open_store(settings, read_only=True)
    await store.open()
    try:
        entries = await store.read(roster.everybody)
    finally:
        await store.close()
    return write_csv(entries)
