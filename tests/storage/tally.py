"""Transaction functions on the table ``tally``."""

from mboa.storage.store import Connection


class Refused(Exception):
    """What a transaction function raises in these tests."""


def add(connection: Connection, name: str, n: int = 0) -> None:
    connection.run("INSERT INTO tally (name, n, seen_at) VALUES (:name, :n, :now)", name=name, n=n, now=connection.now)


def add_and_fail(connection: Connection, name: str) -> None:
    add(connection, name)
    connection.wake("outbox")
    raise Refused(name)


def count_one(connection: Connection, name: str) -> None:
    """Read, then write: only a row lock (or the one writer) keeps two of these from losing a step."""
    row = connection.one("SELECT n FROM tally WHERE name = :name FOR UPDATE", name=name)
    assert row is not None
    connection.run("UPDATE tally SET n = :n WHERE name = :name", n=row["n"] + 1, name=name)


def names(connection: Connection) -> list[str]:
    return [row["name"] for row in connection.all("SELECT name FROM tally ORDER BY name")]


def value(connection: Connection, name: str) -> int:
    row = connection.one("SELECT n FROM tally WHERE name = :name", name=name)
    assert row is not None
    return int(row["n"])
