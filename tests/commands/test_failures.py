"""Whatever fails for a reason that has a name is one clear line and exit code 1, from a real process."""

import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes import eventually

MANY = 3_000
HEADER = "name,phone,services,zones,available,latitude,longitude\n"


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "mboa", *words]


def mboa(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command in the current folder, with these settings by their whole names."""
    env = os.environ | {"MBOA_DATA_DIR": "var"} | settings
    return subprocess.run(command(*words), env=env, capture_output=True, text=True, timeout=60)


def only_line(ended: subprocess.CompletedProcess[str]) -> str:
    """Its one line on standard error beside the log, after an exit with 1."""
    assert ended.returncode == 1, ended.stderr
    (line,) = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    assert "Traceback" not in ended.stderr
    return line


def test_a_port_in_use_is_named_and_nothing_is_begun() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        line = only_line(mboa("serve", MBOA_PORT=str(port)))
    assert line == f"Error: port {port} of 127.0.0.1 cannot be used (MBOA_PORT, MBOA_HOST): Address already in use"


def test_an_address_of_another_machine_is_named() -> None:
    line = only_line(mboa("serve", MBOA_HOST="203.0.113.7", MBOA_PORT="0"))
    assert "203.0.113.7 cannot be used" in line


@pytest.mark.parametrize("words", [("serve",), ("migrate",), ("providers", "export"), ("parked",)])
def test_a_data_folder_that_cannot_be_made(words: tuple[str, ...]) -> None:
    Path("var").touch()
    assert "var" in only_line(mboa(*words, MBOA_PORT="0"))


def test_a_database_that_is_away() -> None:
    line = only_line(mboa("providers", "export", MBOA_DATABASE_URL="postgresql://u:canary@127.0.0.1:1/mboa"))
    assert "cannot be reached" in line
    assert "canary" not in line


def test_a_database_of_a_newer_version(sqlite_template: Path) -> None:
    import sqlite3

    Path("var").mkdir()
    Path("var/mboa.db").write_bytes(sqlite_template.read_bytes())
    with closing(sqlite3.connect("var/mboa.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "start a newer version" in only_line(mboa("migrate"))


def test_files_that_are_not_there_or_are_folders() -> None:
    for name in ("nowhere.csv", "."):
        ended = mboa("providers", "import", name)
        assert ended.returncode == 2
        assert "Traceback" not in ended.stderr


def test_a_dotenv_that_is_no_text_is_named() -> None:
    Path(".env").write_bytes(b"MBOA_PORT=\xff\xfe")
    assert "not UTF-8" in only_line(mboa("doctor"))


def test_whoever_has_read_enough_is_no_failure() -> None:
    ends = subprocess.Popen(command("understand", "--jsonl"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)  # fmt: skip
    assert ends.stdin is not None
    assert ends.stdout is not None
    assert ends.stderr is not None
    ends.stdout.close()
    ends.stdin.write(b'{"text": "bonjour"}\n' * 400)
    ends.stdin.close()
    assert ends.wait(60) == 1
    assert b"Traceback" not in ends.stderr.read()
    ends.stderr.close()


def roster(rows: int) -> Path:
    """A file of so many providers."""
    lines = (f"Paul {n},+2376{70_000_000 + n},plumbing,makepe,true,,\n" for n in range(rows))
    Path("many.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    return Path("many.csv")


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal: the one that a person looks at, and the one a command writes to."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    for end in (ours, theirs):
        os.close(end)


def read(terminal: int) -> bytes:
    """What stands on the terminal since the last look."""
    os.set_blocking(terminal, False)
    try:
        return os.read(terminal, 65_536)
    except BlockingIOError:
        return b""


def importing(theirs: int) -> "subprocess.Popen[bytes]":
    """An import by somebody who sits at a terminal."""
    env = os.environ | {"MBOA_DATA_DIR": "var", "TERM": "xterm"}
    words = command("providers", "import", str(roster(MANY)))
    return subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True)


class Watched:
    """A terminal that somebody looks at: everything that has stood on it."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.shown = b""

    def shows(self, *words: bytes) -> bool:
        """Whether all of these have stood there."""
        self.shown += read(self.end)
        return all(word in self.shown for word in words)


def test_ctrl_c_leaves_nothing_half_done(terminal: tuple[int, int]) -> None:
    person, theirs = Watched(terminal[0]), terminal[1]
    assert mboa("migrate").returncode == 0
    process = importing(theirs)
    eventually(lambda: person.shows(b"providers", b"%"), "the import shows how far it is", 30)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) in {1, 130}
    assert process.stdout is not None
    process.stdout.close()
    eventually(lambda: person.shows(b"Aborted!"), "it says that it was stopped")
    assert b"Traceback" not in person.shown
    assert len(mboa("providers", "export").stdout.splitlines()) - 1 in {0, MANY}


def test_an_import_shows_how_far_it_is_on_a_terminal_only(terminal: tuple[int, int]) -> None:
    person, theirs = Watched(terminal[0]), terminal[1]
    process = importing(theirs)
    eventually(lambda: person.shows(b"providers", b"100%") and process.poll() == 0, "it ends", 60)
    assert process.stdout is not None
    assert process.stdout.read() == f"{MANY} added, 0 updated\n".encode()
    process.stdout.close()
    plain = mboa("providers", "import", "many.csv")
    assert (plain.returncode, plain.stdout) == (0, f"0 added, {MANY} updated\n")
    assert [line for line in plain.stderr.splitlines() if not line.startswith("{")] == []


def test_a_migration_is_named_on_a_terminal(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    env = os.environ | {"MBOA_DATA_DIR": "var"}
    ended = subprocess.run(command("migrate"), env=env, stdout=subprocess.PIPE, stderr=theirs, timeout=60)
    assert ended.returncode == 0
    assert b"-> 0001" in read(ours)


@pytest.mark.parametrize(("wish", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_the_doctor_is_coloured_on_a_terminal(terminal: tuple[int, int], wish: dict[str, str], coloured: bool) -> None:
    ours, theirs = terminal
    env = os.environ | {"MBOA_DATA_DIR": "var", "TERM": "xterm"} | wish
    ended = subprocess.run(command("doctor"), env=env, stdout=theirs, stderr=subprocess.PIPE, timeout=60)
    shown = read(ours)
    assert (ended.returncode, b"channel: simulator" in shown) == (0, True)
    assert (b"\x1b[32m" in shown) is coloured
