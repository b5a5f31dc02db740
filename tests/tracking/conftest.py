from collections.abc import AsyncIterator

import pytest

from mboa.demo.traffic import Stage
from tests.demo.stage import douala
from tests.engines import Database, HandClock


@pytest.fixture
async def on(sqlite_database: Database, clock: HandClock) -> AsyncIterator[Stage]:
    """The simulated city, its loops turned by hand."""
    async with douala(sqlite_database, clock) as stage:
        yield stage
