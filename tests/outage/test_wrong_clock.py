"""A worker on a machine whose clock is wrong: on PostgreSQL, deadlines are the server's, written and compared."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mboa.storage import roster
from mboa.storage.roster import Entry
from mboa.storage.store import Connection, Row
from tests.city import NEED
from tests.engines import Database, eventually
from tests.processes import Meta, Process

# Python, started with this, is told a time so many seconds ahead of the truth.
WRONG_CLOCK = """
import datetime, time
wrong, true_time = datetime.timedelta(seconds={seconds}), time.time
class Datetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + wrong
datetime.datetime = Datetime
time.time = lambda: true_time() + {seconds}
"""
SIX_HOURS = 6 * 3600
TIMEOUT = timedelta(seconds=4)
CLIENT = "+237677000001"
OFFERS = "SELECT status, offered_at, expires_at, answered_at FROM v_offers ORDER BY position"


def wrong_clock(folder: Path, seconds: int) -> dict[str, str]:
    """The environment of a Python whose wall clock is so many seconds ahead."""
    (folder / "sitecustomize.py").write_text(WRONG_CLOCK.format(seconds=seconds), encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join((str(folder), os.environ.get("PYTHONPATH", "")))}


def offers(conn: Connection) -> tuple[datetime, list[Row]]:
    """The server's time, and every offer."""
    return conn.now, conn.all(OFFERS)


@pytest.mark.parametrize("seconds", [SIX_HOURS, -SIX_HOURS])
async def test_a_deadline_rings_by_the_servers_clock(
    postgresql_database: Database, tmp_path: Path, seconds: int
) -> None:
    eye = postgresql_database.store()
    await eye.open()
    for name, phone in (("Paul", "+237699000001"), ("Awa", "+237699000002")):
        await eye.write(roster.enter, Entry(name, phone, ("plumbing",), ("bonamoussadi",)), "whatsapp")
    with Meta() as meta:
        timeout = {"MBOA_OFFER_TIMEOUT_SECONDS": str(TIMEOUT.total_seconds())}
        web = Process(postgresql_database, meta, "web")
        worker = Process(postgresql_database, meta, "worker", **wrong_clock(tmp_path, seconds), **timeout)
        web.start()
        worker.start()
        began, _ = await eye.read(offers)
        for count, words in enumerate((NEED, "OUI"), start=1):

            async def answered(count: int = count) -> bool:
                return len(meta.double.phone(CLIENT)) >= count

            web.post(meta.double.text(CLIENT, words))
            await eventually(answered, 30)

        async def passed_on() -> bool:
            return len((await eye.read(offers))[1]) == 2

        await eventually(passed_on, 30)
        ended, (first, second) = await eye.read(offers)
    await eye.close()
    assert (first["status"], second["status"]) == ("expired", "open")
    assert began <= first["offered_at"] <= first["answered_at"] <= second["offered_at"] <= ended
    assert first["answered_at"] >= first["expires_at"] >= first["offered_at"] + TIMEOUT
