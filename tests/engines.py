"""Both engines for the tests: a fresh, migrated database each time, and a clock one can set.

A test that takes ``store`` runs twice, on SQLite and on PostgreSQL. The template is migrated once per session; each
test works on a copy of it.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from mboa.keyring import Keyring
from mboa.storage.migrate import migrate
from mboa.storage.postgres import PostgresStore
from mboa.storage.sealing import PERSONAL
from mboa.storage.sqlite import SqliteStore
from mboa.storage.store import Store
from tests.postgres_cluster import Cluster, NoPostgres, create_database
from tests.postgres_spares import Spares

_FOLDER = "MBOA_TEST_CLUSTER"
_WITHOUT = "MBOA_TEST_WITHOUT_POSTGRES"
_TEMPLATE = "mboa_template"
# The secret of every house in the tests, and its keys.
HOUSE_SECRET = "the secret of the houses of the tests and of all benches"
KEYS = Keyring([HOUSE_SECRET])


def lookup(address: str) -> str:
    """What an address is found by in the houses of the tests."""
    return KEYS.index(address, PERSONAL)


def sealed(address: str) -> dict[str, str]:
    """The columns of an address in the houses of the tests."""
    return {"sealed": KEYS.seal(address, PERSONAL), "lookup": lookup(address)}


class HandClock:
    """A clock that stands still until it is moved. Monday, 23 November 2026, 09:00 in Douala at first."""

    def __init__(self, moment: datetime = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)) -> None:
        self._moment = moment

    def __call__(self) -> datetime:
        return self._moment

    def now(self) -> datetime:
        """The time it shows (UTC)."""
        return self._moment

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self._moment += timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Show another time, which must have a zone."""
        assert moment.tzinfo is not None
        self._moment = moment.astimezone(UTC)


@dataclass(frozen=True)
class Database:
    """A fresh database: which engine, and where (a file's path or a PostgreSQL URL)."""

    dialect: Literal["sqlite", "postgresql"]
    address: str

    def store(self, clock: HandClock | None = None, *, keyless: bool = False) -> Store:
        """A store on it, not yet opened; ``keyless``: without the keys of the tests."""
        keys = None if keyless else KEYS
        if self.dialect == "sqlite":
            return SqliteStore(Path(self.address), clock, keys=keys)
        return PostgresStore(self.address, clock, keys=keys)


def pytest_configure(config: pytest.Config) -> None:
    """Name the cluster's folder before test processes are started: they inherit it."""
    if _is_first(config) and _FOLDER not in os.environ:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a killed session, too, stops its cluster
        os.environ[_FOLDER] = tempfile.mkdtemp(prefix="mboa-pg-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster, however the session ended."""
    if _is_first(config) and (folder := os.environ.pop(_FOLDER, None)):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        Cluster(Path(folder)).stop()


def _is_first(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The session's PostgreSQL, with its migrated template. Fails when there is none, unless told to do without."""
    if os.environ.get(_WITHOUT) == "1":
        pytest.skip(f"{_WITHOUT}=1: not run on PostgreSQL")
    cluster = Cluster(Path(os.environ[_FOLDER]))
    try:
        cluster.start(prepare=_make_template)
    except NoPostgres as error:
        pytest.fail(f"{error} ({_WITHOUT}=1 runs the tests on SQLite alone)")
    return cluster


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "mboa.db"
    migrate("sqlite", path)
    return path


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Database:
    """A fresh SQLite database."""
    return Database("sqlite", str(shutil.copy(sqlite_template, tmp_path / "mboa.db")))


@pytest.fixture(scope="session")
def spares(cluster: Cluster) -> Spares:
    """The PostgreSQL databases of this test process."""
    return Spares(cluster, _TEMPLATE)


@pytest.fixture
def postgresql_database(cluster: Cluster, spares: Spares) -> Iterator[Database]:
    """A fresh PostgreSQL database."""
    name = spares.take()
    yield Database("postgresql", cluster.url(name))
    spares.give_back(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database of each engine in turn."""
    made: Database = request.getfixturevalue(f"{request.param}_database")
    return made


@pytest.fixture
async def store(database: Database, clock: HandClock) -> AsyncIterator[Store]:
    """An open store of each engine in turn, on a fresh database, under the hand-held clock."""
    store = database.store(clock)
    await store.open()
    yield store
    await store.close()


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 5.0) -> None:
    """Wait until ``condition`` holds, looking every 20 ms; fails after ``seconds``."""
    for _ in range(int(seconds / 0.02)):
        if await condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"not so within {seconds} s: {condition}")


def _make_template(cluster: Cluster) -> None:
    migrate("postgresql", create_database(cluster, _TEMPLATE))
