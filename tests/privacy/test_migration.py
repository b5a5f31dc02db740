"""A house that kept its numbers readable is migrated: everything works as before, and nothing readable is left."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from mboa.storage.migrate import MIGRATIONS, migrate, schema_version
from mboa.storage.sqlite_file import connect
from mboa.storage.store import WrongKeys
from tests.admin.stage import at_desk
from tests.city import City
from tests.engines import KEYS, Database, HandClock
from tests.postgres_cluster import Cluster, create_database, drop_database
from tests.privacy.traces import everything_in, traces_of

MIREILLE, SISTER, TOTP = "+237677000041", "+237655443322", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AT = "2026-11-20T08:00:00.000000Z"
FILLED = (
    f"INSERT INTO contacts (name, channel, created_at, last_inbound_at) "
    f"VALUES ('Mireille 655443322', 'whatsapp', '{AT}', '{AT}')",
    f"INSERT INTO identities (contact_id, channel, scheme, value, created_at) "
    f"VALUES (1, 'any', 'phone', '{MIREILLE}', '{AT}'), (1, 'any', 'dial', '{SISTER}', '{AT}')",
    f"INSERT INTO messages (direction, channel, contact_id, kind, text, body_json, understood_json, status, created_at)"
    f" VALUES ('in', 'whatsapp', 1, 'text', 'appelez le 6 55 44 33 22', '{{}}', '{{\"problem\":\"655443322\"}}', "
    f"'understood', '{AT}'), ('in', 'whatsapp', NULL, 'unreadable', '', '{{\"raw\":\"from 237655443322\"}}', NULL, "
    f"'parked', '{AT}'), ('in', 'whatsapp', 1, 'text', 'bonjour', '{{}}', NULL, 'understood', '{AT}')",
    f"INSERT INTO requests (client_id, status, service, problem, token, created_at, confirmed_at) "
    f"VALUES (1, 'pending', 'plumbing', 'fuite, 655443322', 'token', '{AT}', '{AT}')",
    f"INSERT INTO events (happened_at, name, contact_id, actor, data_json) "
    f"VALUES ('{AT}', 'feedback_received', 1, 'client', '{{\"comment\":\"655443322\"}}')",
    f"INSERT INTO accounts (email, role, totp_secret, created_at) VALUES ('awa@mboa.test', 'owner', '{TOTP}', '{AT}')",
    f"INSERT INTO saved_filters (account_id, name, query, created_at) VALUES (1, 'une', 'q=655443322', '{AT}')",
    "INSERT INTO names (word, contact_id) VALUES ('mireille', 1), ('655443322', 1)",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A filled database of the version before numbers were sealed."""
    versions = tmp_path / "versions"
    versions.mkdir()
    for number in range(1, 9):
        (file,) = (MIGRATIONS / "versions").glob(f"v{number:04}_*.py")
        shutil.copy(file, versions)
    if request.param == "sqlite":
        path = tmp_path / "mboa.db"
        migrate("sqlite", path, versions)
        with closing(connect(path, write=True)) as db:
            for statement in FILLED:
                db.execute(statement)
        yield Database("sqlite", str(path))
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = create_database(cluster, f"before_{tmp_path.name}"[:60].lower())
    migrate("postgresql", url, versions)
    with closing(psycopg.connect(url, autocommit=True)) as server:
        for statement in FILLED:
            server.execute(statement.encode())
    yield Database("postgresql", url)
    drop_database(cluster, url.rsplit("/", 1)[1])


def test_nothing_readable_is_left(before: Database) -> None:
    assert len(traces_of(before, SISTER, MIREILLE)) == 3
    assert migrate(before.dialect, before.address, keys=KEYS)[0] == "0009_sealed"
    assert traces_of(before, SISTER, MIREILLE) == []
    assert TOTP not in everything_in(before)


def test_without_keys_nothing_is_changed(before: Database) -> None:
    with pytest.raises(WrongKeys, match="MBOA_SECRET_KEY is needed"):
        migrate(before.dialect, before.address)
    assert schema_version(before.dialect, before.address) == "0008"
    assert len(traces_of(before, SISTER, MIREILLE)) == 3


async def test_everything_works_as_before(before: Database, clock: HandClock) -> None:
    migrate(before.dialect, before.address, keys=KEYS)
    city = City(before, clock)
    await city.open()
    try:
        await city.client("Mireille", MIREILLE).writes("STATUT")
        await city.client("Jean").writes("Bonjour")
        assert [row["id"] for row in await city.rows("SELECT id FROM v_contacts ORDER BY id")] == [1, 2]
        async with at_desk(city) as desk:
            shown = (await desk.get("/admin/conversations/1")).json()
            assert shown["messages"][0]["text"] == "appelez le 6 55 44 33 22"
            assert "237655443322" in (await desk.get("/admin/parked/2")).json()["raw"]
            assert (await desk.get("/admin/requests/1")).json()["request"]["problem"] == "fuite, 655443322"
            assert len((await desk.get("/admin/conversations", params={"q": SISTER})).json()["items"]) == 1
    finally:
        await city.close()
