"""The list of requests: filters, three orders, pages by key, and how many there are.

A page costs the same at the first request and at the millionth. Requests that are not over are few, and have indexes of
their own; those that are over are read from one index for each of their two statuses, and these ways are merged. A
search by words or numbers has its own ways in; there the newest is the one with the highest id.
"""

from typing import Any

from mboa.storage.admin import request_drafts, request_search
from mboa.storage.admin.request_filters import Filters, Place, Way, ways
from mboa.storage.admin.request_search import Dialect
from mboa.storage.store import Connection, Row

_ROWS = """
WITH page AS ({page})
SELECT r.id, 'MB-' || r.id AS code, r.client_id, r.service, r.zone, r.status, r.urgent, r.provider_id, r.created_at,
       r.confirmed_at, r.accepted_at, r.closed_at, r.version, r.problem, r.place_text, c.name AS client_name,
       (SELECT i.sealed FROM identities i WHERE i.contact_id = r.client_id AND i.scheme IN ('phone', 'dial')
        ORDER BY CASE i.scheme WHEN 'phone' THEN 0 ELSE 1 END, i.id DESC LIMIT 1) AS client_phone_sealed,
       p.name AS provider_name, o.id AS offer_id, o.provider_id AS asked_id, a.name AS asked_name,
       o.position AS offer_position, o.sent_at AS offer_sent_at, o.expires_at AS offer_expires_at
FROM page CROSS JOIN requests r JOIN contacts c ON c.id = r.client_id LEFT JOIN providers p ON p.id = r.provider_id
     LEFT JOIN offers o ON o.request_id = r.id AND o.status = 'open' LEFT JOIN providers a ON a.id = o.provider_id
WHERE r.id = page.id ORDER BY {order}"""


def page(conn: Connection, dialect: Dialect, filters: Filters, after: Place | None, most: int) -> list[Row]:
    """Up to ``most`` requests behind ``after``, each with the names, the number and the open offer of a list's row."""
    found = ways(dialect, filters, after, request_drafts.found(conn, filters))
    if not found:
        return []
    values = _prepared(conn, dialect, filters, after)
    sql = _ROWS.format(page=_merged(found, filters), order=_order(filters, "page"))
    rows = conn.all(sql, most=most, **values)
    for row in rows:
        row["urgent"] = bool(row["urgent"])
    return rows


def places(conn: Connection, dialect: Dialect, filters: Filters, after: Place | None, most: int) -> list[Place]:
    """As :func:`page`, but only where each request stands in the order."""
    found = ways(dialect, filters, after, request_drafts.found(conn, filters))
    if not found:
        return []
    rows = conn.all(_merged(found, filters), most=most, **_prepared(conn, dialect, filters, after))
    return [Place(row["at"], row["id"]) for row in rows]


def count(conn: Connection, dialect: Dialect, filters: Filters, most: int | None = None) -> int:
    """How many there are; with ``most``, counted no further than that."""
    found = ways(dialect, filters, None, request_drafts.found(conn, filters), lean=True)
    if not found:
        return 0
    values = _prepared(conn, dialect, filters, None) | ({} if most is None else {"most": most})
    each = " UNION ALL ".join(f"SELECT 1 AS one FROM {way.source} WHERE {' AND '.join(way.tests)}" for way in found)
    limit = "" if most is None else " LIMIT :most"
    row = conn.one(f"SELECT COUNT(*) AS n FROM ({each}{limit}) AS found", **values)
    return int(row["n"]) if row else 0


def newest(conn: Connection) -> int:
    """The highest id that a request has; 0 when there is none."""
    row = conn.one("SELECT MAX(id) AS id FROM requests")
    return int(row["id"] or 0) if row else 0


def place_of(row: Row, filters: Filters) -> Place:
    """Where a row of :func:`page` stands in the order."""
    return Place(row["confirmed_at"] if filters.sort == "waiting" else row["created_at"], row["id"])


def _merged(found: list[Way], filters: Filters) -> str:
    """The ways to the rows, each in order and no longer than a page, as one page of ids."""
    direction = "" if filters.ascending else " DESC"
    each = []
    for way in found:
        order = ", ".join(key + direction for key in way.key)
        tests = " AND ".join(way.tests)
        each.append(f"SELECT r.id, {way.at} AS at FROM {way.source} WHERE {tests} ORDER BY {order} LIMIT :most")
    if len(each) == 1:
        return each[0]
    together = " UNION ALL ".join(f"SELECT * FROM ({one}) AS way{number}" for number, one in enumerate(each))
    return f"SELECT id, at FROM ({together}) AS ways ORDER BY {_order(filters, 'ways')} LIMIT :most"


def _order(filters: Filters, table: str) -> str:
    direction = "" if filters.ascending else " DESC"
    return ", ".join(f"{table}.{column}{direction}" for column in (("id",) if filters.by_id else ("at", "id")))


def _prepared(conn: Connection, dialect: Dialect, filters: Filters, after: Place | None) -> dict[str, Any]:
    """What a query names; PostgreSQL is told to plan a search by its own words."""
    values: dict[str, Any] = {
        "service": filters.service,
        "zone": filters.zone,
        "since": filters.since,
        "until": filters.until,
        "newest_id": filters.newest_id,
        "last_id": after.id if after else None,
        "last_at": after.at if after and not filters.by_id else None,
    }
    if filters.search is not None:
        if dialect == "postgresql":
            conn.one(request_search.PLAN_ANEW)
        values["words"] = filters.words(dialect, request_search.endings(conn, dialect, filters.search))
    known = {name: value for name, value in values.items() if value is not None}
    return known | (request_search.parameters(conn, filters.search) if filters.search else {})
