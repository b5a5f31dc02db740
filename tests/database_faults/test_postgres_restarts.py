"""PostgreSQL goes away under load: it crashes again and again, it throws everybody out, it stays away for long.

``MBOA_FAULT_SECONDS=3600`` makes the crashing last for a night.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from tests.database_faults.town import Town
from tests.engines import Database
from tests.postgres_cluster import Cluster
from tests.processes import Meta, Process, eventually

log = logging.getLogger(__name__)
LOAD_SECONDS = float(os.environ.get("MBOA_FAULT_SECONDS", "16"))
# Twenty a minute; a machine that is busy otherwise gets fewer.
EVERY_SECONDS = 3.0
BACK_SECONDS = 5.0
# A send whose answer was lost waits four seconds here for its receipt (tests/processes.py).
LEASE_SECONDS = 4.0
THROW_OUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mboa'"
_pause = threading.Event()


@pytest.fixture(scope="module")
def town(durable_database: Database) -> Iterator[Town]:
    """Two web and two worker processes on one PostgreSQL."""
    with Meta() as meta:
        workers = [Process(durable_database, meta, "worker") for _ in range(2)]
        doors = [Process(durable_database, meta, "web") for _ in range(2)]
        for process in (*workers, *doors):
            process.start()
        with Town(meta, doors) as town:
            eventually(town.ready, "two web and two worker processes are ready")
            yield town


def test_it_crashes_every_three_seconds(town: Town, durable_cluster: Cluster, durable_database: Database) -> None:
    town.busy(clients=4)
    recoveries: list[float] = []
    began = time.monotonic()
    while time.monotonic() - began < LOAD_SECONDS:
        _pause.wait(EVERY_SECONDS * (len(recoveries) + 1) - (time.monotonic() - began))
        durable_cluster.halt()
        durable_cluster.relaunch()
        started = time.monotonic()
        eventually(town.ready, "everything is ready again", BACK_SECONDS)
        recoveries.append(time.monotonic() - started)
    per_minute = 60 * len(recoveries) / (time.monotonic() - began)
    town.calm(LEASE_SECONDS + BACK_SECONDS)
    log.info(town.figures(restarts_per_minute=per_minute, slowest_recovery=max(recoveries)))
    assert town.broken(durable_database, doubts=len(recoveries)) == []
    assert town.slow() == []


def test_it_throws_everybody_out_again_and_again(town: Town, durable_database: Database) -> None:
    town.busy(clients=4)
    with closing(psycopg.connect(durable_database.address, autocommit=True)) as db:
        for _ in range(20):
            _pause.wait(0.25)
            db.execute(THROW_OUT.encode())
    town.calm(LEASE_SECONDS + BACK_SECONDS)
    log.info(town.figures())
    assert town.broken(durable_database, doubts=20) == []
    assert town.slow() == []


def test_it_is_away_for_ten_seconds(town: Town, durable_cluster: Cluster, durable_database: Database) -> None:
    town.busy(clients=4)
    _pause.wait(1)
    durable_cluster.halt()
    _pause.wait(10)
    assert town.refused() > 20
    assert not town.ready()
    durable_cluster.relaunch()
    eventually(town.ready, "everything is ready again", BACK_SECONDS)
    town.calm(LEASE_SECONDS + BACK_SECONDS)
    log.info(town.figures())
    assert town.broken(durable_database, doubts=4) == []
    assert town.slow() == []
