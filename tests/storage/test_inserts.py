"""Many rows in one INSERT: what is kept is what row by row would have kept."""

from datetime import UTC, datetime, timedelta

import pytest

from mboa.storage.inserts import insert_of
from mboa.storage.store import Connection, Row, Store
from tests.storage.tally import add

MORNING = datetime(2026, 11, 23, 8, tzinfo=UTC)


def rows(number: int) -> list[Row]:
    return [
        {"name": f"100 % {n:03}", "n": n, "seen": MORNING + timedelta(seconds=n) if n % 3 else None}
        for n in range(number)
    ]


@pytest.mark.parametrize("number", [0, 1, 3, 4, 7, 16, 23, 70])
async def test_each_row_is_kept_once_whatever_their_number(tally: Store, number: int) -> None:
    def keep(connection: Connection) -> tuple[int, list[Row]]:
        add(connection, "100 % 002")
        sql = "INSERT INTO tally (seen_at, name, n) VALUES (:seen, :name, :n) ON CONFLICT DO NOTHING"
        twice = [*rows(number), *rows(number)]
        return connection.many(sql, twice), connection.all("SELECT name, n, seen_at FROM tally ORDER BY name")

    changed, found = await tally.write(keep)
    expected = [{"name": row["name"], "n": row["n"], "seen_at": row["seen"]} for row in rows(number)]
    known = {"name": "100 % 002", "n": 0}
    assert changed == (number if number < 3 else number - 1)
    assert [{**row, **known, "seen_at": None} if row["name"] == known["name"] else row for row in expected] == (
        [{**row, "seen_at": None} if row["name"] == known["name"] else row for row in found][: len(expected)]
    )


async def test_what_stands_beside_the_values_is_meant_for_each_row(tally: Store) -> None:
    def keep(connection: Connection) -> list[Row]:
        sql = "INSERT INTO tally (name, n) VALUES (LOWER(:name) || ' :n %', (SELECT COUNT(*) FROM tally) + :n::integer)"
        connection.many(sql, [{"name": letter, "n": 10} for letter in "ABCDE"])
        return connection.all("SELECT name, n FROM tally ORDER BY name")

    found = await tally.write(keep)
    assert [row["name"] for row in found] == [f"{letter} :n %" for letter in "abcde"]
    assert all(row["n"] >= 10 for row in found)


async def test_a_time_without_a_zone_is_refused_among_many(tally: Store) -> None:
    def keep(connection: Connection) -> None:
        naive = [{"name": str(n), "seen": datetime(2026, 11, 23)} for n in range(5)]  # noqa: DTZ001
        connection.many("INSERT INTO tally (name, seen_at) VALUES (:name, :seen)", naive)

    with pytest.raises(ValueError, match="zone"):
        await tally.write(keep)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tally SET n = :n WHERE name = :name",
        "INSERT INTO tally (name) VALUES (:name) RETURNING n",
        "INSERT INTO tally (name) VALUES (:name) ON CONFLICT (name) DO UPDATE SET n = tally.n + 1",
        "INSERT INTO tally (name) SELECT :name FROM tally",
        "INSERT INTO tally (name) VALUES (:name",
    ],
)
def test_what_has_another_shape_is_run_row_by_row(sql: str) -> None:
    assert insert_of(sql, "?") is None
