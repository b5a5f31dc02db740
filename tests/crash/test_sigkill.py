"""The process dies while Meta takes a message, the answer never comes: said again only if no receipt comes either."""

import pytest

from tests.crash.points import Batch, Scene
from tests.engines import Database
from tests.invariants import accepted_keys

MESSAGES_OF_A_JOURNEY = 5


def cut_each_message(batch: Batch) -> None:
    """A journey for each of its messages, whose acceptance the process does not live to hear of."""
    victim = batch.meta.victim = batch.processes[0]
    for number in range(1, MESSAGES_OF_A_JOURNEY + 1):
        client = batch.people.client()
        batch.meta.kill_at = number
        batch.people.asks(client)
        batch.people.until(lambda client=client: client.is_over, f"the journey cut at message {number} ends")  # type: ignore[misc]
    batch.deaths = victim.kills


@pytest.mark.parametrize("reports", [True, False], ids=["receipts", "no-receipts"])
def test_killed_while_meta_accepts(database: Database, reports: bool) -> None:
    with Batch(Scene(database, seed=4, reports=reports, lease=4.0 if reports else 1.0)) as batch:
        cut_each_message(batch)
        found = batch.verdict()
        said = accepted_keys(list(batch.meta.double.log))
    assert found == []
    assert batch.deaths == MESSAGES_OF_A_JOURNEY
    repeats = sum(times - 1 for times in said.values())
    assert repeats >= MESSAGES_OF_A_JOURNEY if not reports else repeats == 0
