"""The connection to PostgreSQL breaks at each point of a transaction, the worst being a COMMIT without an answer."""

import logging
import threading
from collections.abc import Iterator

import pytest

from tests.city import NEED
from tests.database_faults.town import Town
from tests.engines import Database
from tests.fault_proxy import FaultProxy, Moment
from tests.processes import Meta, Process, eventually

log = logging.getLogger(__name__)
# With a prime the cuts wander through the transactions of a journey.
EVERY = 11
CUTS = 25
CALM_SECONDS = 10.0
# Of the statement that makes a message one worker's own (storage/claims.py).
CLAIMED = b"UPDATE messages SET status = 'sending', claim"
_pause = threading.Event()


@pytest.fixture(scope="module")
def proxy(durable_database: Database) -> Iterator[FaultProxy]:
    """Between one ``mboa serve`` and its database."""
    with FaultProxy(int(durable_database.address.rsplit(":", 1)[1].split("/")[0])) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def town(durable_database: Database, proxy: FaultProxy) -> Iterator[Town]:
    """A town whose one process reaches its database through the proxy."""
    name = durable_database.address.rsplit("/", 1)[1]
    with Meta() as meta:
        process = Process(Database("postgresql", f"postgresql://mboa@127.0.0.1:{proxy.port}/{name}"), meta)
        process.start()
        with Town(meta, [process]) as town:
            yield town


@pytest.mark.parametrize("moment", ["begin", "first statement", "commit unsent", "answer lost"])
def test_it_breaks_in_every_eleventh_transaction(
    town: Town, proxy: FaultProxy, durable_database: Database, moment: Moment
) -> None:
    proxy.cut_when(moment, lambda number: number % EVERY == 0)
    town.busy(clients=4)
    eventually(lambda: proxy.cuts >= CUTS, f"{CUTS} connections are cut", 30)
    proxy.leave_alone()
    town.calm(CALM_SECONDS)
    log.info(town.figures(cuts=proxy.cuts, transactions=proxy.transactions))
    assert town.broken(durable_database, doubts=proxy.cuts) == []
    assert town.slow() == []


def test_the_answer_to_claiming_a_message_is_lost_twice(
    town: Town, proxy: FaultProxy, durable_database: Database
) -> None:
    proxy.cut_when("answer lost", lambda number: number <= 2, holding=CLAIMED)
    proxy.hang_up()  # on a new connection the statement is seen
    town.journey()
    assert proxy.cuts == 2
    assert town.broken(durable_database, doubts=0) == []


def test_it_falls_silent(town: Town, proxy: FaultProxy, durable_database: Database) -> None:
    need = town.double.text("+237677999999", NEED)
    town.busy(clients=4)
    _pause.wait(1)
    proxy.freeze()
    answers = [town.attempt(need) for _ in range(3)]
    proxy.thaw()
    town.calm(CALM_SECONDS)
    log.info(town.figures())
    assert answers == [503, 503, 503]
    assert town.broken(durable_database, doubts=4) == []
    assert town.slow() == []
