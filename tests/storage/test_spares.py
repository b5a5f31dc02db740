"""The PostgreSQL databases of the tests are used again, and no test finds what another one wrote or changed."""

from contextlib import closing

import psycopg
import pytest

from tests.postgres_spares import Spares

WRITE = "INSERT INTO accounts (email, role, created_at) VALUES ('a@b.cm', 'owner', now()) RETURNING id"


def run(spares: Spares, name: str, command: str) -> object:
    with closing(psycopg.connect(spares.cluster.url(name), autocommit=True)) as conn:
        done = conn.execute(command.encode())
        return done.fetchone() if done.description else None


def test_one_that_is_given_back_is_empty_and_counts_from_one(spares: Spares) -> None:
    name = spares.take()
    first = run(spares, name, WRITE)
    run(spares, name, "UPDATE alembic_version SET version_num = 'none'")
    spares.give_back(name)
    again = spares.take()
    assert (again, run(spares, again, WRITE)) == (name, first)
    assert run(spares, again, "SELECT version_num FROM alembic_version") != ("none",)
    spares.give_back(again)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE accounts ADD COLUMN shoes text",
        "DROP INDEX messages_unread",
        "CREATE TABLE shoes (size int)",
        "ANALYZE accounts",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'UTC'); END $$",
    ],
)
def test_one_that_is_no_longer_as_new_is_not_used_again(spares: Spares, change: str) -> None:
    name = spares.take()
    run(spares, name, WRITE)
    run(spares, name, change)
    spares.give_back(name)
    assert name not in spares.waiting
