"""Providers as CSV, in and out: all lines or none, an error for each line that cannot be taken."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from mboa.channels.numbers import to_e164
from mboa.settings import Settings
from mboa.storage import roster
from mboa.storage.roster import Entry
from mboa.understanding.gazetteer import zones
from mboa.wiring import open_store, prepare_database

COLUMNS = ("name", "phone", "services", "zones", "available", "latitude", "longitude")
SERVICES = frozenset({"plumbing", "electricity", "appliance"})
YES, NO = frozenset({"1", "true", "yes", "oui", ""}), frozenset({"0", "false", "no", "non"})


@dataclass
class Imported:
    """What an import did, or would do; ``problems`` name the line each."""

    added: int = 0
    updated: int = 0
    problems: list[str] = field(default_factory=list)


async def import_csv(settings: Settings, text: str, *, dry_run: bool = False) -> Imported:
    """Add and update providers by their phone; nothing is changed when any line is refused."""
    entries, problems = read_csv(text)
    if problems:
        return Imported(problems=problems)
    prepare_database(settings)
    store = open_store(settings, read_only=dry_run)
    await store.open()
    try:
        if dry_run:
            known = await store.read(roster.known_phones, [entry.phone for entry in entries])
            return Imported(len(entries) - known, known)
        added, updated = await store.write(roster.enter_all, entries, settings.channel)
        return Imported(added, updated)
    finally:
        await store.close()


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


def write_csv(entries: list[Entry]) -> str:
    """Entries as CSV."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for entry in entries:
        spot = ("" if entry.latitude is None else entry.latitude, "" if entry.longitude is None else entry.longitude)
        available = "true" if entry.available else "false"
        rows.writerow([entry.name, entry.phone, "|".join(entry.services), "|".join(entry.zones), available, *spot])
    return out.getvalue()


def read_csv(text: str) -> tuple[list[Entry], list[str]]:
    """Entries, and one line for each row that cannot be taken."""
    rows = csv.DictReader(io.StringIO(text))
    missing = [name for name in ("name", "phone", "services", "zones") if name not in (rows.fieldnames or ())]
    if missing:
        return [], [f"line 1: column(s) missing: {', '.join(missing)}"]
    entries: list[Entry] = []
    problems: list[str] = []
    phones: dict[str, int] = {}
    for row in rows:
        entry, wrong = _entry({name: (row.get(name) or "").strip() for name in COLUMNS})
        if entry and entry.phone in phones:
            wrong.append(f"phone {entry.phone} stands on line {phones[entry.phone]} already")
        if wrong:
            problems.append(f"line {rows.line_num}: {'; '.join(wrong)}")
        elif entry:
            phones[entry.phone] = rows.line_num
            entries.append(entry)
    return entries, problems


def _entry(row: dict[str, str]) -> tuple[Entry | None, list[str]]:
    services, areas = _list(row["services"]), _list(row["zones"])
    wrong = list(_wrong(row, services, areas))
    phone = to_e164(row["phone"])
    if wrong or phone is None:
        return None, wrong
    return Entry(
        name=row["name"],
        phone=phone,
        services=services,
        zones=areas,
        available=row["available"].lower() in YES,
        latitude=float(row["latitude"]) if row["latitude"] else None,
        longitude=float(row["longitude"]) if row["longitude"] else None,
    ), []


def _wrong(row: dict[str, str], services: tuple[str, ...], areas: tuple[str, ...]) -> Iterator[str]:
    if not row["name"]:
        yield "name is empty"
    if to_e164(row["phone"]) is None:
        yield f"phone {row['phone']!r} is no phone number"
    known_zones = {zone.slug for zone in zones()}
    yield from (f"unknown service {code!r}" for code in services if code not in SERVICES)
    yield from (f"unknown zone {slug!r}" for slug in areas if slug not in known_zones)
    yield from (f"{name} is empty" for name, given in (("services", services), ("zones", areas)) if not given)
    if row["available"].lower() not in YES | NO:
        yield f"available {row['available']!r} is neither true nor false"
    if bool(row["latitude"]) != bool(row["longitude"]):
        yield "latitude and longitude come together"
    yield from (f"{name} {row[name]!r} is no degree" for name in ("latitude", "longitude") if not _degree(row[name]))


def _degree(text: str) -> bool:
    try:
        return not text or abs(float(text)) <= 180
    except ValueError:
        return False


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip().lower() for part in text.split("|") if part.strip()))
