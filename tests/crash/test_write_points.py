"""The process dies at one write after the other of a journey; every journey ends well, and no promise is broken."""

from itertools import count

import click

from tests.crash import strace
from tests.crash.points import MIXED, Batch, Scene
from tests.engines import Database

# A commit on SQLite ends in this call; on PostgreSQL everything that is written goes to a socket.
COMMIT = {"sqlite": "fdatasync", "postgresql": "sendto"}
EVERY_WRITE = "pwrite64,fdatasync,sendto,write,writev"
MOST = 60


def test_killed_at_every_commit(sqlite_database: Database) -> None:
    strace.require()
    with Batch(Scene(sqlite_database, seed=1, lease=2.0)) as batch:
        survived = next(k for k in count(1) if not batch.point("fdatasync", k))
        found = batch.verdict()
    click.echo(f"{batch.points} crash points, {batch.deaths} deaths")
    assert found == []
    assert 15 < survived < MOST


def test_killed_at_writes_of_all_kinds(database: Database) -> None:
    strace.require()
    with Batch(Scene(database, seed=2, providers=MIXED, patience=1.5, lease=2.0)) as batch:
        for number, k in enumerate((1, 2, 3, 5, 8, 12, 18, 26)):
            batch.point(EVERY_WRITE, k, "fickle client" if number % 3 == 0 else "client")
        found = batch.verdict()
    click.echo(f"{batch.points} crash points, {batch.deaths} deaths")
    assert found == []
    assert batch.points >= 6


def test_killed_at_writes_of_web_and_worker(postgresql_database: Database) -> None:
    strace.require()
    with Batch(Scene(postgresql_database, seed=3, roles=("web", "worker"), lease=2.0)) as batch:
        for k in (1, 3, 6, 10, 15):
            batch.point("sendto", k)
        found = batch.verdict()
    click.echo(f"{batch.points} crash points, {batch.deaths} deaths")
    assert found == []
    assert batch.points >= 3
