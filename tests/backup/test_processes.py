"""Real processes: backups beside a house at work, killed half-way, restored, and trouble that shows within seconds."""

import asyncio
import http.server
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mboa.fake_meta.double import MetaDouble
from mboa.operations.backup import finished, verify
from mboa.storage import roster
from mboa.storage.backup_scratch import Watch
from mboa.storage.roster import Entry
from tests.backup.stage import back_up, house
from tests.city import NEED
from tests.engines import HOUSE_SECRET, KEYS, Database
from tests.processes import Meta, Process, eventually, web

CLIENTS = [f"+23767700{number:04}" for number in range(1, 60)]


def mboa(database: Database, folder: Path, *words: str | Path, **more: str) -> subprocess.Popen[str]:
    """``mboa …`` on this house, on the way."""
    settings = house(database, folder)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MBOA_", "COVERAGE_"))}
    env |= {"MBOA_SECRET_KEY": HOUSE_SECRET, "MBOA_DATA_DIR": str(settings.data_dir), **more}
    env |= {"MBOA_DATABASE_URL": settings.database_url.get_secret_value(), "MBOA_BACKUP_DIR": settings.backup_dir}
    command = [sys.executable, "-m", "mboa", *map(str, words)]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(running: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Its exit code, and what it said."""
    out, err = running.communicate(timeout=120)
    return running.returncode, out, err


def serving(database: Database, meta: Meta, folder: Path, **settings: str) -> Process:
    """``mboa serve`` on this database, started."""
    where = {} if database.dialect == "sqlite" else {"MBOA_DATA_DIR": str(folder)}
    process = Process(database, meta, **{**where, "MBOA_BACKUP_DIR": str(folder / "backups"), **settings})
    process.start()
    return process


def paul_of_bonamoussadi(database: Database) -> None:
    """One plumber on the roster."""

    async def enter() -> None:
        store = database.store()
        await store.open()
        await store.write(roster.enter, Entry("Paul", "+237699000001", ("plumbing",), ("bonamoussadi",)), "whatsapp")
        await store.close()

    asyncio.run(enter())


def checks(process: Process) -> dict[str, str]:
    """What ``/health/ready`` says."""
    told: dict[str, str] = web().get(f"http://127.0.0.1:{process.port}/health/ready").json()["checks"]
    return told


@contextmanager
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of an alert webhook, and what it was told."""
    told: list[dict[str, Any]] = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", told
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_a_backup_beside_a_house_at_work_holds_all_that_was_there(database: Database, tmp_path: Path) -> None:
    with Meta() as meta:
        process = serving(database, meta, tmp_path)
        for client in CLIENTS[:20]:
            process.post(meta.double.text(client, NEED))
        backing = mboa(database, tmp_path, "backup")
        answers = []
        while backing.poll() is None:
            answers.append(process.answer(meta.double.text(random.choice(CLIENTS), "STATUT")))
        assert set(answers) == {200}
        code, out, err = said(backing)
        assert code == 0, err
    assert "made, restored and counted" in out
    [file] = finished(tmp_path / "backups")
    assert verify(file, house(database, tmp_path), KEYS, Watch()).header.rows["contacts"] >= 20
    assert said(mboa(database, tmp_path, "backup", "--verify", file))[0] == 0


def test_killed_at_any_moment_every_finished_file_is_good(database: Database, tmp_path: Path) -> None:
    back_up(database, tmp_path)
    chance = random.Random(7)
    for _ in range(8):
        backing = mboa(database, tmp_path, "backup")
        try:
            backing.wait(chance.uniform(0.3, 2.0))
        except subprocess.TimeoutExpired:
            backing.kill()
        said(backing)
    for file in finished(tmp_path / "backups"):
        assert verify(file, house(database, tmp_path), KEYS, Watch()).proof == "restored"
    assert said(mboa(database, tmp_path, "backup"))[0] == 0
    assert all(file in finished(tmp_path / "backups") for file in (tmp_path / "backups").iterdir())


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_ctrl_c_leaves_nothing_half_done(database: Database, elsewhere: Database, tmp_path: Path, lines: int) -> None:
    back_up(database, tmp_path)
    [whole], there = finished(tmp_path / "backups"), tmp_path / "elsewhere"
    code, err = interrupted(mboa(database, tmp_path, "backup"), lines)
    kept = set((tmp_path / "backups").iterdir())
    assert (code, len(kept)) in {(1, 1), (0, 2)}, err
    assert kept == set(finished(tmp_path / "backups"))
    code, err = interrupted(mboa(elsewhere, there, "restore", whole), lines)
    assert code in {0, 1}, err
    assert said(mboa(elsewhere, there, "restore", whole))[0] == 1 - code, "either all of it is there or nothing"


def interrupted(running: subprocess.Popen[str], lines: int) -> tuple[int, str]:
    """Ctrl-C once it has told so many steps; its exit code, and what it said to that."""
    assert running.stderr is not None
    for _ in range(lines):
        running.stderr.readline()
    running.send_signal(signal.SIGINT)
    code, _, err = said(running)
    assert "Traceback" not in err
    return code, err


def test_the_drill(database: Database, elsewhere: Database, tmp_path: Path) -> None:
    paul_of_bonamoussadi(database)
    there = tmp_path / "elsewhere"
    with Meta() as meta:
        process = serving(database, meta, tmp_path)
        story = journey(meta.double, process)
        assert said(mboa(database, tmp_path, "backup"))[0] == 0
        process.post(meta.double.text("+237699000001", "OUI"))
        eventually(lambda: any("contact" in m.key for m in meta.double.phone(CLIENTS[0])), "Paul has the job")
        process.kill()
    [file] = finished(tmp_path / "backups")
    code, out, err = said(mboa(elsewhere, there, "restore", file))
    assert (code, "waits for you" in out) == (0, True), err
    assert said(mboa(elsewhere, there, "restore", file))[0] == 1, "there is a database now"
    with Meta() as meta:
        process = serving(elsewhere, meta, there, MBOA_OFFER_TIMEOUT_SECONDS="1")
        for body in story:
            process.post(body)
        eventually(lambda: checks(process)["restored"] == "waiting", "health tells")
        process.post(meta.double.text(CLIENTS[1], NEED))
        eventually(lambda: bool(meta.double.phone(CLIENTS[1])), "a new client is answered")
        assert [meta.double.phone(known) for known in (CLIENTS[0], "+237699000001")] == [[], []]
        assert process.stop() == 0
    assert "released: 0 message(s), 1 request(s)" in said(mboa(elsewhere, there, "restore", "--release"))[1]


def journey(double: MetaDouble, process: Process) -> list[bytes]:
    """Mireille's request, up to the offer that Paul has not answered; the webhooks it took."""
    bodies = [double.text(CLIENTS[0], NEED)]
    process.post(bodies[0])
    eventually(lambda: bool(double.phone(CLIENTS[0])), "Mireille is asked")
    bodies.append(double.text(CLIENTS[0], "OUI"))
    process.post(bodies[1])
    eventually(lambda: bool(double.phone("+237699000001")), "Paul is asked")
    return bodies


def test_a_folder_that_cannot_be_written_shows_and_is_told_within_seconds(database: Database, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    place.mkdir()
    with Meta() as meta, receiver() as (address, told):
        process = serving(database, meta, tmp_path, MBOA_ALERT_WEBHOOK=address)
        eventually(lambda: checks(process)["backup"] == "ok", "no backup is due yet")
        place.rename(tmp_path / "gone")
        place.write_text("a file where the folder was")
        eventually(lambda: checks(process)["backup"] == "failed", "health tells", 10)
        eventually(lambda: bool(told), "the operator is told", 10)
        assert process.stop() == 0
    assert (told[0]["alert"], told[0]["state"]) == ("backup_failed", "began")
    assert "no backup can be written to" in told[0]["details"]["reason"]


@pytest.mark.parametrize("hook_code", [0, 3])
def test_backups_make_themselves_are_kept_few_and_brought_elsewhere(
    database: Database, tmp_path: Path, hook_code: int
) -> None:
    hook = tmp_path / "carry"
    hook.write_text(f'#!/bin/sh\necho "$1 $2" >> {tmp_path}/carried\nexit {hook_code}\n')
    hook.chmod(0o700)
    often = {
        "MBOA_BACKUP_EVERY_HOURS": "0.0003",
        "MBOA_BACKUP_KEEP": "2",
        "MBOA_BACKUP_HOOK": f"{hook} 'usb stick'",
    }
    carried, word = tmp_path / "carried", "ok" if hook_code == 0 else "failed"
    with Meta() as meta:
        process = serving(database, meta, tmp_path, **often)
        eventually(lambda: carried.exists() and len(carried.read_text().splitlines()) >= 4, "four are carried", 60)
        eventually(lambda: checks(process)["backup"] in {word, "late"}, "health tells")
        assert process.stop() == 0
    left = finished(tmp_path / "backups")
    assert len(left) in {2, 3}, "one may be new when the process ends"
    assert all(line.startswith(f"usb stick {tmp_path}/backups/mboa-") for line in carried.read_text().splitlines())
    for file in left:
        assert verify(file, house(database, tmp_path), KEYS, Watch()).proof == "restored"
