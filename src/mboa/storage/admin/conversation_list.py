"""People by their newest word: one page at a time, by index, whichever way the list is narrowed.

A person's place in the list is when he last wrote (was heard), or, while he has not, when he was first known.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mboa.channels.numbers import to_e164
from mboa.storage import people as whoever
from mboa.storage.names import words_of
from mboa.storage.store import Connection, Row

Flag = Literal["needs_human", "taken_over", "misunderstood", "unreached"]
Side = Literal["client", "provider"]
# So many who bear a name are put in order; of more, the newest people are looked through for it, and no further:
# whoever looks for one Jean of thousands adds a word.
FEW, LOOKED_THROUGH = 2_000, 5_000
LAST = "\U0010ffff"
_DIGITS_OF_A_PHONE = 8

# Each condition is spelled as its partial index is.
_FLAGS: dict[Flag, str] = {
    "needs_human": "c.needs_human",
    "taken_over": "c.held_by IS NOT NULL AND c.held_until_at > :now",
    "misunderstood": "c.misses > 0",
    "unreached": "c.id IN (SELECT contact_id FROM messages WHERE status = 'failed' AND created_at >= :since)",
}
# Whom a message failed to reach so long ago is no news any more (the dashboard counts the same hours).
UNREACHED_SPAN = timedelta(hours=24)
_SIDES: dict[Side, str] = {"client": "NOT c.is_provider", "provider": "c.is_provider"}
_NEWEST = "COALESCE(c.last_inbound_at, c.created_at)"
_NAMED = "SELECT contact_id FROM names WHERE word >= :from0 AND word < :to0 LIMIT :few"
_CALLED = "SELECT id AS contact_id FROM contacts WHERE id IN (:caller_0, :caller_1)"
_PEOPLE = """
WITH page AS MATERIALIZED (
    SELECT c.id, c.name, c.is_provider, c.opted_out, c.needs_human, c.misses, c.last_inbound_at, c.held_by,
           c.held_until_at, {newest} AS at
    FROM {source} WHERE {conditions} ORDER BY {newest} DESC, c.id DESC LIMIT :most
)
SELECT p.*, a.email AS holder, m.text AS last_text, m.kind AS last_kind, m.direction AS last_direction,
       m.status AS last_status,
       (SELECT i.sealed FROM identities i WHERE i.contact_id = p.id AND i.scheme IN ('phone', 'dial')
        ORDER BY CASE i.scheme WHEN 'phone' THEN 0 ELSE 1 END, i.id DESC LIMIT 1) AS phone_sealed
FROM page p LEFT JOIN accounts a ON a.id = p.held_by
     LEFT JOIN messages m ON m.id = (SELECT MAX(x.id) FROM messages x WHERE x.contact_id = p.id)
ORDER BY p.at DESC, p.id DESC"""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to. ``q`` is a name, or the beginning of its words, or a whole phone number."""

    flag: Flag | None = None
    side: Side | None = None
    q: str = ""


def people(conn: Connection, filters: Filters, after: tuple[datetime, int] | None, most: int) -> list[Row]:
    """Up to ``most`` people after ``after`` (time and id of the last one seen), newest word first."""
    narrow = [_FLAGS[filters.flag]] if filters.flag else []
    narrow += [_SIDES[filters.side]] if filters.side else []
    around: Row = {"now": conn.now} if filters.flag == "taken_over" else {}
    if filters.flag == "unreached":
        around["since"] = conn.now - UNREACHED_SPAN
    if after is not None:
        narrow.append(f"{_NEWEST} <= :at AND ({_NEWEST} < :at OR c.id < :id)")
        around |= {"at": after[0], "id": after[1]}
    within = " AND ".join(narrow) or "TRUE"
    source, named, values = _search(conn, filters.q, within)
    sql = _PEOPLE.format(newest=_NEWEST, source=source, conditions=" AND ".join([within, *named]))
    rows = conn.all(sql, most=most, **around, **values)
    for row in rows:
        for flag in ("is_provider", "opted_out", "needs_human"):
            row[flag] = bool(row[flag])
    return rows


def _search(conn: Connection, q: str, within: str) -> tuple[str, list[str], Row]:
    """Where to look, under which conditions, with which values; ``within`` is what the list is narrowed to anyway."""
    if sum(map(str.isdecimal, q)) >= _DIGITS_OF_A_PHONE and not any(map(str.isalpha, q)):
        phone = to_e164(q)
        callers = [*(whoever.called(conn, phone) if phone else []), None, None]
        return _among(_CALLED), [], {"caller_0": callers[0], "caller_1": callers[1]}
    words = sorted(words_of(q), key=len, reverse=True)
    if not words:
        return "contacts c", ["FALSE"] if q.strip() else [], {}
    values: Row = {}
    for place, word in enumerate(words):
        values |= {f"from{place}": word, f"to{place}": word + LAST}
    found = conn.all(_NAMED, from0=values["from0"], to0=values["to0"], few=FEW)
    rare = len(found) < FEW
    conditions = [_bears(place) for place in range(1 if rare else 0, len(words))]
    if rare:
        return _among(_NAMED), conditions, values | {"few": FEW}
    newest = f"SELECT * FROM contacts c WHERE {within} ORDER BY {_NEWEST} DESC, c.id DESC LIMIT {LOOKED_THROUGH}"
    return f"({newest}) AS c", conditions, values


def _among(found: str) -> str:
    return f"(SELECT DISTINCT contact_id FROM ({found}) AS hit) AS found JOIN contacts c ON c.id = found.contact_id"


def _bears(place: int) -> str:
    # Not EXISTS: PostgreSQL would read everybody of that name first.
    his = f"n.contact_id = c.id AND n.word >= :from{place} AND n.word < :to{place}"
    return f"(SELECT COUNT(*) FROM names n WHERE {his}) > 0"
