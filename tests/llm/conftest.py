"""A model on the loopback, and a city that asks it."""

from collections.abc import AsyncIterator

import pytest

from tests.city import City
from tests.engines import Database, HandClock
from tests.llm.loopback import Loopback, city_with


@pytest.fixture
async def model() -> AsyncIterator[Loopback]:
    async with Loopback().serve() as model:
        yield model


@pytest.fixture
async def asking(model: Loopback, sqlite_database: Database, clock: HandClock) -> AsyncIterator[City]:
    """A city that asks the model within a second."""
    async with city_with(model, sqlite_database, clock, llm_timeout_seconds=1) as city:
        yield city
