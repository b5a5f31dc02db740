"""Making backups: proven before they bear their name, whatever happens on the way."""

import asyncio
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from mboa.keyring import Keyring
from mboa.operations.backup import BadBackup, CannotBackUp, finished, keep_newest, make, source, verify
from mboa.storage import backup_postgres
from mboa.storage.backup_scratch import Stopped, Watch, scratch
from mboa.storage.sqlite_file import connect
from tests.backup.stage import back_up, house
from tests.city import NEED, City
from tests.engines import KEYS, Database
from tests.postgres_cluster import Cluster


def test_a_backup_is_proven_by_a_restore_and_leaves_nothing_else(database: Database, tmp_path: Path) -> None:
    made = back_up(database, tmp_path)
    assert (made.proof, made.header.engine) == ("restored", database.dialect)
    assert [file.name for file in (tmp_path / "backups").iterdir()] == [made.file.name]
    assert made.file.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob(".mboa-scratch*"))


async def test_what_is_counted_is_what_was_there(city: City, tmp_path: Path) -> None:
    await city.client("Mireille").writes(NEED)
    made = await asyncio.to_thread(back_up, city.database, tmp_path)
    assert made.header.rows["contacts"] == made.header.rows["requests"] == 1
    assert made.header.rows["messages"] == 2
    assert b"Mireille" not in made.file.read_bytes()


def test_verify_tells_a_good_file_from_a_bad_one(database: Database, tmp_path: Path) -> None:
    made, settings = back_up(database, tmp_path), house(database, tmp_path)
    assert verify(made.file, settings, KEYS, Watch()).proof == "restored"
    spoilt = tmp_path / "spoilt.backup"
    for at in (100, made.bytes // 2, made.bytes - 1):
        content = bytearray(made.file.read_bytes())
        content[at] ^= 1
        spoilt.write_bytes(content)
        with pytest.raises(BadBackup):
            verify(spoilt, settings, KEYS, Watch())
    with pytest.raises(BadBackup, match="give the secret key"):
        verify(made.file, settings, Keyring(["the secret of somebody else's house"]), Watch())


def test_a_count_that_does_not_fit_is_noticed(database: Database, tmp_path: Path) -> None:
    settings = house(database, tmp_path)
    with source(settings).reading(Watch()) as taken:
        rows = taken.rows
        rows["contacts"] += 1
        content = b"".join(taken.content)
        made = back_up(database, tmp_path)
        with pytest.raises(BadBackup, match="the backup counted"):
            source(settings).prove(
                type(made.header)("", taken.schema, made.header.made_at, "", "", rows), iter([content]), Watch()
            )


def test_where_nothing_can_be_written_it_says_so(database: Database, tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file where the folder should be")
    with pytest.raises(CannotBackUp, match="no backup can be written to"):
        back_up(database, tmp_path)


def test_a_file_has_no_name_before_it_is_proven(database: Database, tmp_path: Path) -> None:
    settings, seen = house(database, tmp_path), set[str]()

    class Looking(Watch):
        def show(self, what: str, share: float) -> None:
            seen.update({what, *(file.name for file in settings.backups.glob("mboa*"))})

    make(source(settings), settings.backups, KEYS, Looking())
    assert "proving" in seen
    assert not [name for name in seen if name.startswith("mboa-")]


def test_told_to_stop_it_leaves_nothing(database: Database, tmp_path: Path) -> None:
    watch, settings = Watch(), house(database, tmp_path)
    watch.stop()
    with pytest.raises(Stopped):
        make(source(settings), settings.backups, KEYS, watch)
    assert list((tmp_path / "backups").iterdir()) == []


def test_only_the_newest_are_kept(database: Database, tmp_path: Path) -> None:
    made = [back_up(database, tmp_path).file for _ in range(3)]
    other = tmp_path / "backups" / "mboa-old.txt"
    other.write_text("somebody's notes")
    assert keep_newest(tmp_path / "backups", 2) == made[:1]
    assert finished(tmp_path / "backups") == made[:0:-1]
    assert other.exists()


def test_what_the_dead_left_is_cleared_away_and_the_living_are_left_alone(tmp_path: Path) -> None:
    with scratch(tmp_path) as mine:
        (mine / "part").write_text("half a backup")
        shutil.copytree(mine, tmp_path / ".mboa-scratch-of-the-dead")
        with scratch(tmp_path) as other:
            assert mine.exists()
            assert other.exists()
            assert not (tmp_path / ".mboa-scratch-of-the-dead").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_scratch_database_left_behind_is_dropped(
    postgresql_database: Database, cluster: Cluster, tmp_path: Path
) -> None:
    with backup_postgres._connected(cluster.url()) as db:
        db.execute("CREATE DATABASE mboa_scratch_ofthedead")
        back_up(postgresql_database, tmp_path)
        left = db.execute("SELECT datname FROM pg_database WHERE datname LIKE 'mboa_scratch_%'").fetchall()
    assert left == []


def test_without_the_right_to_create_it_is_read_back(
    postgresql_database: Database, cluster: Cluster, tmp_path: Path
) -> None:
    add = (
        "INSERT INTO contacts (channel, name, created_at) VALUES ('whatsapp', 'Awa', now()), ('whatsapp', 'Bih', now())"
    )
    with backup_postgres._connected(postgresql_database.address) as db:
        db.execute(add)
    made, url = back_up(postgresql_database, tmp_path), postgresql_database.address
    with backup_postgres._connected(cluster.url()) as db:
        db.execute("DROP ROLE IF EXISTS paul")
        db.execute("CREATE ROLE paul LOGIN NOCREATEDB")
    humble = house(Database("postgresql", url.replace("mboa@", "paul@")), tmp_path)
    assert verify(made.file, humble, KEYS, Watch()).proof == "read"


def test_a_missing_or_old_pg_dump_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotBackUp, match=r"pg_dump is version .* and the server 99: install postgresql-client-99"):
        backup_postgres.tool("pg_dump", 99)
    with pytest.raises(CannotBackUp, match="pg_nonsense is not on the PATH: install postgresql-client-15"):
        backup_postgres.tool("pg_nonsense", 15)


def test_the_password_is_on_no_command_line() -> None:
    told = backup_postgres.environment("postgresql://mboa:geheim@db.test:5433/douala?sslmode=require")
    wanted = {"PGUSER": "mboa", "PGPASSWORD": "geheim", "PGHOST": "db.test", "PGPORT": "5433", "PGDATABASE": "douala"}
    assert told == {**wanted, "PGSSLMODE": "require"}


def test_what_is_written_while_it_copies_is_not_in_it(sqlite_database: Database, tmp_path: Path) -> None:
    fill = "INSERT INTO contacts (channel, name, created_at) VALUES ('whatsapp', printf('%.*c', ?, 'x'), '2026')"
    with closing(connect(Path(sqlite_database.address), write=True)) as db:
        db.execute(fill, (9_000_000,))  # more pages than are copied at a time

        class Busy(Watch):
            def show(self, what: str, share: float) -> None:
                if what == "copying" and db.execute("SELECT COUNT(*) FROM contacts").fetchone() == (1,):
                    db.execute(fill, (10,))

        made = make(source(house(sqlite_database, tmp_path)), tmp_path / "backups", KEYS, Busy())
        assert made.header.rows["contacts"] == 1
        assert db.execute("SELECT COUNT(*) FROM contacts").fetchone() == (2,)
