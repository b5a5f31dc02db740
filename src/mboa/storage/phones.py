"""What a phone's screen shows, told from the rows alone."""

from datetime import datetime
from typing import Any

import orjson

from mboa.storage import people
from mboa.storage.sealing import whole
from mboa.storage.sql import time_text
from mboa.storage.store import Connection, Row

MOST = 500

_SCREEN = """
SELECT id, direction, kind, text, body_json, full_sealed, status, created_at, sent_at, key FROM messages
WHERE contact_id = :contact AND id > :after
  AND (direction = 'in' OR status IN ('sent', 'delivered', 'read'))
ORDER BY COALESCE(sent_at, created_at), id LIMIT :most"""
_LATEST = """
SELECT body_json FROM messages WHERE contact_id = :contact AND direction = 'out' ORDER BY id DESC LIMIT 30"""


def screen(conn: Connection, phone: str, after: int) -> list[dict[str, Any]]:
    """The messages of one phone with an id above ``after``, in the order the phone shows them."""
    known = people.find(conn, "phone", phone)
    if known is None:
        return []
    return [_bubble(whole(row)) for row in conn.all(_SCREEN, contact=known["contact_id"], after=after, most=MOST)]


def _bubble(row: Row) -> dict[str, Any]:
    body = orjson.loads(row["body_json"])
    choices = [{"payload": choice["payload"], "title": choice["title"]} for choice in body.get("choices", ())]
    return {
        "id": row["id"],
        "direction": row["direction"],
        "kind": row["kind"],
        "text": row["text"],
        "buttons": [*body.get("buttons", ()), *choices],
        "status": row["status"],
        "at": time_text(row["sent_at"] or row["created_at"]),
    }


def button_title(conn: Connection, phone: str, payload: str) -> str:
    """The words on the button with this payload that the phone was last shown; empty when there is none."""
    known = people.find(conn, "phone", phone)
    for row in conn.all(_LATEST, contact=known["contact_id"]) if known else []:
        body = orjson.loads(row["body_json"])
        for button in [*body.get("buttons", ()), *body.get("choices", ())]:
            if button["payload"] == payload:
                return str(button["title"])
    return ""


_WINDOWS = """
SELECT i.sealed AS phone_sealed, c.last_inbound_at FROM contacts c JOIN identities i ON i.contact_id = c.id
WHERE i.scheme = 'phone' AND c.channel = 'simulator' AND c.last_inbound_at IS NOT NULL"""


def windows(conn: Connection) -> list[tuple[str, datetime]]:
    """When each simulated phone last wrote: a double made anew must know which windows are open."""
    return [(row["phone"], row["last_inbound_at"]) for row in conn.all(_WINDOWS)]
