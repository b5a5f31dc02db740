"""What the loops look at all the time costs as much as what is due, and nothing for all that waits or is over."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mboa.channels.base import Limits
from mboa.dispatch.policy import Policy
from mboa.storage import claims, inbox, offers, receipts, requests
from mboa.storage.store import Connection, Row, Store
from mboa.work import deadlines

ROWS = 5_000
DAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = DAY + timedelta(days=1)
TERMS = claims.Terms({"whatsapp": Limits()}, {"whatsapp": 90.0}, Policy())
LOOKS: dict[str, Callable[[Any], object]] = {
    "inbox": lambda conn: inbox.due(conn, 64, timedelta(minutes=30)),
    "next burst": inbox.next_due,
    "outbox": lambda conn: claims.claim(conn, TERMS, 64),
    "receipts": lambda conn: receipts.pending(conn, 64),
    "offers": lambda conn: offers.due(conn, deadlines.OFFERS_AT_ONCE),
    "next offer": offers.next_due,
    "requests": lambda conn: requests.due(conn, 64),
    "next request": requests.next_due,
}
_N = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})"
# One in two is over and done; the others wait for tomorrow.
FILLING = (
    f"INSERT INTO contacts (id, name, channel, created_at) {_N} SELECT i, 'Mireille', 'whatsapp', :at FROM n",
    f"""INSERT INTO requests (id, client_id, status, service, zone, problem, token, created_at, due_at, due_kind,
        closed_at)
    {_N} SELECT i, i, CASE WHEN i % 2 = 0 THEN 'unserved' ELSE 'completed' END, 'plumbing', 'akwa', 'fuite', 't' || i,
        :at, CASE WHEN i % 2 = 0 THEN :later END, CASE WHEN i % 2 = 0 THEN 'doubt' END,
        CASE WHEN i % 2 = 1 THEN :at END FROM n""",
    f"""INSERT INTO messages (direction, channel, contact_id, external_id, kind, text, status, due_at, created_at)
    {_N} SELECT 'in', 'whatsapp', i, 'wamid.' || i, 'text', 'bonjour',
        CASE WHEN i % 2 = 0 THEN 'received' ELSE 'understood' END, CASE WHEN i % 2 = 0 THEN :later END, :at FROM n""",
    f"""INSERT INTO messages (direction, channel, contact_id, key, kind, text, status, due_at, created_at)
    {_N} SELECT 'out', 'whatsapp', i, 'k' || i, 'recap', 'Je note', CASE WHEN i % 2 = 0 THEN 'queued' ELSE 'read' END,
        CASE WHEN i % 2 = 0 THEN :later END, :at FROM n""",
    """INSERT INTO providers (id, contact_id, name, services, zones, created_at)
    VALUES (1, 1, 'Paul', 'plumbing', 'akwa', :at)""",
    f"""INSERT INTO offers (request_id, provider_id, position, code, status, score, reasons_json, withheld_json,
        offered_at, expires_at)
    {_N} SELECT i, 1, 1, 'A1', CASE WHEN i % 2 = 0 THEN 'open' ELSE 'declined' END, 0.5, '[]', '[]', :at, :later
    FROM n""",
    f"""INSERT INTO receipts (channel, external_id, status, occurred_at, created_at)
    {_N} SELECT 'whatsapp', 'wamid.' || i, 'delivered', :at, :at FROM n""",
)


# `receipts_pending` holds what is pending, and nothing else.
EVERYTHING = re.compile(r"(SCAN|Seq Scan on) (messages|requests|offers|receipts|r)\b(?! USING INDEX receipts_pending)")


class Listening:
    """A connection that notes what is asked, and answers that there is nothing."""

    def __init__(self, now: datetime) -> None:
        self.now, self.asked = now, list[tuple[str, dict[str, Any]]]()

    def all(self, sql: str, /, **values: Any) -> list[Row]:
        self.asked.append((sql, values))
        return []

    def one(self, sql: str, /, **values: Any) -> Row | None:
        self.asked.append((sql, values))
        return None


def fill(conn: Connection) -> None:
    for statement in FILLING:
        conn.run(statement, **{"at": DAY} | ({"later": LATER} if ":later" in statement else {}))


def plan_of(conn: Connection, dialect: str, look: Callable[[Any], object]) -> str:
    heard = Listening(DAY + timedelta(minutes=1))
    look(heard)
    explain = "EXPLAIN QUERY PLAN " if dialect == "sqlite" else "EXPLAIN "
    lines = [line for sql, values in heard.asked for line in conn.all(explain + sql, **values)]
    return "\n".join(str(line.get("detail") or line.get("QUERY PLAN")) for line in lines)


@pytest.mark.parametrize("look", LOOKS)
async def test_a_look_passes_over_all_that_waits(store: Store, look: str) -> None:
    await store.write(fill)
    found = []
    if store.dialect == "sqlite":  # which nobody may ever have told to count
        found.append(await store.write(plan_of, store.dialect, LOOKS[look]))
    await store.write(lambda conn: conn.run("ANALYZE"))
    found.append(await store.write(plan_of, store.dialect, LOOKS[look]))
    for plan in found:
        assert EVERYTHING.search(plan) is None, plan
