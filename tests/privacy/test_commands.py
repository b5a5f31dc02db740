"""``mboa export-data`` and ``mboa forget`` for the operator who is asked: real commands on a real database."""

import json
import subprocess
import sys
from pathlib import Path

from tests.city import NEED, City, settings_for
from tests.engines import Database, HandClock

SPELLING = "6 77 00 00 01"


def mboa(database: Database, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command on this database, with the test's keys."""
    settings = settings_for(database)
    known = {
        "MBOA_DATA_DIR": str(settings.data_dir),
        "MBOA_DATABASE_URL": settings.database_url.get_secret_value(),
        "MBOA_SECRET_KEY": settings.secret_key.get_secret_value(),
        "PATH": str(Path(sys.executable).parent),
    }
    command = [sys.executable, "-m", "mboa", *words]
    return subprocess.run(command, env=known, capture_output=True, text=True, timeout=60, check=False)


async def with_mireille(database: Database, clock: HandClock) -> None:
    """She asked for a plumber, and the system was stopped."""
    city = City(database, clock)
    await city.open()
    mireille = city.client("Mireille")
    for words in (NEED, "OUI"):
        await mireille.writes(words)
    await city.close()


async def test_a_copy_of_everything_is_given(database: Database, clock: HandClock) -> None:
    await with_mireille(database, clock)
    done = mboa(database, "export-data", SPELLING)
    assert done.returncode == 0, done.stderr
    held = json.loads(done.stdout)
    assert held["person"][0]["name"] == "Mireille"
    assert held["addresses"][0]["value"] == "+237677000001"
    assert held["requests"][0]["place_text"] == "Bonamoussadi derrière la pharmacie"
    assert NEED in [message["text"] for message in held["messages"]]


async def test_somebody_is_forgotten(database: Database, clock: HandClock) -> None:
    await with_mireille(database, clock)
    done = mboa(database, "forget", SPELLING, "--yes")
    assert (done.returncode, done.stdout) == (0, "erased\n"), done.stderr
    again = mboa(database, "export-data", SPELLING)
    assert (again.returncode, again.stderr) == (1, "Error: nobody with this number is known\n")


async def test_what_is_no_number_is_wrong_usage(database: Database, clock: HandClock) -> None:
    await with_mireille(database, clock)
    assert mboa(database, "forget", "Mireille", "--yes").returncode == 2


async def test_a_repairer_is_taken_off_the_roster_first(database: Database, clock: HandClock) -> None:
    city = City(database, clock)
    await city.open()
    paul = await city.provider("Paul")
    await city.close()
    done = mboa(database, "forget", paul.address, "--yes")
    assert done.returncode == 1
    assert "off the roster" in done.stderr
