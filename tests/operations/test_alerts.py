"""Alerts: once when it goes wrong, once when it is right again, a reminder every six hours, never twice."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from pydantic import SecretStr

from mboa.operations.alert_signs import Trouble, disk_troubles
from mboa.operations.alerts import Alerts
from mboa.storage import chores
from mboa.storage.store import Connection
from tests.city import NEED, City

BOSS = "+237699123456"
HOUR = 3600.0


class Operator:
    """Whoever is alerted: by a webhook whose answers can be chosen, and by phone."""

    def __init__(self, city: City, *, phone: str = "", tmp: Path | None = None) -> None:
        self.city, self.heard, self.status = city, list[dict[str, Any]](), 200
        settings = city.settings.model_copy(update={
            "alert_webhook": SecretStr("https://hooks.test/secret-part"), "alert_phone": phone, "backup_dir": str(tmp),
        })  # fmt: skip
        self.alerts = Alerts(settings, city.mboa.office, httpx2.MockTransport(self._hook))

    def _hook(self, asked: httpx2.Request) -> httpx2.Response:
        if self.status == 200:
            self.heard.append(orjson.loads(asked.content))
        if self.status == 0:
            raise httpx2.ConnectError("nobody is at https://hooks.test/secret-part")
        return httpx2.Response(self.status)

    async def after(self, **duration: float) -> list[str]:
        """What he has heard by then, all in all: names and states."""
        self.city.clock.advance(
            sum(seconds * {"minutes": 60, "hours": HOUR}[unit] for unit, seconds in duration.items())
        )
        await self.alerts.look()
        await self.alerts.post()
        return [f"{told['alert']} {told['state']}" for told in self.heard]


def fail_backup(conn: Connection, reason: str | None) -> None:
    """The backup fails, or (``None``) goes well again."""
    chores.enter(conn, {"backup": 24 * HOUR})
    conn.run("UPDATE chores SET held_by = 'w' WHERE name = 'backup'")
    if reason is None:
        chores.done(conn, "backup", "w")
    else:
        chores.failed(conn, "backup", "w", reason)


async def test_told_once_reminded_every_six_hours_and_told_when_it_is_over(city: City) -> None:
    operator, store = Operator(city), city.mboa.office.store
    await store.write(fail_backup, "no space left on the disk")
    assert await operator.after() == ["backup_failed began"]
    assert operator.heard[0]["text"] == "Mboa : la sauvegarde a échoué (no space left on the disk)"
    assert operator.heard[0]["since"] == "2026-11-23T08:00:00Z"
    assert len(await operator.after(hours=5)) == 1
    assert (await operator.after(hours=1))[1:] == ["backup_failed goes_on"]
    await store.write(fail_backup, None)
    assert len(await operator.after()) == 2, "it may come back at once"
    assert (await operator.after(minutes=1))[2:] == ["backup_failed ended"]
    assert len(await operator.after(hours=7)) == 3


async def test_trouble_that_comes_and_goes_is_told_once(city: City) -> None:
    operator, store = Operator(city), city.mboa.office.store
    for _ in range(5):
        await store.write(fail_backup, "pg_dump failed")
        await operator.after(minutes=0.5)
        await store.write(fail_backup, None)
        await operator.after(minutes=0.5)
    assert await operator.after() == ["backup_failed began"]


async def test_many_workers_tell_it_once(city: City) -> None:
    operator = Operator(city, phone=BOSS)
    await city.mboa.office.store.write(fail_backup, "no space")
    await asyncio.gather(*(operator.alerts.look() for _ in range(12)))
    await city.settle()
    assert await operator.after() == ["backup_failed began"]
    assert len(city.double.phone(BOSS)) == 1


async def test_the_phone_gets_the_approved_template(city: City) -> None:
    operator = Operator(city, phone=BOSS)
    await city.mboa.office.store.write(fail_backup, "no space")
    await operator.after()
    await city.settle()
    assert "la sauvegarde a échoué (no space)" in city.double.phone(BOSS)[-1].text
    assert city.double.log[-1]["payload"]["template"]["name"] == "operator_alert"


@pytest.mark.parametrize("status", [0, 302, 500])
async def test_a_receiver_that_is_away_hears_of_it_when_it_is_back(
    city: City, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    operator = Operator(city)
    operator.status = status
    await city.mboa.office.store.write(fail_backup, "no space")
    assert await operator.after() == []
    operator.status = 200
    assert await operator.after(minutes=1) == ["backup_failed began"]
    assert await operator.after(minutes=20) == ["backup_failed began"]
    assert "secret-part" not in caplog.text


async def test_a_queue_that_grows_old_is_told(city: City) -> None:
    operator, mireille = Operator(city), city.client("Mireille")
    await city.post(city.double.text(mireille.address, NEED))
    assert await operator.after(minutes=1) == []
    assert await operator.after(minutes=2) == ["inbox_old began"]
    await city.mboa.crew.loops["inbox"].step()
    assert await operator.after(minutes=3) == ["inbox_old began", "outbox_old began"]


async def test_sends_that_fail_are_told(city: City) -> None:
    def note(conn: Connection) -> None:
        for _ in range(10):
            conn.run(
                "INSERT INTO events (happened_at, name, actor) VALUES (:now, 'message_failed', 'system')", now=conn.now
            )

    operator = Operator(city)
    await city.mboa.office.store.write(note)
    assert await operator.after() == ["sends_failing began"]


async def test_a_line_that_stays_shut_is_told(city: City) -> None:
    operator = Operator(city)
    await city.mboa.office.store.write(
        lambda conn: conn.run("INSERT INTO lines (channel, closings) VALUES ('whatsapp', 5)")
    )
    assert await operator.after() == ["channel_paused began"]
    assert operator.heard[0]["details"] == {"channel": "whatsapp"}


@pytest.mark.parametrize(
    ("hour", "days", "told"), [(11, 7, True), (11, 4, True), (11, 3, False), (9, 7, False), (21, 7, False)]
)
async def test_silence_in_daytime_is_told_where_people_usually_write(
    city: City, hour: int, days: int, told: bool
) -> None:
    operator = Operator(city)
    for day in range(16, 16 + days):
        city.clock.set(datetime(2026, 11, day, hour - 2, tzinfo=UTC))
        await city.client(f"Awa {day}").writes(NEED)
    city.clock.set(datetime(2026, 11, 23, hour - 1, 30, tzinfo=UTC))
    assert ("silence began" in await operator.after()) is told


def test_the_fullest_disk_is_told() -> None:
    disks = {Path("/data"): (100_000_000_000, 0, 5_000_000_001), Path("/backups"): (50_000_000_000, 0, 1_000_000_000)}

    def ask(folder: Path) -> tuple[int, int, int]:
        if folder not in disks:
            raise FileNotFoundError(folder)
        return disks[folder]

    assert disk_troubles([Path("/data"), Path("/not-there")], ask) == []
    assert disk_troubles(list(disks), ask) == [Trouble("disk_full", {"percent": 98, "free_mb": 1000})]
    disks[Path("/data")] = (100_000_000_000, 0, 5_000_000_000)
    assert disk_troubles([Path("/data")], ask) == [Trouble("disk_full", {"percent": 95, "free_mb": 5000})]
    assert disk_troubles([Path("/proc")]) == []
