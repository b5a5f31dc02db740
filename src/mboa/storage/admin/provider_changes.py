"""What an operator changes of a provider, row by row. What follows for offers and jobs is decided elsewhere."""

from typing import Any

from mboa.channels.numbers import masked
from mboa.storage import names, people, roster
from mboa.storage.sealing import look_up
from mboa.storage.store import Connection
from mboa.understanding.normalise import fold

# The columns an operator may change; services and zones also change the coverage, the phone the person's address.
CHANGING = ("name", "services", "zones", "available", "active", "capacity", "hours", "latitude", "longitude")

_CONTACT = "SELECT contact_id FROM providers WHERE id = :id"
_HOLDER = """
SELECT i.contact_id, p.id AS provider_id, p.deleted_at FROM identities i
LEFT JOIN providers p ON p.contact_id = i.contact_id
WHERE i.channel = 'any' AND i.scheme = 'phone' AND i.lookup IN (:phone_lookups)"""
_CHANGE = "UPDATE providers SET {columns}, version = version + 1 WHERE id = :id"
_RENAME = "UPDATE contacts SET name = :name WHERE id = :contact AND (name IS NULL OR name = :before)"
_DELETE = "UPDATE providers SET deleted_at = :at, version = version + 1 WHERE id = :id AND deleted_at IS NULL"
_RESTORE = "UPDATE providers SET deleted_at = NULL, version = version + 1 WHERE id = :id AND deleted_at IS NOT NULL"
_DROP_PHONES = "DELETE FROM identities WHERE contact_id = :contact AND channel = 'any' AND scheme = 'phone'"
# Nobody wrote from the new number yet: the 24 hours in which free words may be sent to it have not begun.
_CLOSE_WINDOW = "UPDATE contacts SET last_inbound_at = NULL WHERE id = :contact"
_BLOCK = """
INSERT INTO blocks (client_id, provider_id, created_at) VALUES (:client, :provider, :at) ON CONFLICT DO NOTHING"""
_UNBLOCK = "DELETE FROM blocks WHERE client_id = :client AND provider_id = :provider"
_PERSON = "SELECT id FROM contacts WHERE id = :id"
_SOMEBODY_WAITS = "SELECT 1 AS one FROM requests WHERE status = 'unserved' AND closed_at IS NULL LIMIT 1"


class PhoneTaken(Exception):
    """The number is known as another person's. ``provider_id`` is his, when he is on the roster."""

    def __init__(self, phone: str, provider_id: int | None = None) -> None:
        super().__init__("the number belongs to somebody else")
        self.phone = phone
        self.provider_id = provider_id


def lock(conn: Connection, provider_id: int) -> int | None:
    """Lock the person (first of all locks, see ``dispatch/ports.py``) and return his contact id; ``None``: nobody."""
    row = conn.one(_CONTACT, id=provider_id)
    if row is None:
        return None
    people.contact(conn, row["contact_id"], lock=True)
    return int(row["contact_id"])


def holder(conn: Connection, phone: str) -> tuple[int, int | None, bool] | None:
    """Who has this number: contact id, provider id if he is one, and whether that one was deleted."""
    sql, lookups = look_up(conn, _HOLDER, phone=phone)
    row = conn.one(sql, **lookups)
    return (row["contact_id"], row["provider_id"], row["deleted_at"] is not None) if row else None


def change(conn: Connection, provider_id: int, values: dict[str, Any]) -> None:
    """Write columns of :data:`CHANGING`; the version goes up by one. Services and zones are lists."""
    kept = {name: "|".join(values[name]) if name in {"services", "zones"} else values[name] for name in values}
    if "name" in kept:
        kept["name"] = masked(kept["name"])
        kept["folded"] = fold(kept["name"])
    assert kept.keys() <= {*CHANGING, "folded"}
    columns = ", ".join(f"{name} = :{name}" for name in kept) or "name = name"
    conn.run(_CHANGE.format(columns=columns), id=provider_id, **kept)


def rename(conn: Connection, contact_id: int, before: str, name: str) -> None:
    """The person bears the new name, too, unless he gave himself another."""
    name = masked(name)
    conn.run(_RENAME, contact=contact_id, before=before, name=name)
    names.take_down(conn, contact_id, name)


def cover(conn: Connection, provider_id: int, services: list[str], zones: list[str]) -> None:
    """The rows that matching finds him by."""
    roster.cover(conn, provider_id, services, zones)


def change_phone(conn: Connection, contact_id: int, phone: str) -> None:
    """He has another number, and no claim on the old one; raises :class:`PhoneTaken`."""
    conn.run(_DROP_PHONES, contact=contact_id)
    if not people.address(conn, contact_id, "phone", phone):
        found = holder(conn, phone)
        raise PhoneTaken(phone, found[1] if found else None)
    conn.run(_CLOSE_WINDOW, contact=contact_id)


def delete(conn: Connection, provider_id: int) -> bool:
    """Take him off the roster; his history stays. False when he was off it already."""
    return bool(conn.run(_DELETE, id=provider_id, at=conn.now))


def restore(conn: Connection, provider_id: int) -> bool:
    """Put him back on the roster as he was. False when he was on it already."""
    return bool(conn.run(_RESTORE, id=provider_id))


def person(conn: Connection, contact_id: int) -> int | None:
    """The id again, if anybody has it."""
    row = conn.one(_PERSON, id=contact_id)
    return int(row["id"]) if row else None


def block(conn: Connection, provider_id: int, client_id: int) -> bool:
    """Never offer this client's requests to this provider again. False: there is no such person, or it was so."""
    if person(conn, client_id) is None:
        return False
    return bool(conn.run(_BLOCK, client=client_id, provider=provider_id, at=conn.now))


def unblock(conn: Connection, provider_id: int, client_id: int) -> bool:
    """Take that back."""
    return bool(conn.run(_UNBLOCK, client=client_id, provider=provider_id))


def somebody_waits(conn: Connection) -> bool:
    """Whether any request is in the waiting pool."""
    return conn.one(_SOMEBODY_WAITS) is not None
