"""Providers as a table: what a spreadsheet makes of one is read again, and a fault is named with its line."""

import csv
import io
from dataclasses import dataclass

from mboa.roster_fields import Fault, read_fields, text_of
from mboa.storage.roster import Entry

COLUMNS = ("name", "phone", "services", "zones", "available", "latitude", "longitude")
NEEDED = COLUMNS[:4]
# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that cannot be taken (the file's first is 1), the column it is about, and the fault there."""

    line: int
    column: str
    fault: Fault


def decode(raw: bytes) -> str:
    """The text of a file as spreadsheets write it: UTF-8 with or without its mark, UTF-16 with one, Windows 1252."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def read_csv(text: str) -> tuple[list[Entry], list[Problem]]:
    """Entries, and what is wrong with each line that cannot be taken. Separators are ``,``, ``;`` or tabs."""
    separator, text, before = _separator(text.removeprefix("\ufeff"))
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows.fieldnames = [text_of(name).lower() for name in rows.fieldnames or ()]
        missing = [name for name in NEEDED if name not in rows.fieldnames]
        if missing:
            return [], [Problem(1, "", Fault("columns_missing", ", ".join(missing)))]
        return _read(rows, before)
    except csv.Error as error:
        return [], [Problem(rows.line_num + before, "", Fault("line_bad", str(error)))]


def _separator(text: str) -> tuple[str, str, int]:
    """The separator, the text, and how many lines Excel wrote before it about its own affairs (``sep=;``)."""
    first, _, rest = text.partition("\n")
    named = first.strip().lower()
    if named.startswith("sep=") and len(named) == 5:
        return named[4], rest, 1
    return max((",", ";", "\t"), key=first.count), text, 0


def _read(rows: "csv.DictReader[str]", before: int) -> tuple[list[Entry], list[Problem]]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    phones: dict[str, int] = {}
    for row in rows:
        given = {name: row.get(name) or "" for name in COLUMNS}
        if not any(given.values()):
            continue
        line = rows.line_num + before
        # An empty cell says nothing against him.
        values, faults = read_fields({**given, "available": given["available"].strip() or "true"})
        phone = values.get("phone", "")
        if phone in phones:
            faults["phone"] = Fault("phone_twice", f"{phone} ({phones[phone]})")
        phones.setdefault(phone or f"line {line}", line)
        problems += [Problem(line, column, fault) for column, fault in faults.items()]
        if not faults:
            entries.append(Entry(**values))
    return entries, problems


def write_csv(entries: list[Entry], separator: str = ",", *, for_spreadsheets: bool = False) -> str:
    """Entries as a table; ``for_spreadsheets`` protects what they would take for a formula, and a phone's ``+``."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter=separator, lineterminator="\n")
    rows.writerow(COLUMNS)
    for entry in entries:
        cells = [entry.name, entry.phone or "", "|".join(entry.services), "|".join(entry.zones)]
        spot = ["" if degree is None else str(degree) for degree in (entry.latitude, entry.longitude)]
        available = "true" if entry.available else "false"
        rows.writerow([*map(_safe if for_spreadsheets else str, cells), available, *spot])
    return out.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
