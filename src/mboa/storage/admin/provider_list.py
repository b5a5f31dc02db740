"""The list of providers as rows: filtered, sorted, found by name or phone, a page at a time."""

import re
from dataclasses import dataclass
from typing import Any

from mboa.channels.numbers import to_e164
from mboa.storage import people
from mboa.storage.store import Connection, Row
from mboa.understanding.normalise import fold

# What a list may be sorted by, highest first but for the name. An age of nothing stands for "never".
SORTS = {
    "name": "p.folded",
    "rating": "CASE WHEN p.rating_count > 0 THEN p.rating_sum * 1.0 / p.rating_count ELSE 0 END",
    "answers": "CASE WHEN p.offers_count > 0 THEN p.answers_count * 1.0 / p.offers_count ELSE 0 END",
    "jobs": "p.jobs_count",
    "last_job": "COALESCE(p.last_job_at, '0001-01-01T00:00:00.000000Z')",
}
STATES = {
    "": "p.deleted_at IS NULL",
    "active": "p.deleted_at IS NULL AND p.active",
    "blocked": "p.deleted_at IS NULL AND NOT p.active",
    "deleted": "p.deleted_at IS NOT NULL",
}
# Nearly everybody's rows stand under one of three trades: his own list is read instead of them.
DOES = "'|' || p.services || '|' LIKE '%|' || :service || '|%'"
COVERED = "p.id IN (SELECT v.provider_id FROM provider_coverage v WHERE {of})"
COVERS = {
    (True, True): COVERED.format(of="v.service = :service AND v.zone = :zone"),
    (True, False): DOES,
    (False, True): COVERED.format(of="v.zone = :zone"),
}
COLUMNS = """p.id, p.contact_id, p.name, p.services, p.zones, p.available, p.active, p.capacity, p.hours, p.latitude,
       p.longitude, p.rating_sum, p.rating_count, p.offers_count, p.answers_count, p.answer_seconds, p.jobs_count,
       p.last_job_at, p.created_at, p.deleted_at, p.version,
       (SELECT i.sealed FROM identities i WHERE i.contact_id = p.contact_id AND i.scheme IN ('phone', 'dial')
        ORDER BY CASE i.scheme WHEN 'phone' THEN 0 ELSE 1 END, i.id DESC LIMIT 1) AS phone_sealed"""
# Whoever matches is found once, for the page and for the count; what is shown is looked up for the page alone.
FOUND = "WITH found AS MATERIALIZED (SELECT p.id, {key} AS k FROM providers p WHERE {where})"
AFTER = "(found.k, found.id) {beyond} (SELECT {key}, p.id FROM providers p WHERE p.id = :after)"
PAGE = """
{found}, page AS (SELECT found.id, found.k FROM found WHERE {after} ORDER BY found.k{way}, found.id{way} LIMIT :most)
SELECT {columns}, (SELECT COUNT(*) FROM found) AS total
FROM page JOIN providers p ON p.id = page.id ORDER BY page.k{way}, page.id{way}"""
_NUMBER = re.compile(r"[\d\s+().'-]+", re.ASCII)
_FEWEST_DIGITS, _WORDS_READ = 3, 5
_BY_NAME = "p.folded LIKE :word{number} ESCAPE '!'"
_CALLED = "p.contact_id IN (:caller_0, :caller_1)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. ``sort`` is a key of :data:`SORTS`, ``-`` before it turns it round; ``after`` is the id of
    the last provider of the page before."""

    q: str = ""
    service: str = ""
    zone: str = ""
    available: bool | None = None
    state: str = ""
    sort: str = "name"
    after: int | None = None
    limit: int = 25


def listed(conn: Connection, wanted: Wanted) -> tuple[list[Row], int | None, int]:
    """A page of providers, the id that the next one starts after, and how many there are in all."""
    where, values = _conditions(conn, wanted)
    name = wanted.sort.removeprefix("-")
    key, upwards = SORTS[name], (name == "name") != wanted.sort.startswith("-")
    way, beyond = ("", ">") if upwards else (" DESC", "<")
    found = FOUND.format(key=key, where=where)
    after = AFTER.format(beyond=beyond, key=key) if wanted.after is not None else "TRUE"
    values |= {"after": wanted.after} if wanted.after is not None else {}
    page = PAGE.format(found=found, columns=COLUMNS, after=after, way=way)
    rows = conn.all(page, most=wanted.limit + 1, **values)
    totals = rows or conn.all(f"{found} SELECT COUNT(*) AS total FROM found", **values)
    total = int(totals[0]["total"])
    more = len(rows) > wanted.limit
    rows = [provider(row) for row in rows[: wanted.limit]]
    return rows, rows[-1]["id"] if more else None, total


def zones_covered(conn: Connection) -> list[str]:
    """The slugs of the zones that anybody covers."""
    return [row["zone"] for row in conn.all("SELECT DISTINCT zone FROM provider_coverage")]


def provider(row: Row) -> Row:
    """A row as the rest of the program knows it: lists, truth values, rating and answer rate (``None`` before any)."""
    row.pop("total", None)
    row["services"], row["zones"] = _parts(row["services"]), _parts(row["zones"])
    row["available"], row["active"] = bool(row["available"]), bool(row["active"])
    rated, asked = row["rating_count"], row["offers_count"]
    row["rating"] = round(row.pop("rating_sum") / rated, 2) if rated else None
    row["answer_rate"] = round(row["answers_count"] / asked, 4) if asked else None
    row["answer_seconds"] = round(row["answer_seconds"], 1) if row["answers_count"] else None
    return row


def _parts(text: str) -> list[str]:
    return [part for part in text.split("|") if part]


def _conditions(conn: Connection, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    where, values = [STATES[wanted.state]], dict[str, Any]()
    if wanted.available is not None:
        where.append("p.available" if wanted.available else "NOT p.available")
    if wanted.service or wanted.zone:
        where.append(COVERS[bool(wanted.service), bool(wanted.zone)])
        values |= {name: code for name in ("service", "zone") if (code := getattr(wanted, name))}
    if wanted.q.strip():
        found, words = _search(conn, wanted.q.strip())
        where.append(found)
        values |= words
    return " AND ".join(where), values


def _search(conn: Connection, text: str) -> tuple[str, dict[str, Any]]:
    """A whole number is looked for among the phones, in any spelling; anything else word by word among the names."""
    digits = sum(map(str.isdecimal, text))
    if _NUMBER.fullmatch(text) and digits >= _FEWEST_DIGITS:
        phone = to_e164(text[:40])
        callers = [*(people.called(conn, phone) if phone else []), None, None]
        return _CALLED, {"caller_0": callers[0], "caller_1": callers[1]}
    words = [_literal(word) for word in fold(text).split()[:_WORDS_READ]]
    found = " AND ".join(_BY_NAME.format(number=number) for number in range(len(words)))
    return found or "FALSE", {f"word{number}": f"%{word}%" for number, word in enumerate(words)}


def _literal(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
