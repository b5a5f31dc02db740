"""Contacts and their addresses: a phone belongs to every channel, a WhatsApp user id to WhatsApp alone.

A number that a person only told (``dial``) can be called, but nothing shows that WhatsApp answers there: it is given
to the other side and never written to.
"""

from mboa.channels.base import Sender
from mboa.dispatch.people import Contact
from mboa.storage import names
from mboa.storage.store import Connection, Row

ANY = "any"

_CONTACT = """
SELECT c.id, c.channel, c.created_at, c.name, c.language, c.opted_out, c.needs_human, c.is_provider, c.expecting,
       c.about_id, c.misses, c.last_inbound_at, c.held_by, c.held_until_at, c.version,
       (SELECT i.value FROM identities i WHERE i.contact_id = c.id AND i.scheme IN ('phone', 'dial')
        ORDER BY CASE i.scheme WHEN 'phone' THEN 0 ELSE 1 END, i.id DESC LIMIT 1) AS phone
FROM contacts c WHERE c.id = :id"""
# Not FOR UPDATE: a message to this person, written meanwhile for somebody else's words, refers to his row and must not
# wait for it (two such transactions would wait for each other).
_CONTACT_LOCKED = _CONTACT + " FOR NO KEY UPDATE"
_KEEP = """
UPDATE contacts SET name = :name, language = :language, channel = :channel, opted_out = :opted_out,
       needs_human = :needs_human, expecting = :expecting, about_id = :about_id, misses = :misses,
       last_inbound_at = :last_inbound_at, held_by = :held_by, held_until_at = :held_until_at, version = version + 1
WHERE id = :id"""
_NEW = """
INSERT INTO contacts (channel, name, created_at) VALUES (:channel, :name, :at) RETURNING id"""
_FORGET_NAME = "DELETE FROM names WHERE contact_id = :id"
_FORGET_NEW = "DELETE FROM contacts WHERE id = :id"
# Whoever is answering a closed question, an open offer above all, must not wait for the rest of a burst.
_HAS_OFFER = """EXISTS (
    SELECT 1 FROM providers p JOIN offers o ON o.provider_id = p.id AND o.status = 'open' WHERE p.contact_id = c.id
) AS has_offer"""
_KNOWN = f"""
SELECT i.contact_id, c.expecting, {_HAS_OFFER}
FROM identities i JOIN contacts c ON c.id = i.contact_id
WHERE i.channel = :channel AND i.scheme = :scheme AND i.value = :value"""
_KNOWN_BY_BOTH = f"""
SELECT i.scheme, i.contact_id, c.expecting, {_HAS_OFFER}
FROM identities i JOIN contacts c ON c.id = i.contact_id
WHERE i.channel = 'any' AND i.scheme = 'phone' AND i.value = :phone
   OR i.channel = :channel AND i.scheme = 'user_id' AND i.value = :user_id"""
_ADD_IDENTITY = """
INSERT INTO identities (contact_id, channel, scheme, value, created_at)
VALUES (:contact, :channel, :scheme, :value, :at) ON CONFLICT DO NOTHING"""
_DROP_IDENTITY = """
DELETE FROM identities WHERE contact_id = :contact AND channel = :channel AND scheme = :scheme AND value <> :value"""


def contact(conn: Connection, contact_id: int, lock: bool = False) -> Contact:
    """A person by id; raises ``LookupError``."""
    row = conn.one(_CONTACT_LOCKED if lock else _CONTACT, id=contact_id)
    if row is None:
        raise LookupError(f"no contact {contact_id}")
    for flag in ("opted_out", "needs_human", "is_provider"):
        row[flag] = bool(row[flag])
    return Contact(**row)


def keep_contact(conn: Connection, person: Contact) -> None:
    """Write a person back."""
    conn.run(
        _KEEP,
        id=person.id,
        name=person.name,
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
    )


def find(conn: Connection, scheme: str, value: str, channel: str = ANY) -> Row | None:
    """``contact_id``, ``expecting`` and ``has_offer`` of whoever has this address."""
    return conn.one(_KNOWN, channel=channel, scheme=scheme, value=value)


def recognise(conn: Connection, channel: str, sender: Sender) -> Row:
    """The person who writes, new or known, with every address he shows taken down.

    A phone decides when both addresses are shown; two known people are never merged because one message names both.
    """
    found = conn.all(_KNOWN_BY_BOTH, channel=channel, phone=sender.phone, user_id=sender.user_id)
    by = {row["scheme"]: row for row in found}
    known = by.get("phone") or by.get("user_id")
    if known is None:
        return _enter(conn, channel, sender)
    if sender.phone and "phone" not in by:
        address(conn, known["contact_id"], "phone", sender.phone)
    if sender.user_id and "user_id" not in by:
        address(conn, known["contact_id"], "user_id", sender.user_id, channel)
    return known


def _enter(conn: Connection, channel: str, sender: Sender) -> Row:
    contact_id = add_contact(conn, channel, sender.name)
    phone = bool(sender.phone) and address(conn, contact_id, "phone", str(sender.phone))
    user_id = bool(sender.user_id) and address(conn, contact_id, "user_id", str(sender.user_id), channel)
    if phone or user_id:
        return {"contact_id": contact_id, "expecting": None, "has_offer": False}
    # Another webhook of the same newcomer was first: the addresses, now committed, are his.
    conn.run(_FORGET_NAME, id=contact_id)
    conn.run(_FORGET_NEW, id=contact_id)
    return recognise(conn, channel, sender)


def add_contact(conn: Connection, channel: str, name: str | None) -> int:
    """A new person."""
    row = conn.one(_NEW, channel=channel, name=name, at=conn.now)
    assert row is not None
    if name:
        names.take_down(conn, row["id"], name)
    return int(row["id"])


def address(conn: Connection, contact_id: int, scheme: str, value: str, channel: str = ANY) -> bool:
    """Take an address down; False when somebody (he himself, or another) has it already."""
    return bool(conn.run(_ADD_IDENTITY, contact=contact_id, channel=channel, scheme=scheme, value=value, at=conn.now))


def change_addresses(conn: Connection, contact_id: int, channel: str, successor: Sender) -> None:
    """He has a new number or user id: the old ones may belong to somebody else tomorrow."""
    for scheme, value, where in (("phone", successor.phone, ANY), ("user_id", successor.user_id, channel)):
        if value and address(conn, contact_id, scheme, value, where):
            conn.run(_DROP_IDENTITY, contact=contact_id, channel=where, scheme=scheme, value=value)


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
