"""``mboa doctor``: one line for each thing, 1 when something is wrong, and never a secret."""

import asyncio
import os
import re
import secrets
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mboa.channels.whatsapp.templates import templates
from mboa.commands.ground import Refused
from mboa.commands.report import report
from mboa.doctor.database import _clock, _postgresql, _schema
from mboa.doctor.examination import examine
from mboa.doctor.house import ago, house, shown
from mboa.fake_meta.double import MetaDouble, asgi
from mboa.preflight import Finding
from mboa.settings import Settings
from mboa.storage import pulse
from mboa.wiring import open_store
from tests.engines import Database, HandClock
from tests.processes import Meta, Process

LINE = re.compile(r"(ok  |warn|FAIL) [\w ]+: \S.*")
KEY = secrets.token_urlsafe(48)


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings(database: Database | None = None, **changes: Any) -> Settings:
    """A small house on this database, in the current folder."""
    where: dict[str, Any] = {"data_dir": Path.cwd()}
    if database and database.dialect == "postgresql":
        where["database_url"] = database.address
    return Settings(**where | {"secret_key": KEY} | changes)


async def seen(chosen: Settings, transport: httpx2.AsyncBaseTransport | None = None) -> dict[str, Finding]:
    """What the doctor finds, by name; the gravest where there are several of one."""
    found = await examine(chosen, lambda: open_store(chosen, read_only=True), transport=transport)
    return {one.name: one for one in sorted(found, key=lambda one: ("ok", "warn", "FAIL").index(one.level))}


def test_a_house_before_its_first_start() -> None:
    found = asyncio.run(seen(settings()))
    assert {name: one.level for name, one in found.items() if one.level != "ok"} == {
        "database": "warn",
        "backup": "warn",
    }
    assert not Path("mboa.db").exists()
    assert "at their default" in found["settings"].words


async def test_the_database_is_looked_at(database: Database) -> None:
    found = await seen(settings(database))
    assert found["schema"].level == found["database"].level == "ok"
    assert "answered in" in found["database"].words
    assert found["worker"] == Finding("warn", "worker", "none has ever run on this database")


async def test_a_worker_that_fell_silent_is_noticed(database: Database) -> None:
    store = open_store(settings(database), HandClock(datetime.now(UTC) - timedelta(minutes=7)))
    await store.open()
    await store.write(pulse.beat, "worker-1")
    await store.close()
    silent = (await seen(settings(database)))["worker"]
    assert "the last sign of life is 7 min old" in silent.words
    good = {"env": "production", "channel": "whatsapp"}
    assert (await seen(settings(database, **good)))["worker"].level == "FAIL"


async def test_durability_that_was_switched_off_is_found(postgresql_database: Database) -> None:
    # The tests' own cluster runs without flushes, for speed.
    engine = (await seen(settings(postgresql_database)))["engine"]
    assert engine.level == "FAIL"
    assert engine.words.startswith("fsync, synchronous_commit, full_page_writes off")


def test_a_good_and_an_old_postgresql() -> None:
    good = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "server_version_num": "150020"}
    assert [one.level for one in _postgresql(good)] == ["ok"]
    assert [one.level for one in _postgresql(good | {"server_version_num": "140001"})] == ["FAIL", "ok"]


def test_a_clock_that_is_wrong_is_noticed() -> None:
    before, took = datetime(2026, 11, 23, 8, tzinfo=UTC), timedelta(seconds=1)
    assert _clock(before + timedelta(seconds=0.5), before, took).level == "ok"
    for away in (-3, 5):
        assert _clock(before + timedelta(seconds=away), before, took).level == "warn"


def test_a_file_that_is_no_database(sqlite_database: Database) -> None:
    Path(sqlite_database.address).write_bytes(b"not a database" * 900)
    found = asyncio.run(seen(settings(sqlite_database)))
    assert (found["database"].level, "engine" in found) == ("FAIL", False)


async def test_a_database_that_is_away_is_named_without_its_password() -> None:
    away = (await seen(settings(database_url="postgresql://mboa:canary@127.0.0.1:1/mboa")))["database"]
    assert away.level == "FAIL"
    assert "cannot be reached" in away.words
    assert "canary" not in away.words


@pytest.mark.parametrize(
    ("version", "words"), [(None, "run `mboa migrate`"), ("0001", "run `mboa migrate`"), ("9999", "start a newer one")]
)
def test_a_schema_of_yesterday_and_of_tomorrow(version: str | None, words: str) -> None:
    found = _schema(version)
    assert found.level == "FAIL"
    assert words in found.words


async def test_another_key_does_not_open_the_database(sqlite_database: Database) -> None:
    store = open_store(settings(sqlite_database))
    await store.open()
    await store.close()
    found = await seen(settings(sqlite_database, secret_key=secrets.token_urlsafe(48)))
    assert found["database"].level == "FAIL"
    assert "MBOA_SECRET_KEY" in found["database"].words


@pytest.mark.parametrize(
    ("change", "name", "level"),
    [
        ({"log_file": "{data}/mboa.log"}, "log", "ok"),
        ({"log_file": "/nowhere/mboa.log"}, "log", "FAIL"),
        ({"data_dir": Path("a-file/var")}, "data folder", "FAIL"),
        ({"env": "production"}, "backup", "FAIL"),
        ({}, "time zone", "ok"),
        ({}, "disk", "ok"),
    ],
)
def test_the_house_itself(change: dict[str, Any], name: str, level: str) -> None:
    Path("a-file").touch()
    found = {one.name: one.level for one in house(settings(**change), everything=False)}
    assert found[name] == level


@pytest.mark.parametrize(("hours", "level"), [(5, "ok"), (47, "ok"), (49, "FAIL")])
def test_a_backup_that_was_missed(hours: int, level: str) -> None:
    made = datetime.now(UTC) - timedelta(hours=hours)
    Path("backups").mkdir()
    Path(f"backups/mboa-{made:%Y%m%dT%H%M%S}.000Z.backup").touch()
    found = {one.name: one for one in house(settings(), everything=False)}
    assert found["backup"].level == level
    assert "verified" in found["backup"].words


class Town:
    """The double of Meta behind the doctor's one question."""

    def __init__(self, clock: HandClock) -> None:
        self.double = MetaDouble(clock)
        self.way = httpx2.ASGITransport(asgi(self.double))

    async def seen(self, **changes: Any) -> dict[str, Finding]:
        known: dict[str, Any] = {"whatsapp_phone_id": "1", "whatsapp_token": "t", "whatsapp_account_id": "1"}
        chosen = {"channel": "whatsapp", "whatsapp_api_base": "http://meta/v23.0", **known, **changes}
        return await seen(settings(**chosen), self.way)


async def test_meta_is_asked_once(clock: HandClock) -> None:
    found = await Town(clock).seen()
    assert found["whatsapp"] == Finding("ok", "whatsapp", "Meta knows the number (Mboa, quality green)")
    assert found["templates"] == Finding("ok", "templates", f"{len(templates())} approved")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"whatsapp_phone_id": "77"}, "Meta answered 404, code 100"), ({"whatsapp_token": ""}, "are needed to send")],
)
async def test_meta_does_not_know_us(clock: HandClock, change: dict[str, str], words: str) -> None:
    found = (await Town(clock).seen(**change))["whatsapp"]
    assert found.level == "FAIL"
    assert words in found.words


async def test_nobody_answers_at_meta_s_address() -> None:
    known: dict[str, Any] = {
        "whatsapp_phone_id": "1",
        "whatsapp_token": "canary",
        "whatsapp_api_base": "http://127.0.0.1:1/v23.0",
    }
    found = (await seen(settings(channel="whatsapp", **known)))["whatsapp"]
    assert (found.level, found.words) == ("FAIL", "no connection: ConnectError")


async def test_templates_out_of_favour_are_named(clock: HandClock) -> None:
    town = Town(clock)
    town.double.registry.review("offer", "fr", "PAUSED", clock())
    found = (await town.seen())["templates"]
    assert (found.level, found.words) == ("FAIL", "offer (fr) refused: `mboa templates sync --check` says why")
    town.double.registry.review("offer", "fr", "PENDING", clock())
    assert (await town.seen())["templates"].level == "warn"
    assert (await town.seen(whatsapp_account_id=""))["templates"].level == "warn"


@pytest.mark.parametrize(
    ("status", "body", "level"),
    [
        (200, '{"status": "active"}', "ok"),
        (200, '{"status": "suspended"}', "FAIL"),
        (401, "{}", "FAIL"),
        (200, "<", "FAIL"),
    ],
)
async def test_twilio_is_asked_once(status: int, body: str, level: str) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.url.path == "/2010-04-01/Accounts/AC9.json"
        return httpx2.Response(status, text=body)

    account: dict[str, Any] = {
        "channel": "twilio",
        "twilio_account_sid": "AC9",
        "twilio_auth_token": "t",
        "twilio_from": "+1",
    }
    found = await seen(settings(**account), httpx2.MockTransport(answer))
    assert found["twilio"].level == level


def test_no_setting_tells_more_than_it_may() -> None:
    assert shown("whatsapp_token", settings(whatsapp_token="canary").whatsapp_token) == "set"
    assert shown("backup_hook", "rclone --key canary") == "set"
    assert shown("base_url", "https://awa:canary@mboa.cm/x") == "https://…@mboa.cm/x"
    assert shown("metrics_token", settings().metrics_token) == "not set"
    assert shown("channel", "whatsapp") == "whatsapp"


def test_every_line_is_plain_and_one_line_long(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused, match=r"1 thing\(s\) wrong: Meta"):
        report([Finding("FAIL", "Meta", "said\n\x1b[31mno"), Finding("ok", "disk", "12 GB")])
    assert capsys.readouterr().out == "FAIL Meta: said [31mno\nok   disk: 12 GB\n"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (119, "119 s"), (600, "10 min"), (7_200, "2 h"), (200_000, "2 days")]
)
def test_ages_as_one_says_them(seconds: int, words: str) -> None:
    assert ago(timedelta(seconds=seconds)) == words


CANARIES = {
    "MBOA_SECRET_KEY": "canary-key-" + "0aZ9" * 10,
    "MBOA_WHATSAPP_TOKEN": "canary-token",
    "MBOA_WHATSAPP_APP_SECRET": "canary-app",
    "MBOA_WHATSAPP_VERIFY_TOKEN": "canary-verify",
    "MBOA_TWILIO_AUTH_TOKEN": "canary-twilio",
    "MBOA_METRICS_TOKEN": "canary-metrics",
    "MBOA_ALERT_WEBHOOK": "https://alerts.cm/canary-hook",
    "MBOA_BACKUP_HOOK": "curl -H canary-command",
}


@pytest.mark.parametrize("options", [(), ("--all",)])
def test_beside_a_running_house_it_reads_and_tells_no_secret(
    sqlite_database: Database, options: tuple[str, ...]
) -> None:
    with Meta() as meta:
        serving = Process(sqlite_database, meta, MBOA_SECRET_KEY=CANARIES["MBOA_SECRET_KEY"])
        serving.start()
        known = (
            serving._env | CANARIES | {"MBOA_TWILIO_ACCOUNT_SID": "AC1", "MBOA_TWILIO_API_BASE": "http://127.0.0.1:1"}
        )
        ended = mboa_doctor(known, *options)
        assert serving.stop() == 0
    lines = ended.stdout.splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert "ok   worker: alive" in lines
    assert ended.returncode == 1
    assert ended.stderr == "Error: 1 thing(s) wrong: twilio\n"
    assert "canary" not in ended.stdout + ended.stderr


def mboa_doctor(env: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mboa", "doctor", *options]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


def test_a_bad_setting_is_its_one_line() -> None:
    ended = mboa_doctor({**os.environ, "MBOA_PORT": "canary"})
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Error: MBOA_PORT: ")
