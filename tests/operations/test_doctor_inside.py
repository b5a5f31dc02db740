"""``mboa doctor`` on what waits inside: a restore, alerts that nobody takes, models that do not answer."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from mboa.doctor.aids import aids
from mboa.doctor.examination import examine
from mboa.preflight import Finding
from mboa.settings import Settings
from mboa.storage import alerts, quarantine
from mboa.storage.store import Connection
from mboa.wiring import open_store
from tests.engines import HOUSE_SECRET, Database, HandClock
from tests.llm.loopback import NOTHING, chat, door

KEY = "sk-canary-0aZ9"


def settings(database: Database, **changes: Any) -> Settings:
    """A small house on this database."""
    where: dict[str, Any] = {"data_dir": Path(database.address).parent, "secret_key": HOUSE_SECRET}
    if database.dialect == "postgresql":
        where = {"database_url": database.address, "secret_key": HOUSE_SECRET}
    return Settings(**where | changes)


async def change(chosen: Settings, ago: timedelta, work: Callable[[Connection], object]) -> None:
    """Do this to the database as if it were so long ago."""
    store = open_store(chosen, HandClock(datetime.now(UTC) - ago))
    await store.open()
    await store.write(work)
    await store.close()


async def seen(chosen: Settings) -> dict[str, Finding]:
    """What the doctor finds, by name."""
    return {one.name: one for one in await examine(chosen, lambda: open_store(chosen, read_only=True))}


def one_waits(conn: Connection) -> None:
    """A message was under way when the backup was made that was restored."""
    conn.run(
        "INSERT INTO messages (direction, channel, kind, text, status, due_at, created_at) "
        "VALUES ('out', 'whatsapp', 'text', 'Bonjour', 'queued', :now, :now)",
        now=conn.now,
    )
    quarantine.enter(conn, "mboa-20261123T090000.000Z.backup", conn.now)


async def test_a_restore_that_waits_for_a_decision_is_named(database: Database) -> None:
    chosen = settings(database)
    assert "restored" not in await seen(chosen)
    await change(chosen, timedelta(hours=5), one_waits)
    found = (await seen(chosen))["restored"]
    assert (found.level, found.words[:43]) == ("warn", "1 message(s) and 0 request(s) have waited f")
    assert "5 h: `mboa restore --waiting`" in found.words
    await change(chosen, timedelta(0), lambda conn: quarantine.drop(conn, None))
    assert "restored" not in await seen(chosen)


async def test_alerts_that_nobody_takes_are_named(database: Database) -> None:
    def refused(conn: Connection) -> None:
        alerts.post(conn, {"alert": "silence"})
        alerts.post_again(conn, alerts.due_posts(conn, 1)[0], "HTTP 410")

    chosen = settings(database, alert_webhook="https://hooks.test/canary")
    assert "alerts" not in await seen(chosen)
    await change(chosen, timedelta(0), refused)
    assert (await seen(chosen))["alerts"] == Finding("FAIL", "alerts", "MBOA_ALERT_WEBHOOK takes none: HTTP 410")
    assert "alerts" not in await seen(settings(database)), "nobody is to be told"


def answering(status: str, body: bytes, heard: list[str]) -> Callable[..., Awaitable[None]]:
    """A provider that answers everybody so."""

    async def answer(reader: Any, writer: Any) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    return answer


MODEL = ("llm_model", "llm_base_url", "llm_api_key", "language model")
VOICE = ("transcribe_model", "transcribe_base_url", "transcribe_api_key", "voice notes")
GOOD = chat(orjson.dumps(NOTHING).decode())


@pytest.mark.parametrize(
    ("which", "status", "body", "level", "words"),
    [
        (MODEL, "200 OK", GOOD, "ok", "answers as it should within 3 s"),
        (MODEL, "401 No", b"{}", "FAIL", "HTTP 401"),
        (MODEL, "200 OK", b"<html>", "warn", "cannot be used"),
        (VOICE, "200 OK", b"{}", "ok", "knows our key"),
        (VOICE, "403 No", b"{}", "FAIL", "HTTP 403 to our key"),
        (VOICE, "404 No", b"{}", "warn", "our key was not tried"),
    ],
)
async def test_a_model_is_asked_once(which: tuple[str, ...], status: str, body: bytes, level: str, words: str) -> None:
    heard: list[str] = []
    async with door(answering(status, body, heard)) as port:
        known = {which[0]: "qwen3", which[1]: f"http://127.0.0.1:{port}/v1", which[2]: KEY, "whatsapp_phone_id": "1"}
        (found,) = await aids(Settings(**known))  # type: ignore[arg-type]
    assert (found.name, found.level) == (which[3], level)
    assert words in found.words
    assert len(heard) == 1
    assert f"bearer {KEY}" in heard[0].replace("Bearer", "bearer")
    assert KEY not in found.words


async def test_nobody_is_asked_where_no_model_is_set() -> None:
    assert await aids(Settings()) == []
    down = {"transcribe_model": "whisper", "transcribe_base_url": "http://127.0.0.1:1/v1"}
    assert [one.level for one in await aids(Settings(**down))] == ["FAIL", "warn"]  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
