"""A table of one's own for the tests of the engines, whatever the product's schema is."""

import pytest

from mboa.storage.store import Connection, Store

TALLY = """
CREATE TABLE tally (
    name TEXT PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1, seen_at {time}
)"""


@pytest.fixture
async def tally(store: Store) -> Store:
    """The open store of each engine, with an empty table ``tally``."""
    time = {"sqlite": "TEXT", "postgresql": "TIMESTAMPTZ"}[store.dialect]

    def create(connection: Connection) -> None:
        connection.run(TALLY.format(time=time))

    await store.write(create)
    return store
