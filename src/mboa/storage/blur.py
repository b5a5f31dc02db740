"""What is taken out of rows when their time is over, or their person wants to be forgotten: words, places, addresses.

The rows stay: every total is as it was. A trade, a zone, a time and a status tell of nobody.
"""

from datetime import datetime

import orjson

from mboa.storage.store import Connection

# What stands for words that are gone.
GONE = "…"
# Particulars of the diary that are a person's own words.
WORDS_IN_DIARY = ("comment", "place")

MESSAGES = f"""
UPDATE messages SET text = CASE WHEN text = '' THEN '' ELSE '{GONE}' END, full_sealed = NULL, body_json = '{{}}',
       understood_json = NULL"""
REQUESTS = """
UPDATE requests SET place_text = NULL, latitude = NULL, longitude = NULL, time_text = NULL, problem = NULL,
       comment = NULL, cancel_reason = NULL, full_sealed = NULL"""
# What still waits to be heard or sent is not old, whatever its date says.
AT_REST = "status NOT IN ('received', 'queued', 'sending')"

_UPTO = "SELECT upto_id FROM retention WHERE name = :name"
_SET_UPTO = """
INSERT INTO retention (name, upto_id) VALUES (:name, :upto)
ON CONFLICT (name) DO UPDATE SET upto_id = excluded.upto_id"""
_NEXT = {
    "messages": "SELECT id, created_at AS at FROM messages WHERE id > :upto ORDER BY id LIMIT :most",
    "requests": "SELECT id, created_at AS at FROM requests WHERE id > :upto ORDER BY id LIMIT :most",
    "events": "SELECT id, happened_at AS at FROM events WHERE id > :upto ORDER BY id LIMIT :most",
}
_DIARY = """
SELECT id, data_json FROM events WHERE id > :past AND id <= :upto AND name IN ('feedback_received', 'city_unserved')"""
_KEEP_ENTRY = "UPDATE events SET data_json = :data WHERE id = :id"


def blur_next(conn: Connection, table: str, before: datetime, most: int) -> int:
    """Blur the next rows of a table (``messages``, ``requests``, ``events``) that are older than ``before``.

    Returns how many were looked at: none means that the table is done for now.
    """
    known = conn.one(_UPTO, name=table)
    past = int(known["upto_id"]) if known else 0
    old = [row["id"] for row in conn.all(_NEXT[table], upto=past, most=most) if row["at"] < before]
    if not old:
        return 0
    upto = max(old)
    if table == "messages":
        conn.run(f"{MESSAGES} WHERE id > :past AND id <= :upto AND {AT_REST}", past=past, upto=upto)
    elif table == "requests":
        conn.run(f"{REQUESTS} WHERE id > :past AND id <= :upto AND closed_at IS NOT NULL", past=past, upto=upto)
    else:
        rows = conn.all(_DIARY, past=past, upto=upto)
        without_words(conn, {row["id"]: row["data_json"] for row in rows})
    conn.run(_SET_UPTO, name=table, upto=upto)
    return len(old)


def without_words(conn: Connection, entries: dict[int, str]) -> None:
    """Take a person's own words out of these entries of the diary (id to its particulars as JSON)."""
    changed = []
    for number, text in entries.items():
        data = orjson.loads(text)
        kept = {name: value for name, value in data.items() if name not in WORDS_IN_DIARY}
        if kept != data:
            changed.append({"id": number, "data": orjson.dumps(kept).decode()})
    conn.many(_KEEP_ENTRY, changed)
