"""Every filter and order that is offered has its index, on both engines: what a planner chooses among many rows."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mboa.dispatch.status import Status
from mboa.storage.admin import request_list, request_search
from mboa.storage.admin.request_filters import OPEN, Filters, Place, Sort
from mboa.storage.admin.request_search import Dialect
from mboa.storage.store import Connection, Row, Store
from tests.engines import sealed

ROWS = 20_000
DAY = datetime(2026, 11, 1, tzinfo=UTC)
_N = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})"
_CONTACTS = f"INSERT INTO contacts (id, name, channel, created_at) {_N} SELECT i, 'Mireille', 'whatsapp', :at FROM n"
_IDENTITY = """
INSERT INTO identities (contact_id, channel, scheme, sealed, lookup, created_at)
VALUES (:id, 'any', 'phone', :sealed, :lookup, :at)"""
_REQUESTS = f"""
INSERT INTO requests (id, client_id, status, service, zone, problem, token, created_at, confirmed_at, closed_at)
{_N} SELECT i, i, CASE WHEN i % 50 = 0 THEN 'pending' WHEN i % 50 = 1 THEN 'accepted' WHEN i % 7 = 0 THEN 'cancelled'
                  ELSE 'completed' END,
            CASE i % 3 WHEN 0 THEN 'plumbing' WHEN 1 THEN 'electricity' ELSE 'appliance' END,
            CASE i % 40 WHEN 0 THEN 'akwa' WHEN 1 THEN 'bali' ELSE 'z' || (i % 40) END,
            'mot' || (i % 500) || CASE i % 60 WHEN 1 THEN ' fuite' ELSE ' panne' END,
            't' || i, {{minutes}}, :at, CASE WHEN i % 50 < 2 THEN NULL ELSE :at END FROM n"""
_MINUTES = {
    "sqlite": "STRFTIME('%Y-%m-%dT%H:%M:%f000Z', :at, i || ' minutes')",
    "postgresql": "CAST(:at AS TIMESTAMPTZ) + i * INTERVAL '1 minute'",
}


class Listening:
    """A connection that notes what is asked, with its values."""

    def __init__(self, conn: Connection) -> None:
        self.now, self.keys, self.asked = conn.now, conn.keys, list[tuple[str, dict[str, Any]]]()
        self._conn = conn

    def all(self, sql: str, /, **values: Any) -> list[Row]:
        self.asked.append((sql, values))
        return self._conn.all(sql, **values) if "FROM identities" in sql else []

    def one(self, sql: str, /, **values: Any) -> Row | None:
        if "plan_cache_mode" not in sql:
            self.asked.append((sql, values))
        return None


def fill(conn: Connection, dialect: str) -> None:
    """Many requests, most of them over, spread over two weeks."""
    for statement in (_CONTACTS, _REQUESTS.format(minutes=_MINUTES[dialect])):
        conn.run(statement, at=DAY - timedelta(days=7))
    conn.many(_IDENTITY, ({"id": i, "at": DAY, **sealed(f"+2376{60_000_000 + i}")} for i in range(1, ROWS + 1)))
    conn.run("ANALYZE")


def plans(conn: Connection, dialect: str, filters: Filters) -> Iterator[str]:
    """How the engine goes about each statement of a list: first page, next page, the places alone, the count."""
    heard: Any = Listening(conn)
    engine: Any = dialect
    for after in (None, Place(DAY, ROWS // 2)):
        request_list.page(heard, engine, filters, after, 26)
    request_list.places(heard, engine, filters, Place(DAY, ROWS // 2), 64)
    request_list.count(heard, engine, filters)
    for sql, values in heard.asked:
        explain = "EXPLAIN QUERY PLAN " if dialect == "sqlite" else "EXPLAIN "
        lines = conn.all(explain + sql, **values)
        yield "\n".join(str(line.get("detail") or line.get("QUERY PLAN")) for line in lines)


def reads_everything(plan: str, dialect: str) -> bool:
    """Whether a plan reads the table of requests from end to end."""
    if dialect == "sqlite":
        return any(line.strip() in {"SCAN r", "SCAN requests"} for line in plan.splitlines())
    return "Seq Scan on requests" in plan


STATUSES = (frozenset[Status](), OPEN, frozenset({Status.PENDING}), frozenset({Status.CANCELLED, Status.ACCEPTED}))
SORTS: tuple[Sort, ...] = ("created", "-created", "waiting")
SEARCHES = ("", "fuite", "mot77", "MB-77", "6600001", "660000077", "fuite 660000077")


def offered() -> Iterator[Filters]:
    """Every combination of filters and orders."""
    days = ((None, None), (DAY, DAY + timedelta(days=1)))
    places = itertools.product((None, "electricity"), (None, "akwa"), days)
    for (service, zone, (since, until)), statuses in itertools.product(places, STATUSES):
        for sort, q in itertools.product(SORTS, SEARCHES):
            plain = Filters(statuses, service, zone, since, until, sort=sort)
            yield replace(plain, search=request_search.read(q))


EVERYTHING = {Filters(sort=sort) for sort in ("created", "-created")}
MADE_FOR = {
    Filters(statuses=frozenset({Status.COMPLETED})): "requests_over",
    Filters(statuses=frozenset({Status.COMPLETED}), service="appliance"): "requests_over_service",
    Filters(statuses=frozenset({Status.COMPLETED}), zone="akwa"): "requests_over_zone",
    Filters(statuses=OPEN): "requests_open",
    Filters(sort="waiting"): "requests_searching",
}


async def test_no_combination_of_filters_reads_all_requests(store: Store) -> None:
    await store.write(fill, store.dialect)
    looked = await store.read(_looked, store.dialect)
    assert len(looked) > 2_000
    bad = [(filters, plan) for filters, plan in looked if reads_everything(plan, store.dialect)]
    # To count everything one may count everything.
    assert {filters for filters, plan in bad} <= EVERYTHING
    assert all("Aggregate" in plan or len(plan.splitlines()) < 4 for _, plan in bad)
    for filters, index in MADE_FOR.items():
        first = await store.read(_first_plan, store.dialect, filters)
        assert f"INDEX {index}\n" in first or f"INDEX {index} " in first or f"using {index} " in first, first


def _looked(conn: Connection, dialect: str) -> list[tuple[Filters, str]]:
    return [(filters, plan) for filters in offered() for plan in plans(conn, dialect, filters)]


def _first_plan(conn: Connection, dialect: str, filters: Filters) -> str:
    return next(plans(conn, dialect, filters))


async def test_figures_agree_with_a_plain_look(store: Store) -> None:
    await store.write(fill, store.dialect)
    found = await store.read(_counted_and_found, store.dialect)
    assert [(f, n, ids) for f, n, ids in found if n != ids] == []
    assert sum(n > 0 for _, n, _ in found) > 25, "most of what is looked for must be there for this to mean anything"
    assert await store.read(request_list.count, store.dialect, Filters(), 100) == 100


def _counted_and_found(conn: Connection, dialect: Dialect) -> list[tuple[Filters, int, int]]:
    """For many filters: how many were counted, and how many different ones were found."""
    return [
        (
            f,
            request_list.count(conn, dialect, f),
            len({p.id for p in request_list.places(conn, dialect, f, None, ROWS)}),
        )
        for f in itertools.islice(offered(), 0, None, 5)
    ]
