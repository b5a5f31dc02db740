"""Everything that is held about one person, as the law gives him the right to have it (portability)."""

from collections.abc import Callable
from typing import Any

from mboa.storage.sealing import whole
from mboa.storage.store import Connection, Row

_PERSON = """
SELECT id, name, language, channel, opted_out, created_at, last_inbound_at, consent_told_at FROM contacts
WHERE id = :id"""
_ADDRESSES = """
SELECT channel, scheme, sealed AS value_sealed, created_at FROM identities WHERE contact_id = :id ORDER BY id"""
_MESSAGES = """
SELECT id, direction, channel, kind, text, status, request_id, created_at, sent_at, full_sealed FROM messages
WHERE contact_id = :id ORDER BY id"""
_REQUESTS = """
SELECT id, status, service, zone, place_text, latitude, longitude, time_text, problem, rating, comment, cancel_reason,
       created_at, confirmed_at, accepted_at, closed_at, full_sealed FROM requests WHERE client_id = :id ORDER BY id"""
_OFFERS = """
SELECT o.id, o.request_id, o.status, o.offered_at, o.answered_at FROM offers o JOIN providers p ON p.id = o.provider_id
WHERE p.contact_id = :id ORDER BY o.id"""
_ROSTER = """
SELECT name, services, zones, available, active, hours, latitude, longitude, rating_sum, rating_count, created_at
FROM providers WHERE contact_id = :id"""
_DIARY = "SELECT happened_at, name, request_id, actor FROM events WHERE contact_id = :id ORDER BY id"

# What stands in the document under which name, and how its rows are read.
PARTS: dict[str, tuple[str, Callable[[Row], Row]]] = {
    "person": (_PERSON, dict),
    "addresses": (_ADDRESSES, dict),
    "messages": (_MESSAGES, whole),
    "requests": (_REQUESTS, whole),
    "on_the_roster": (_ROSTER, dict),
    "offers": (_OFFERS, dict),
    "diary": (_DIARY, dict),
}


def dossier(conn: Connection, contact_id: int) -> dict[str, Any]:
    """Every row that is about this person, by what it is; times in UTC."""
    return {name: [read(row) for row in conn.all(sql, id=contact_id)] for name, (sql, read) in PARTS.items()}
