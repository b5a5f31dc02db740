"""A city whose files lie in a folder of the test's own, whichever its engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.city import City
from tests.engines import Database, HandClock


@pytest.fixture
async def city(database: Database, clock: HandClock, tmp_path: Path) -> AsyncIterator[City]:
    city = City(database, clock, data_dir=tmp_path)
    await city.open()
    yield city
    await city.close()
