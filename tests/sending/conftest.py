"""A town for each story, on both engines; whatever the story is, the promises hold at its end."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.engines import Database, HandClock
from tests.invariants import look, violations
from tests.sending.stage import Town


@pytest.fixture
def settings() -> dict[str, Any]:
    """What a file's or a story's town is set up with beyond the usual."""
    return {}


@pytest.fixture
async def town(database: Database, clock: HandClock, settings: dict[str, Any]) -> AsyncIterator[Town]:
    town = Town(database, clock, **settings)
    await town.open()
    yield town
    broken = violations(await town.mboa.office.store.read(look), town.double.log, now=clock.now(), settled=False)
    await town.close()
    assert broken == []
