"""Providers entered and listed: by their phone, with the coverage rows that matching looks them up by."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from mboa.channels.base import Sender
from mboa.channels.numbers import masked
from mboa.storage import names
from mboa.storage.recognition import recognise
from mboa.storage.sealing import PERSONAL
from mboa.storage.store import Connection
from mboa.understanding.normalise import fold


@dataclass(frozen=True, slots=True)
class Entry:
    """A provider as an operator writes him down. ``phone`` is E.164; services are codes, zones are slugs."""

    name: str
    phone: str
    services: tuple[str, ...]
    zones: tuple[str, ...]
    available: bool = True
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A provider who is on the roster already, under one of his phones."""

    provider_id: int
    entry: Entry
    deleted: bool


_OF_CONTACT = "SELECT id FROM providers WHERE contact_id = :contact"
_MARK = "UPDATE contacts SET is_provider = TRUE, name = COALESCE(name, :name) WHERE id = :id"
_ADD = """
INSERT INTO providers (contact_id, name, folded, services, zones, available, latitude, longitude, created_at)
VALUES (:contact, :name, :folded, :services, :zones, :available, :latitude, :longitude, :at) RETURNING id"""
_CHANGE = """
UPDATE providers SET name = :name, folded = :folded, services = :services, zones = :zones, available = :available,
       latitude = :latitude, longitude = :longitude, deleted_at = NULL, version = version + 1
WHERE id = :id"""
_UNCOVER = "DELETE FROM provider_coverage WHERE provider_id = :id"
_COVER = "INSERT INTO provider_coverage (service, zone, provider_id) VALUES (:service, :zone, :id)"
_COLUMNS = "p.id, p.name, p.services, p.zones, p.available, p.latitude, p.longitude, p.deleted_at"
_ALL = f"""
SELECT {_COLUMNS},
       (SELECT i.sealed FROM identities i WHERE i.contact_id = p.contact_id AND i.scheme = 'phone'
        ORDER BY i.id DESC LIMIT 1) AS phone_sealed
FROM providers p WHERE p.deleted_at IS NULL ORDER BY p.id"""
_BY_PHONES = f"""
SELECT {_COLUMNS}, i.sealed AS phone_sealed FROM providers p
JOIN identities i ON i.contact_id = p.contact_id
WHERE i.channel = 'any' AND i.scheme = 'phone' AND i.lookup IN ({{values}})"""
_AT_ONCE = 200


def enter_all(conn: Connection, entries: list[Entry], channel: str) -> tuple[int, int]:
    """Add or update them all; returns how many were new and how many were known."""
    new = sum(enter(conn, entry, channel)[1] for entry in entries)
    return new, len(entries) - new


def enter(conn: Connection, entry: Entry, channel: str) -> tuple[int, bool]:
    """Add a provider, or update the one with this phone; returns his id and whether he is new."""
    entry = replace(entry, name=masked(entry.name))
    contact_id = recognise(conn, channel, Sender(phone=entry.phone)).contact_id
    conn.run(_MARK, id=contact_id, name=entry.name)
    names.take_down(conn, contact_id, entry.name)
    values = {
        "name": entry.name,
        "folded": fold(entry.name),
        "services": "|".join(entry.services),
        "zones": "|".join(entry.zones),
        "available": entry.available,
        "latitude": entry.latitude,
        "longitude": entry.longitude,
    }
    before = conn.one(_OF_CONTACT, contact=contact_id)
    if before is None:
        row = conn.one(_ADD, contact=contact_id, at=conn.now, **values)
        assert row is not None
        provider_id = int(row["id"])
    else:
        provider_id = int(before["id"])
        conn.run(_CHANGE, id=provider_id, **values)
    cover(conn, provider_id, entry.services, entry.zones)
    return provider_id, before is None


def cover(conn: Connection, provider_id: int, services: Iterable[str], zones: Iterable[str]) -> None:
    """What he does, and where, in place of what was known before."""
    conn.run(_UNCOVER, id=provider_id)
    areas = list(zones)
    rows = [{"service": service, "zone": zone, "id": provider_id} for service in services for zone in areas]
    conn.many(_COVER, rows)


def known_phones(conn: Connection, phones: list[str]) -> int:
    """How many of these phones belong to a provider already."""
    return len(by_phones(conn, phones))


def everybody(conn: Connection) -> list[Entry]:
    """Every provider who is not deleted, oldest first."""
    return [_known(row).entry for row in conn.all(_ALL)]


def by_phones(conn: Connection, phones: list[str]) -> dict[str, Known]:
    """Those of these phones that belong to a provider, deleted ones too."""
    found: dict[str, Known] = {}
    for start in range(0, len(phones), _AT_ONCE):
        some = (conn.keys.indexes(phone, PERSONAL) for phone in phones[start : start + _AT_ONCE])
        values = {f"v{number}": lookup for number, lookup in enumerate(chain.from_iterable(some))}
        sql = _BY_PHONES.format(values=", ".join(f":{name}" for name in values))
        found |= {row["phone"]: _known(row) for row in conn.all(sql, **values)}
    return found


def _known(row: dict[str, Any]) -> Known:
    provider_id, deleted = row.pop("id"), row.pop("deleted_at") is not None
    row["services"], row["zones"] = tuple(row["services"].split("|")), tuple(row["zones"].split("|"))
    row["available"] = bool(row["available"])
    return Known(provider_id, Entry(**row), deleted)
