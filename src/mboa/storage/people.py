"""Contacts and their addresses: a phone belongs to every channel, a WhatsApp user id to WhatsApp alone.

A number that a person only told (``dial``) can be called, but nothing shows that WhatsApp answers there: it is given
to the other side and never written to.
"""

from collections.abc import Sequence

from mboa.channels.base import Sender
from mboa.channels.numbers import masked
from mboa.dispatch.people import Contact, Holding
from mboa.storage import seal
from mboa.storage.recognition import ADD_IDENTITY, ANY
from mboa.storage.sealing import PERSONAL, look_up
from mboa.storage.store import Connection, Row
from mboa.storage.value_lists import rows_of

_CONTACTS = """
SELECT c.id, c.channel, c.created_at, c.name, c.language, c.opted_out, c.needs_human, c.is_provider, c.expecting,
       c.about_id, c.misses, c.last_inbound_at, c.held_by, c.held_until_at, c.consent_told_at,
       c.erasing_since_at, c.version,
       (SELECT i.sealed FROM identities i WHERE i.contact_id = c.id AND i.scheme IN ('phone', 'dial')
        ORDER BY CASE i.scheme WHEN 'phone' THEN 0 ELSE 1 END, i.id DESC LIMIT 1) AS phone_sealed
FROM contacts c WHERE c.id IN ({values})"""
_CONTACT = _CONTACTS.format(values=":id")
# Not FOR UPDATE: a message to this person, written meanwhile for somebody else's words, refers to his row and must not
# wait for it (two such transactions would wait for each other).
_CONTACT_LOCKED = _CONTACT + " FOR NO KEY UPDATE"
_KEEP = """
UPDATE contacts SET name = :name, language = :language, channel = :channel, opted_out = :opted_out,
       needs_human = :needs_human, expecting = :expecting, about_id = :about_id, misses = :misses,
       last_inbound_at = :last_inbound_at, held_by = :held_by, held_until_at = :held_until_at,
       consent_told_at = :consent_told_at, erasing_since_at = :erasing_since_at, version = version + 1
WHERE id = :id"""
_HELD_ON = """
SELECT (SELECT COUNT(*) FROM messages WHERE contact_id = :id) AS messages,
       (SELECT COUNT(*) FROM requests WHERE client_id = :id) AS requests"""
_KNOWN = """
SELECT contact_id FROM identities WHERE channel = :channel AND scheme = :scheme AND lookup IN (:value_lookups)"""
_DROP_IDENTITY = """
DELETE FROM identities
WHERE contact_id = :contact AND channel = :channel AND scheme = :scheme AND lookup NOT IN (:value_lookups)"""
_CALLED = """
SELECT DISTINCT contact_id FROM identities
WHERE channel = 'any' AND scheme IN ('phone', 'dial') AND lookup IN (:phone_lookups) ORDER BY contact_id LIMIT 2"""


def contact(conn: Connection, contact_id: int, lock: bool = False) -> Contact:
    """A person by id; raises ``LookupError``."""
    row = conn.one(_CONTACT_LOCKED if lock else _CONTACT, id=contact_id)
    if row is None:
        raise LookupError(f"no contact {contact_id}")
    return _contact(row)


def contacts(conn: Connection, contact_ids: Sequence[int]) -> dict[int, Contact]:
    """Those of these people that there are, read only."""
    return {row["id"]: _contact(row) for row in rows_of(conn, _CONTACTS, contact_ids)}


def _contact(row: Row) -> Contact:
    for flag in ("opted_out", "needs_human", "is_provider"):
        row[flag] = bool(row[flag])
    return Contact(**row)


def keep_contact(conn: Connection, person: Contact) -> None:
    """Write a person back."""
    conn.run(
        _KEEP,
        id=person.id,
        name=person.name and masked(person.name),
        language=person.language,
        channel=person.channel,
        opted_out=person.opted_out,
        needs_human=person.needs_human,
        expecting=person.expecting,
        about_id=person.about_id,
        misses=person.misses,
        last_inbound_at=person.last_inbound_at,
        held_by=person.held_by,
        held_until_at=person.held_until_at,
        consent_told_at=person.consent_told_at,
        erasing_since_at=person.erasing_since_at,
    )


def held_on(conn: Connection, contact_id: int) -> Holding:
    """How much is held about a person."""
    row = conn.one(_HELD_ON, id=contact_id) or {}
    return Holding(int(row["messages"]), int(row["requests"]))


def find(conn: Connection, scheme: str, value: str, channel: str = ANY) -> Row | None:
    """The ``contact_id`` of whoever has this address."""
    sql, lookups = look_up(conn, _KNOWN, value=value)
    return conn.one(sql, channel=channel, scheme=scheme, **lookups)


def called(conn: Connection, phone: str) -> list[int]:
    """The contacts of whoever writes from this number, and of whoever told it as his: two at most."""
    sql, lookups = look_up(conn, _CALLED, phone=phone)
    return [row["contact_id"] for row in conn.all(sql, **lookups)]


def address(conn: Connection, contact_id: int, scheme: str, value: str, channel: str = ANY) -> bool:
    """Take an address down; False when somebody (he himself, or another) has it already."""
    if len(conn.keys.names) > 1 and _is_taken(conn, scheme, value, channel):
        return False
    return bool(
        conn.run(
            ADD_IDENTITY,
            contact=contact_id,
            channel=channel,
            scheme=scheme,
            sealed=conn.keys.seal(value, PERSONAL),
            lookup=conn.keys.index(value, PERSONAL),
            at=conn.now,
        )
    )


def _is_taken(conn: Connection, scheme: str, value: str, channel: str) -> bool:
    """Whether the address is there under any key: no unique index sees it while there are two."""
    seal.hold(conn)
    return find(conn, scheme, value, channel) is not None


def change_addresses(conn: Connection, contact_id: int, channel: str, successor: Sender) -> None:
    """He has a new number or user id: the old ones may belong to somebody else tomorrow."""
    for scheme, value, where in (("phone", successor.phone, ANY), ("user_id", successor.user_id, channel)):
        if value and address(conn, contact_id, scheme, value, where):
            sql, lookups = look_up(conn, _DROP_IDENTITY, value=value)
            conn.run(sql, contact=contact_id, channel=where, scheme=scheme, **lookups)


def by_user_id(conn: Connection, user_id: str) -> int | None:
    """The contact of a phone (E.164, with or without ``+``) or of a contact id."""
    text = user_id.strip()
    known = find(conn, "phone", text if text.startswith("+") else f"+{text}")
    if known is not None:
        return int(known["contact_id"])
    row = conn.one("SELECT id FROM contacts WHERE id = :id", id=int(text)) if _is_id(text) else None
    return int(row["id"]) if row else None


def _is_id(text: str) -> bool:
    # Longer numbers are phones that nobody here knows, and would not fit the column.
    return text.isascii() and text.isdigit() and len(text) < 10
