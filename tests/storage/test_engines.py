"""What both engines promise to the transaction functions."""

import asyncio
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest

from mboa.storage.store import Connection, Loop, Row, Store, StoreAway
from tests.engines import Database, HandClock
from tests.storage.tally import Refused, add, add_and_fail, count_one, names, value

DOUALA = timezone(timedelta(hours=1))


async def test_what_is_committed_stays(tally: Store) -> None:
    await tally.write(add, "Mireille", n=3)
    assert await tally.read(names) == ["Mireille"]
    assert await tally.write(value, "Mireille") == 3


async def test_a_failing_function_leaves_nothing_and_its_error_reaches_its_caller(tally: Store) -> None:
    with pytest.raises(Refused, match="Paul"):
        await tally.write(add_and_fail, "Paul")
    assert await tally.read(names) == []


async def test_one_who_fails_does_not_spoil_his_neighbours(tally: Store) -> None:
    gate = threading.Event()
    first = asyncio.create_task(tally.write(lambda _: gate.wait(5)))
    await asyncio.sleep(0)
    crowd = [tally.write(add_and_fail if i % 3 == 0 else add, f"client {i:02}") for i in range(30)]
    waiting = asyncio.gather(*crowd, return_exceptions=True)
    await asyncio.sleep(0)
    gate.set()
    outcomes = await waiting
    await first
    assert [isinstance(outcome, Refused) for outcome in outcomes] == [i % 3 == 0 for i in range(30)]
    assert await tally.read(names) == [f"client {i:02}" for i in range(30) if i % 3]


async def test_two_hundred_clients_at_once_count_to_two_hundred(tally: Store) -> None:
    await tally.write(add, "requests")
    await asyncio.gather(*(tally.write(count_one, "requests") for _ in range(200)))
    assert await tally.read(value, "requests") == 200


async def test_of_two_who_move_the_same_version_one_wins(tally: Store) -> None:
    await tally.write(add, "offer")
    both_there = threading.Barrier(2 if tally.dialect == "postgresql" else 1)

    def move(connection: Connection) -> int:
        connection.one("SELECT 1")
        both_there.wait(5)
        return connection.run("UPDATE tally SET version = version + 1 WHERE name = 'offer' AND version = 1")

    assert sorted(await asyncio.gather(tally.write(move), tally.write(move))) == [0, 1]


async def test_a_read_sees_one_moment(tally: Store) -> None:
    looked, changed = threading.Event(), threading.Event()

    def look_twice(connection: Connection) -> tuple[list[str], list[str]]:
        before = names(connection)
        looked.set()
        assert changed.wait(5)
        return before, names(connection)

    reading = asyncio.create_task(tally.read(look_twice))
    await asyncio.to_thread(looked.wait, 5)
    await tally.write(add, "Awa")
    changed.set()
    assert await reading == ([], [])
    assert await tally.read(names) == ["Awa"]


async def test_a_read_cannot_write(tally: Store) -> None:
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.ReadOnlySqlTransaction)):
        await tally.read(add, "Ebongue")
    assert await tally.read(names) == []


async def test_times_come_back_as_the_same_moment_in_utc(tally: Store) -> None:
    morning = datetime(2026, 11, 23, 9, 30, 0, 125, tzinfo=DOUALA)

    def keep(connection: Connection) -> list[Row]:
        connection.run("INSERT INTO tally (name, seen_at) VALUES ('Awa', :seen), ('Paul', NULL)", seen=morning)
        return connection.all("SELECT seen_at, seen_at AS at FROM tally ORDER BY name")

    awa, paul = await tally.write(keep)
    assert awa == {"seen_at": morning, "at": morning}
    assert awa["seen_at"].tzinfo is UTC
    assert paul["seen_at"] is None


async def test_text_order_is_time_order(tally: Store) -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def later(connection: Connection) -> list[str]:
        rows = [{"name": str(i), "seen": noon + timedelta(microseconds=i * 500_000)} for i in range(4)]
        connection.many("INSERT INTO tally (name, seen_at) VALUES (:name, :seen)", rows)
        return [row["name"] for row in connection.all("SELECT name FROM tally WHERE seen_at > :noon", noon=noon)]

    assert sorted(await tally.write(later)) == ["1", "2", "3"]


async def test_a_time_without_a_zone_is_refused(tally: Store) -> None:
    def keep(connection: Connection) -> None:
        connection.run("INSERT INTO tally (name, seen_at) VALUES ('Paul', :at)", at=datetime(2026, 11, 23))  # noqa: DTZ001

    with pytest.raises(ValueError, match="zone"):
        await tally.write(keep)


async def test_percent_casts_and_quoted_colons_mean_themselves(tally: Store) -> None:
    def ask(connection: Connection) -> list[dict[str, object]]:
        add(connection, "50 % :name", n=7)
        return connection.all(
            "SELECT name, n % 4 AS rest, ':name' AS quoted, 'it''s 100 %' AS said -- :comment %\n"
            "FROM tally WHERE name LIKE '%:na%' AND n = :n::integer",
            n=7,
        )

    assert await tally.write(ask) == [{"name": "50 % :name", "rest": 3, "quoted": ":name", "said": "it's 100 %"}]


async def test_what_statements_give_back(tally: Store) -> None:
    def ask(connection: Connection) -> list[object]:
        connection.many("INSERT INTO tally (name, n) VALUES (:name, :n)", [{"name": c, "n": 1} for c in "abc"])
        return [
            connection.run("UPDATE tally SET n = 2 WHERE name < 'c'"),
            connection.run("UPDATE tally SET n = 2 WHERE name = 'z'"),
            connection.run("SELECT 1 FROM tally FOR UPDATE SKIP LOCKED"),
            connection.one("DELETE FROM tally WHERE name = 'a' RETURNING name, n"),
            connection.one("SELECT n FROM tally WHERE name = 'a'"),
            connection.all("UPDATE tally SET n = 9"),
        ]

    assert await tally.write(ask) == [2, 0, 3, {"name": "a", "n": 2}, None, []]


async def test_now_is_the_clock_handed_in(tally: Store, clock: HandClock) -> None:
    clock.advance(90)
    assert await tally.write(lambda connection: connection.now) == clock.now()
    clock.set(datetime(2026, 12, 24, 20, tzinfo=DOUALA))
    assert await tally.read(lambda connection: connection.now) == datetime(2026, 12, 24, 19, tzinfo=UTC)


async def test_without_a_clock_now_is_the_database_s_time(database: Database) -> None:
    store = database.store()
    await store.open()
    now = await store.write(lambda connection: connection.now)
    await store.close()
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)
    assert now.tzinfo is UTC


async def test_loops_are_woken_after_the_commit_and_not_after_a_rollback(tally: Store) -> None:
    woken: list[Loop] = []
    heard = asyncio.Event()

    def listen(loop: Loop) -> None:
        woken.append(loop)
        heard.set()

    def add_and_wake(connection: Connection, loop: Loop) -> None:
        add(connection, loop)
        connection.wake(loop)
        assert woken == []

    tally.on_wake(listen)
    with pytest.raises(Refused):
        await tally.write(add_and_fail, "Paul")
    await tally.write(add_and_wake, "deadlines")
    await asyncio.wait_for(heard.wait(), 5)
    assert woken == ["deadlines"]


async def test_a_caller_who_went_away_does_no_harm(tally: Store) -> None:
    gate = threading.Event()
    gone = asyncio.create_task(tally.write(lambda _: gate.wait(5)))
    await asyncio.sleep(0.01)
    gone.cancel()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await gone
    await tally.write(add, "Mireille")
    assert await tally.read(names) == ["Mireille"]


async def test_a_function_that_raises_stop_iteration_does_not_hang_its_caller(tally: Store) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(tally.write(lambda connection: next(iter(names(connection)))), 5)
    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(tally.read(lambda connection: next(iter(names(connection)))), 5)


async def test_a_closed_store_is_away(database: Database) -> None:
    store = database.store()
    await store.open()
    await store.close()
    with pytest.raises(StoreAway):
        await store.write(add, "Paul")
    with pytest.raises(StoreAway):
        await store.read(names)
