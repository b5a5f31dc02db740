"""A city for each story, on both engines."""

from collections.abc import AsyncIterator

import pytest

from tests.city import City
from tests.engines import Database, HandClock


@pytest.fixture
async def city(database: Database, clock: HandClock) -> AsyncIterator[City]:
    city = City(database, clock)
    await city.open()
    yield city
    await city.close()
