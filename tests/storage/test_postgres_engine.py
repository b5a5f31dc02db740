"""What PostgreSQL alone must bear: lost connections, deadlocks, a server that is down, other processes."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import closing

import psycopg
import pytest

from mboa.storage.postgres import PostgresStore
from mboa.storage.store import Connection, Loop, StoreAway
from tests.engines import Database, eventually
from tests.postgres_cluster import own_cluster
from tests.storage.tally import add, names, value

TALLY = "CREATE TABLE tally (name TEXT PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0, seen_at TIMESTAMPTZ)"
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND"
DIE_AT_COMMIT = """
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER die AFTER INSERT ON tally DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()
"""


@pytest.fixture
async def server(postgresql_database: Database) -> AsyncIterator[PostgresStore]:
    store = PostgresStore(postgresql_database.address)
    await store.open()
    await store.write(_create)
    yield store
    await store.close()


def _create(connection: Connection) -> None:
    connection.run(TALLY)


def _execute(database: Database, script: str) -> None:
    with closing(psycopg.connect(database.address, autocommit=True)) as connection:
        connection.execute(script.encode())


async def test_a_connection_lost_before_commit_is_made_good_once(server: PostgresStore) -> None:
    attempts: list[int] = []

    def add_and_die(connection: Connection, deaths: int) -> None:
        attempts.append(1)
        add(connection, "Mireille")
        if len(attempts) <= deaths:
            connection.one("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StoreAway):
        await server.write(add_and_die, deaths=9)
    assert len(attempts) == 2
    attempts.clear()
    await server.write(add_and_die, deaths=1)
    assert len(attempts) == 2
    assert await server.read(names) == ["Mireille"]


async def test_connections_that_died_while_idle_are_replaced(
    server: PostgresStore, postgresql_database: Database
) -> None:
    await asyncio.gather(*(server.read(names) for _ in range(30)))
    _execute(postgresql_database, f"{KILL} application_name = 'mboa'")
    await asyncio.gather(*(server.write(add, f"client {i}") for i in range(30)))
    assert len(await server.read(names)) == 30


async def test_a_connection_lost_during_commit_is_never_tried_again(
    server: PostgresStore, postgresql_database: Database
) -> None:
    attempts: list[str] = []

    def add_once(connection: Connection) -> None:
        attempts.append("Paul")
        add(connection, "Paul")

    _execute(postgresql_database, DIE_AT_COMMIT)
    with pytest.raises(StoreAway, match="unknown"):
        await server.write(add_once)
    assert attempts == ["Paul"]
    assert await server.read(names) == []


async def test_a_deadlock_is_tried_again(server: PostgresStore) -> None:
    await server.write(add, "a")
    await server.write(add, "b")
    both_hold_one = threading.Barrier(2)
    attempts: list[str] = []

    def count_both(connection: Connection, first: str, second: str) -> None:
        attempts.append(first)
        connection.run("UPDATE tally SET n = n + 1 WHERE name = :name", name=first)
        if len(attempts) <= 2:
            both_hold_one.wait(5)
        connection.run("UPDATE tally SET n = n + 1 WHERE name = :name", name=second)

    await asyncio.gather(server.write(count_both, "a", "b"), server.write(count_both, "b", "a"))
    assert len(attempts) >= 3
    assert [await server.read(value, name) for name in ("a", "b")] == [2, 2]


async def test_a_swallowed_database_error_is_not_taken_for_a_commit(server: PostgresStore) -> None:
    def add_twice(connection: Connection) -> None:
        add(connection, "Awa")
        with pytest.raises(psycopg.errors.UniqueViolation):
            add(connection, "Awa")

    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        await server.write(add_twice)
    await asyncio.gather(*(server.write(add, f"client {i}") for i in range(30)))
    assert "Awa" not in await server.read(names)


async def test_what_the_server_refuses_at_commit_reaches_the_caller(
    server: PostgresStore, postgresql_database: Database
) -> None:
    _execute(postgresql_database, "ALTER TABLE tally ADD friend TEXT REFERENCES tally DEFERRABLE INITIALLY DEFERRED")

    def befriend(connection: Connection, friend: str) -> None:
        connection.run("INSERT INTO tally (name, friend) VALUES ('Paul', :friend)", friend=friend)

    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        await server.write(befriend, "nobody")
    await server.write(befriend, "Paul")
    assert await server.read(names) == ["Paul"]


async def test_a_server_that_is_down_is_away_at_once_and_welcome_when_back() -> None:
    with own_cluster(durable=True) as cluster:
        store = PostgresStore(cluster.url())
        await store.open()
        await store.write(_create)
        cluster.halt()
        began = time.monotonic()
        outcomes = await asyncio.gather(*(store.write(add, str(i)) for i in range(40)), return_exceptions=True)
        assert time.monotonic() - began < 3
        assert all(isinstance(outcome, StoreAway) for outcome in outcomes)
        cluster.relaunch()
        await eventually(lambda: _added(store), seconds=3)
        assert await store.read(names) == ["Mireille"]
        await store.close()


async def _added(store: PostgresStore) -> bool:
    try:
        await store.write(add, "Mireille")
    except StoreAway:
        return False
    return True


async def test_a_server_that_does_not_answer_is_away_within_three_seconds() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        store = PostgresStore(f"postgresql://mboa@127.0.0.1:{silent.getsockname()[1]}/mboa")
        began = time.monotonic()
        with pytest.raises(StoreAway):
            await store.open()
        assert time.monotonic() - began < 3
        await store.close()


async def test_another_process_hears_of_the_commit(server: PostgresStore, postgresql_database: Database) -> None:
    other = PostgresStore(postgresql_database.address)
    await other.open()
    heard: asyncio.Queue[Loop] = asyncio.Queue()
    other.on_wake(heard.put_nowait)
    await _bell_is_attended(postgresql_database, 2)
    began = time.monotonic()
    await asyncio.gather(*(server.write(_wake_outbox) for _ in range(300)))
    took = time.monotonic() - began
    assert await asyncio.wait_for(heard.get(), 5) == "outbox"
    await asyncio.sleep(0.1)
    assert heard.qsize() <= took / 0.005 + 1, "one NOTIFY speaks for many commits"
    await other.close()


async def test_the_bell_comes_back_after_its_connection_is_lost(
    server: PostgresStore, postgresql_database: Database
) -> None:
    heard: asyncio.Queue[Loop] = asyncio.Queue()
    await _bell_is_attended(postgresql_database, 1)
    server.on_wake(heard.put_nowait)
    _execute(postgresql_database, f"{KILL} query LIKE 'LISTEN%'")
    said = {await asyncio.wait_for(heard.get(), 5) for _ in range(3)}
    assert said == {"inbox", "outbox", "deadlines"}
    await _bell_is_attended(postgresql_database, 1)
    _execute(postgresql_database, "NOTIFY mboa_wake, 'nonsense'; NOTIFY mboa_wake, 'inbox'")
    assert await asyncio.wait_for(heard.get(), 5) == "inbox"


def _wake_outbox(connection: Connection) -> None:
    connection.wake("outbox")


async def _bell_is_attended(database: Database, listeners: int) -> None:
    question = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'"""
    with closing(psycopg.connect(database.address, autocommit=True)) as connection:

        async def attended() -> bool:
            return connection.execute(question).fetchone() == (listeners,)

        await eventually(attended)


def test_no_password_is_ever_shown() -> None:
    store = PostgresStore("postgresql://mboa:s3cret@db.example:6432/mboa")
    assert store.description == "PostgreSQL mboa at db.example:6432"
    with pytest.raises(ValueError, match="not a PostgreSQL URL") as refused:
        PostgresStore("mboa:s3cret@db.example")
    assert "s3cret" not in str(refused.value)
