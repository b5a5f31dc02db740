"""Providers entered and listed: by their phone, with the coverage rows that matching looks them up by."""

from dataclasses import dataclass

from mboa.storage import people
from mboa.storage.store import Connection


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


_OF_CONTACT = "SELECT id FROM providers WHERE contact_id = :contact"
_MARK = "UPDATE contacts SET is_provider = TRUE, name = COALESCE(name, :name) WHERE id = :id"
_ADD = """
INSERT INTO providers (contact_id, name, services, zones, available, latitude, longitude, created_at)
VALUES (:contact, :name, :services, :zones, :available, :latitude, :longitude, :at) RETURNING id"""
_CHANGE = """
UPDATE providers SET name = :name, services = :services, zones = :zones, available = :available,
       latitude = :latitude, longitude = :longitude, deleted_at = NULL, version = version + 1
WHERE id = :id"""
_UNCOVER = "DELETE FROM provider_coverage WHERE provider_id = :id"
_COVER = "INSERT INTO provider_coverage (service, zone, provider_id) VALUES (:service, :zone, :id)"
_ALL = """
SELECT p.name, p.services, p.zones, p.available, p.latitude, p.longitude,
       (SELECT i.value FROM identities i WHERE i.contact_id = p.contact_id AND i.scheme = 'phone'
        ORDER BY i.id DESC LIMIT 1) AS phone
FROM providers p WHERE p.deleted_at IS NULL ORDER BY p.id"""


def enter_all(conn: Connection, entries: list[Entry], channel: str) -> tuple[int, int]:
    """Add or update them all; returns how many were new and how many were known."""
    new = sum(enter(conn, entry, channel)[1] for entry in entries)
    return new, len(entries) - new


def enter(conn: Connection, entry: Entry, channel: str) -> tuple[int, bool]:
    """Add a provider, or update the one with this phone; returns his id and whether he is new."""
    known = people.find(conn, "phone", entry.phone)
    contact_id = known["contact_id"] if known else people.add_contact(conn, channel, entry.name)
    if known is None:
        people.address(conn, contact_id, "phone", entry.phone)
    conn.run(_MARK, id=contact_id, name=entry.name)
    values = {
        "name": entry.name,
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
        conn.run(_UNCOVER, id=provider_id)
    conn.many(
        _COVER,
        [{"service": service, "zone": zone, "id": provider_id} for service in entry.services for zone in entry.zones],
    )
    return provider_id, before is None


def known_phones(conn: Connection, phones: list[str]) -> int:
    """How many of these phones belong to a provider already."""
    found = (people.find(conn, "phone", phone) for phone in phones)
    return sum(1 for known in found if known and conn.one(_OF_CONTACT, contact=known["contact_id"]))


def everybody(conn: Connection) -> list[Entry]:
    """Every provider who is not deleted, oldest first."""
    rows = conn.all(_ALL)
    for row in rows:
        row["services"], row["zones"] = tuple(row["services"].split("|")), tuple(row["zones"].split("|"))
        row["available"] = bool(row["available"])
    return [Entry(**row) for row in rows]
