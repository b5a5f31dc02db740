"""Many providers at once: what a table would change, and the change itself, a few hundred lines at a time.

Lines that cannot be taken are refused before anything is written. After that nothing but a crash stops an import
half-way, and the same table imported again completes it: a long transaction would keep everybody else waiting.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from mboa.admin.provider_acts import ENTERED, Act, welcome
from mboa.channels.numbers import mask
from mboa.office import Office
from mboa.storage import roster
from mboa.storage.admin import audit, posts, provider_changes
from mboa.storage.roster import Entry, Known
from mboa.storage.store import Connection
from mboa.storage.unit_of_work import Unit

LINES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """New entries, those that change a known provider (with what he was), and how many change nothing."""

    new: list[Entry] = field(default_factory=list)
    updated: list[tuple[Known, Entry]] = field(default_factory=list)
    unchanged: int = 0


def plan(conn: Connection, entries: list[Entry]) -> Plan:
    """What these entries would change; a deleted provider whose phone is among them would come back."""
    known = roster.by_phones(conn, [entry.phone for entry in entries])
    new = [entry for entry in entries if entry.phone not in known]
    met = [(known[entry.phone], entry) for entry in entries if entry.phone in known]
    updated = [(was, entry) for was, entry in met if was.deleted or _sorted(was.entry) != _sorted(entry)]
    return Plan(new, updated, len(met) - len(updated))


def _sorted(entry: Entry) -> tuple[object, ...]:
    spot = (entry.latitude, entry.longitude)
    return entry.name, sorted(entry.services), sorted(entry.zones), entry.available, *spot


async def take_all(office: Office, act: Act, entries: list[Entry]) -> Plan:
    """Enter and change them all; the same form posted again does nothing. What was new, updated and unchanged."""
    done = Plan()
    for start in range(0, len(entries), LINES_AT_ONCE):
        lines = entries[start : start + LINES_AT_ONCE]
        part = await office.transact(take, f"operator:{act.account_id}", act, lines)
        if part is None:
            return done
        done = Plan([*done.new, *part.new], [*done.updated, *part.updated], done.unchanged + part.unchanged)
        act = replace(act, once="")
    return done


def take(unit: Unit, act: Act, entries: list[Entry]) -> Plan | None:
    """Enter and change some, each with its audit note; who is available gets what waits for somebody like him.

    ``None`` when the form was posted before.
    """
    if act.once and not posts.first_time(unit.conn, act.once):
        return None
    planned = plan(unit.conn, entries)
    waiting = provider_changes.somebody_waits(unit.conn)
    changes: list[tuple[Known | None, Entry]] = [*((None, entry) for entry in planned.new), *planned.updated]
    ids: list[int] = []
    for _, entry in changes:
        provider_id, _ = roster.enter(unit.conn, entry, act.channel)
        ids.append(provider_id)
        if waiting:
            welcome(unit, provider_id)
    for provider_id, (was, entry) in zip(ids, changes, strict=True):
        name = "provider_created" if was is None else "provider_restored" if was.deleted else "provider_changed"
        before, after = _told(was.entry) if was else None, _told(entry)
        audit.note(unit.conn, act.account_id, name, f"provider:{provider_id}", before=before, after=after)
    return planned


def _told(entry: Entry) -> dict[str, Any]:
    told = {name: getattr(entry, name) for name in ENTERED}
    return {**told, "phone": mask(entry.phone)}
