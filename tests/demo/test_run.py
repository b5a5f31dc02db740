"""``mboa demo`` as a process: what it prints, what it refuses, how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import httpx2
import pytest

from mboa.demo.run import demo_settings, free_port, start_anew
from mboa.storage.sqlite_file import hold
from mboa.storage.store import StoreBusy
from tests.engines import Database

DEMO = (sys.executable, "-m", "mboa", "demo")


@dataclass
class Running:
    """A demo that printed its URLs."""

    process: "subprocess.Popen[str]"
    simulator: str
    follow: str
    admin: str
    health: str

    def stop(self) -> int:
        """Ctrl-C, and the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=15)


def place(folder: Path) -> dict[str, str]:
    """The environment of a demo in a folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MBOA_")}
    return {**kept, "MBOA_DATA_DIR": str(folder)}


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Running]:
    """A demo on a free port."""
    command = [*DEMO, "--port", "0", *options]
    with subprocess.Popen(command, env=place(folder), cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C" not in said and (line := process.stdout.readline()):
            said += line
        urls = re.findall(r"http://\S+", said)
        try:
            yield Running(process, *urls[:4])
        finally:
            process.kill()


def test_a_newcomer_gets_working_links_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    with running(tmp_path, "--no-robots") as demo:
        answers = [httpx2.get(url) for url in (demo.simulator, demo.follow, demo.health)]
        second = subprocess.run(
            [*DEMO, "--port", "0"], env=place(tmp_path), cwd=tmp_path, capture_output=True, text=True
        )
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        with httpx2.Client(follow_redirects=True, headers={"accept": "text/html"}) as browser:
            assert "Tableau de bord" in browser.get(demo.admin).text
        assert second.returncode == 1
        assert "already written by another process" in second.stderr
        assert second.stderr.count("\n") == 1
        assert demo.stop() == 0
    assert "request_created" in (tmp_path / "demo" / "demo.log").read_text("utf-8")


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(click.ClickException, match=f"port {port} is taken") as refused:
            free_port("127.0.0.1", port)
    assert "\n" not in refused.value.message


def test_an_earlier_demo_is_forgotten_unless_it_still_runs(sqlite_database: Database) -> None:
    path = Path(sqlite_database.address)
    with hold(path), pytest.raises(StoreBusy):
        start_anew(path)
    assert path.exists()
    start_anew(path)
    assert not path.exists()


def test_the_demo_never_speaks_to_real_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {"CHANNEL": "whatsapp", "WHATSAPP_PHONE_ID": "42", "TWILIO_ACCOUNT_SID": "AC1"}.items():
        monkeypatch.setenv(f"MBOA_{name}", value)
    monkeypatch.setenv("MBOA_DATABASE_URL", "postgresql://somewhere/real")
    settings = demo_settings(0)
    assert (settings.channel, settings.whatsapp_phone_id, settings.twilio_account_sid) == ("simulator", "", "")
    assert settings.database_url.get_secret_value() == ""
    assert settings.data_dir == Path("var/demo")
    assert settings.base_url == f"http://127.0.0.1:{settings.port}"


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MBOA_OFFER_LIMIT", "none")
    with pytest.raises(click.ClickException, match="MBOA_OFFER_LIMIT"):
        demo_settings(0)
