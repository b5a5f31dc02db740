"""Cameroon has no summer time, and a rented server may stand anywhere: the tests of time end the same in every zone."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OF_TIME = (
    "tests/journeys/test_four_scenarios.py",
    "tests/journeys/test_timers.py",
    "tests/understanding/test_times.py",
    "tests/notifications",
    "tests/storage/test_engines.py",
    "tests/storage/test_sql.py",
)
# West and half an hour odd, east and with a summer time: not Douala, not UTC.
ZONES = ("Europe/Paris", "America/St_Johns")


@pytest.mark.parametrize("zone", ZONES)
def test_the_tests_of_time_end_the_same(zone: str) -> None:
    # A cluster of its own: the one of these tests is not the other process's to stop.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MBOA_TEST", "PYTEST_", "COV"))}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *OF_TIME]
    done = subprocess.run(command, cwd=ROOT, env={**env, "TZ": zone}, capture_output=True, text=True, check=False)
    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.returncode == 0, done.stdout[-3_000:]
    assert passed is not None
    assert int(passed[1]) > 100
