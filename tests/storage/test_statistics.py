"""A young house on PostgreSQL that is suddenly busy: plans made for ten rows do not stay."""

from mboa.dispatch.policy import Policy
from mboa.office import Office
from mboa.storage import statistics
from mboa.storage.recognition import _OWNERS
from mboa.storage.store import Connection, Store
from mboa.storage.value_lists import listing, numbered
from mboa.work.crew import Crew
from tests.storage.test_looks import fill

PEOPLE = """
INSERT INTO identities (contact_id, channel, scheme, sealed, lookup, created_at)
SELECT id, 'any', 'phone', 'sealed', 'digest of ' || id, created_at FROM contacts"""


def plan_of_a_lookup(conn: Connection) -> str:
    values = numbered([f"digest of {number}" for number in range(16)])
    rows = conn.all(f"EXPLAIN {listing(_OWNERS, ':{}', 16)}", channel="any", scheme="phone", **values)
    return "\n".join(row["QUERY PLAN"] for row in rows)


def found_by_digest(plan: str) -> bool:
    return any("lookup = ANY" in line for line in plan.splitlines() if "Index Cond" in line)


async def test_a_heartbeat_notices_that_tables_have_grown(store: Store) -> None:
    await store.write(fill)
    await store.write(lambda conn: conn.run(PEOPLE))
    before = None if store.dialect == "sqlite" else await store.read(plan_of_a_lookup)
    await Crew(Office(store, Policy(), "https://mboa.test"), {}).heartbeat.step()
    if before is not None:
        assert not found_by_digest(before), "this version plans well without: is the chore still needed?"
        assert found_by_digest(await store.read(plan_of_a_lookup))
        assert await store.write(statistics.keep_up) == [], "what has not grown since is left alone"
