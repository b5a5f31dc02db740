"""Health and the page of figures know how the house stands with its backups."""

from datetime import timedelta
from typing import Any

import pytest

from mboa.storage import backups, chores
from mboa.storage.pulse import beat
from mboa.storage.store import Connection
from tests.city import City

DAY = 24 * 3600.0
MADE = {"file": "mboa-x.backup", "proof": "restored", "bytes": 1000, "seconds": 1.0, "hook_error": None}


def daily(conn: Connection, every: float = DAY) -> None:
    """The house backs itself up every day."""
    chores.enter(conn, {backups.CHORE: every, backups.PLACE: 4.0})


def made(conn: Connection, /, **changes: Any) -> None:
    """A backup was made just now."""
    backups.record(conn, {**MADE, "made": conn.now, **changes})


def failed(conn: Connection, name: str) -> None:
    """One of the two chores failed."""
    conn.run("UPDATE chores SET held_by = 'w' WHERE name = :name", name=name)
    chores.failed(conn, name, "w", "no space left on the disk")


async def asked(city: City) -> tuple[int, str, str]:
    """Status code, status and what is said of the backup."""
    await city.mboa.office.store.write(beat, "w1")
    answer = await city.web.get("/health/ready")
    return answer.status_code, answer.json()["status"], answer.json()["checks"]["backup"]


async def test_it_is_late_after_one_and_a_half_periods(city: City) -> None:
    store = city.mboa.office.store
    assert await asked(city) == (200, "ok", "off")
    await store.write(daily)
    assert await asked(city) == (200, "ok", "ok")
    city.clock.advance(1.6 * DAY)
    assert await asked(city) == (200, "degraded", "late")
    await store.write(made)
    city.clock.advance(1.4 * DAY)
    assert await asked(city) == (200, "ok", "ok")
    city.clock.advance(0.2 * DAY)
    assert await asked(city) == (200, "degraded", "late")


@pytest.mark.parametrize("chore", [backups.CHORE, backups.PLACE])
async def test_a_failure_shows_at_once_and_until_it_is_over(city: City, chore: str) -> None:
    store = city.mboa.office.store
    await store.write(daily)
    await store.write(failed, chore)
    assert await asked(city) == (200, "degraded", "failed")
    await store.write(lambda conn: conn.run("UPDATE chores SET held_by = 'w'"))
    await store.write(chores.done, chore, "w")
    assert await asked(city) == (200, "ok", "ok")


async def test_a_copy_that_went_nowhere_shows(city: City) -> None:
    await city.mboa.office.store.write(daily)
    await city.mboa.office.store.write(made, hook_error="rclone ended with code 1")
    assert await asked(city) == (200, "degraded", "failed")


async def test_ages_are_told_and_no_reason_is(city: City) -> None:
    store = city.mboa.office.store
    await store.write(daily)
    await store.write(made)
    await store.write(failed, backups.PLACE)
    city.clock.advance(90)
    answer = await city.web.get("/health/ready")
    assert answer.json()["details"]["backup_seconds"] == answer.json()["details"]["backup_verified_seconds"] == 90
    assert "space" not in answer.text


async def test_late_work_is_still_a_503(city: City) -> None:
    def wait(conn: Connection) -> None:
        due_at = conn.now - timedelta(seconds=11)
        conn.run(
            "INSERT INTO messages (direction, channel, kind, status, due_at, created_at) "
            "VALUES ('out', 'whatsapp', 'text', 'queued', :due, :due)",
            due=due_at,
        )

    await city.mboa.office.store.write(wait)
    assert (await asked(city))[:2] == (503, "degraded")
