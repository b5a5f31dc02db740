"""Backups and restores in the tests, and what the restored house did."""

from pathlib import Path
from typing import Any

from mboa.operations.backup import Made, make, source
from mboa.operations.restore import restore
from mboa.settings import Settings
from mboa.storage.backup_scratch import Watch
from mboa.storage.quarantine import Held
from mboa.storage.store import Connection
from tests.city import City, settings_for
from tests.engines import KEYS, Database, HandClock


def house(database: Database, folder: Path, **changes: Any) -> Settings:
    """The settings of a house on this database; backups and everything else in ``folder``, if not beside the file."""
    if database.dialect == "postgresql":
        changes.setdefault("data_dir", folder)
    return settings_for(database, **{"backup_dir": str(folder / "backups"), **changes})


def back_up(database: Database, folder: Path) -> Made:
    """A backup, as ``mboa backup`` makes one."""
    settings = house(database, folder)
    return make(source(settings), settings.backups, KEYS, Watch())


def bring_back(made: Made, elsewhere: Database, folder: Path) -> Held:
    """Restore it there, as ``mboa restore`` does."""
    return restore(made.file, house(elsewhere, folder), KEYS, Watch())[0]


async def reopened(elsewhere: Database, clock: HandClock, like: City) -> City:
    """The same city on the restored database, with an empty log; phones know nothing of the new house yet."""
    city = City(elsewhere, clock)
    city.double.names.update(like.double.names)
    await city.open()
    return city


async def rows(city: City, sql: str) -> list[dict[str, Any]]:
    """Ask the tables themselves."""

    def ask(conn: Connection) -> list[dict[str, Any]]:
        return conn.all(sql)

    return await city.mboa.office.store.read(ask)
