"""Files of messages lie on the machine that fetched them, and each machine removes its own."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mboa.storage import erasure
from mboa.storage.media_shelf import MediaShelf
from mboa.storage.store import Connection
from mboa.wiring import Mboa, Role, build
from mboa.work import media
from tests.city import City, settings_for
from tests.engines import Database, HandClock, eventually

OLD = 1_700_000_000.0


@asynccontextmanager
async def machine(database: Database, role: Role, folder: Path, *note: int) -> AsyncIterator[Mboa]:
    """A process of this role on a machine of its own, on whose disk files of these messages lie."""
    settings = settings_for(database).model_copy(update={"data_dir": folder, "backup_every_hours": 0})
    mboa = build(settings, frozenset({role}))
    for number in note:
        keep(folder, number, mboa)
    await mboa.start()
    yield mboa
    await mboa.stop()


def keep(folder: Path, number: int, mboa: Mboa) -> None:
    """A file of this message."""
    keys = mboa.office.store._opening.keys  # type: ignore[attr-defined]
    MediaShelf(folder / media.FOLDER).put((number, f"voix-{number}"), b"OggS", keys)


def kept(folder: Path) -> list[int]:
    """The messages whose files are there."""
    return MediaShelf(folder / media.FOLDER).ids()


async def test_web_and_worker_each_remove_what_lies_with_them(
    postgresql_database: Database, clock: HandClock, tmp_path: Path
) -> None:
    city = City(postgresql_database, clock)
    await city.open()
    for number in (1, 2):
        await city.post(city.double.voice(city.client("Mireille", f"+23767700000{number}").address, f"voix-{number}"))
    await city.settle()
    notes = await city.rows("SELECT id, contact_id FROM v_messages WHERE direction = 'in' ORDER BY id")
    await city.mboa.office.store.write(erasure.erase, notes[0]["contact_id"])
    await city.close()
    ids = [row["id"] for row in notes]
    for role in ("web", "worker"):
        folder = tmp_path / role
        async with machine(postgresql_database, role, folder, *ids):

            async def swept(folder: Path = folder) -> bool:
                return kept(folder) == ids[1:]

            await eventually(swept)


async def test_it_goes_on_sweeping(city: City) -> None:
    folder = city.settings.data_dir
    sweeping = media.Sweeping(city.mboa.office, media.open_shelf(city.settings), every_seconds=0.05)
    sweeping.start()

    def put(conn: Connection) -> None:
        MediaShelf(folder / media.FOLDER).put((77, "voix"), b"OggS", conn.keys)

    async def empty() -> bool:
        return kept(folder) == []

    await city.mboa.office.store.read(put)
    await eventually(empty)
    await sweeping.stop()


async def test_what_a_dead_process_left_half_written_goes(city: City) -> None:
    folder = city.settings.data_dir / media.FOLDER
    folder.mkdir()
    for name in (".5.99", ".6.99"):
        (folder / name).write_bytes(b"half a sealed voice")
    os.utime(folder / ".5.99", (OLD, OLD))
    await media.sweep(city.mboa.office, media.open_shelf(city.settings))
    assert [one.name for one in folder.iterdir()] == [".6.99"]
