"""The audit log only grows, and a row that was changed behind its back shows."""

import sqlite3

import psycopg
import pytest

from mboa.storage.admin import accounts, audit
from mboa.storage.store import Connection, Store

REFUSED = (sqlite3.Error, psycopg.Error)


async def written(store: Store, notes: int = 3) -> None:
    """Awa's account, and what she did."""

    def write(conn: Connection) -> None:
        awa = accounts.create(conn, "awa@mboa.test", "owner")
        assert awa is not None
        for number in range(notes):
            audit.note(conn, awa.id, "provider_changed", f"provider:{number}", before={"zone": 1}, after={"zone": 2})

    await store.write(write)


async def run(store: Store, *statements: str) -> None:
    await store.write(lambda conn: [conn.run(sql) for sql in statements])


async def test_what_awa_did_is_told_newest_first(store: Store) -> None:
    await written(store)
    page = await store.read(audit.page, audit.Filters(), None, 2)
    assert [(entry.id, entry.email, entry.subject) for entry in page] == [
        (3, "awa@mboa.test", "provider:2"),
        (2, "awa@mboa.test", "provider:1"),
    ]
    assert page[0].before == {"zone": 1}
    assert [entry.id for entry in await store.read(audit.page, audit.Filters(), 2, 2)] == [1]
    assert await store.read(audit.page, audit.Filters(action="signed_in"), None, 9) == []
    assert len(await store.read(audit.page, audit.Filters(1, "provider_changed", "provider:1"), None, 9)) == 1


@pytest.mark.parametrize(
    "crime",
    [
        "UPDATE audit SET subject = 'provider:9' WHERE id = 2",
        "DELETE FROM audit WHERE id = 3",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET last_id = 1",
    ],
)
async def test_the_product_cannot_rewrite_it(store: Store, crime: str) -> None:
    await written(store)
    with pytest.raises(REFUSED):
        await run(store, crime)
    assert await store.read(audit.verify) is None


async def test_it_cannot_be_emptied_or_replaced(store: Store) -> None:
    await written(store)
    replace = "INSERT OR REPLACE INTO audit SELECT id, at, 7, action, subject, '', '', hash FROM audit WHERE id = 2"
    with pytest.raises(REFUSED):
        await run(store, replace if store.dialect == "sqlite" else "TRUNCATE audit")
    assert len(await store.read(audit.page, audit.Filters(), None, 9)) == 3


def unguarded(store: Store, *crimes: str) -> list[str]:
    """What somebody can do who owns the database."""
    if store.dialect == "postgresql":
        return ["ALTER TABLE audit DISABLE TRIGGER USER", "ALTER TABLE audit_head DISABLE TRIGGER USER", *crimes]
    names = ("audit_no_update", "audit_no_delete", "audit_no_replace", "audit_head_forward")
    return [*(f"DROP TRIGGER {name}" for name in names), *crimes]


@pytest.mark.parametrize(
    ("crime", "broken"),
    [
        ("UPDATE audit SET account_id = 7 WHERE id = 2", 2),
        ("UPDATE audit SET after_json = '{}' WHERE id = 1", 1),
        ("DELETE FROM audit WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 3", 3),
        ("UPDATE audit_head SET hash = 'x'", 4),
        ("INSERT INTO audit SELECT 4, at, account_id, action, subject, before_json, after_json, hash FROM audit "
         "WHERE id = 3", 4),
    ],
)  # fmt: skip
async def test_a_crime_of_the_databases_owner_shows(store: Store, crime: str, broken: int) -> None:
    await written(store)
    assert await store.read(audit.verify) is None
    await run(store, *unguarded(store, crime))
    assert await store.read(audit.verify) == broken


async def test_the_newest_rows_can_be_looked_at_alone(store: Store) -> None:
    await written(store, notes=8)
    await run(store, *unguarded(store, "UPDATE audit SET subject = '' WHERE id = 2"))
    assert await store.read(audit.verify) == 2
    assert await store.read(audit.verify, 3) is None
    assert await store.read(audit.verify, 7) == 2
