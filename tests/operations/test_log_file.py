"""One log file for several processes: whole lines whatever happens, turned over, packed, counted; and nobody waits."""

import gzip
import json
import logging
import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from mboa.operations.log_file import LogFile, locked, pack
from mboa.operations.spool import LogSpool
from tests.processes import eventually

WRITER = """
import json, sys
from pathlib import Path
from mboa.operations.log_file import LogFile
log = LogFile(Path(sys.argv[1]), max_bytes=20_000, keep=1000)
for number in range(600):
    log.write(json.dumps({"who": sys.argv[2], "n": number, "padding": "x" * (number % 90)}) + "\\n")
log.close()
"""
# A file may have 4,000 bytes here, as on a disk that fills up in the middle of a line.
SHORT_OF_SPACE = """
import resource, signal, sys
from pathlib import Path
from mboa.operations.log_file import LogFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
log, refused = LogFile(Path(sys.argv[1]), max_bytes=1_000_000, keep=3), 0
for number in range(100):
    try:
        log.write('{"line": "' + "x" * 85 + '"}\\n')
    except OSError:
        refused += 1
print(refused)
"""


def lines_of(path: Path) -> list[str]:
    """Every line, of the packed files and of the open one."""
    packed = [gzip.decompress(one.read_bytes()).decode() for one in sorted(path.parent.glob("*.gz"))]
    plain = [one.read_text() for one in path.parent.glob(f"{path.name}*") if one.suffix != ".gz"]
    return list(chain.from_iterable(text.splitlines() for text in (*packed, *plain)))


def run(program: str, *arguments: object) -> "subprocess.Popen[str]":
    """A process of its own."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_four_processes_turn_one_file_over_and_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "mboa.log"
    writers = [run(WRITER, path, name) for name in ("web1", "web2", "worker1", "worker2")]
    assert [writer.communicate()[0] == "" and writer.returncode for writer in writers] == [0, 0, 0, 0]
    found = [json.loads(line) for line in lines_of(path)]
    assert sorted((one["who"], one["n"]) for one in found) == sorted(
        (name, n) for name in ("web1", "web2", "worker1", "worker2") for n in range(600)
    )
    assert len(list(tmp_path.glob("*.gz"))) >= 5
    assert path.stat().st_size <= 20_000


def test_a_line_that_does_not_fit_leaves_no_half_of_it(tmp_path: Path) -> None:
    path = tmp_path / "mboa.log"
    refused = int(run(SHORT_OF_SPACE, path).communicate()[0])
    kept = [json.loads(line) for line in path.read_text().splitlines()]
    assert refused + len(kept) == 100
    assert refused >= 50 <= refused + len(kept)


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "mboa.log", max_bytes=100, keep=2)
    for number in range(8):
        log.write(f"{number:099}\n")
        log.close()
    eventually(lambda: len(list(tmp_path.glob("*.gz"))) == 2, "all but two are removed", 5)
    newest = max(tmp_path.glob("*.gz"))
    assert int(gzip.decompress(newest.read_bytes())) == 6


def test_another_program_may_take_the_file_away(tmp_path: Path) -> None:
    path = tmp_path / "mboa.log"
    log = LogFile(path, max_bytes=1_000, keep=1)
    log.write("before\n")
    path.rename(tmp_path / "taken")
    log.write("after\n")
    assert (path.read_text(), (tmp_path / "taken").read_text()) == ("after\n", "before\n")


def test_what_a_dead_process_left_is_packed(tmp_path: Path) -> None:
    left = tmp_path / "mboa.log.20261122T210000.000000"
    left.write_text("left\n")
    Path(f"{left}.gz.part").write_bytes(b"half")
    (tmp_path / "mboa.log.mine").write_text("somebody else's")
    pack(tmp_path / "mboa.log", keep=5)
    assert gzip.decompress(Path(f"{left}.gz").read_bytes()) == b"left\n"
    assert not left.exists()
    assert sorted(one.name for one in tmp_path.glob("*.part")) == []
    assert (tmp_path / "mboa.log.mine").exists()


@pytest.mark.parametrize("where", ["full", "file/below", "held"])
def test_lines_that_cannot_be_written_are_counted_and_nobody_waits(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("no folder")
    path = tmp_path / where
    if where == "full":
        path.symlink_to("/dev/full")
    lost: list[int] = []
    spool = LogSpool(LogFile(path, 1_000, 1), on_drop=lost.append)
    with locked(Path(f"{path}.lock")) if where == "held" else open(os.devnull):
        for _ in range(50):
            spool.emit(logging.makeLogRecord({"msg": "request_created"}))
        eventually(lambda: sum(lost) == 50, "all are counted", 10)
    spool.close()
    assert spool.dropped == 50


def test_the_log_says_what_it_lost_once_it_can_again(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "mboa.log"
    (tmp_path / "folder").write_text("in the way")
    spool = LogSpool(LogFile(path, 1_000, 1))
    spool.emit(logging.makeLogRecord({"msg": "first"}))
    eventually(lambda: spool.dropped == 1, "the first is lost", 5)
    (tmp_path / "folder").unlink()
    spool.emit(logging.makeLogRecord({"msg": "second"}))
    eventually(lambda: path.exists() and path.read_text() == "second\nlog_lines_dropped\n", "it is told", 5)
    spool.close()
    assert spool.dropped == 0


def test_a_line_that_cannot_be_put_into_words_harms_nobody(tmp_path: Path) -> None:
    lost: list[int] = []
    spool = LogSpool(LogFile(tmp_path / "mboa.log", 1_000, 1), on_drop=lost.append)
    spool.emit(logging.makeLogRecord({"msg": "%d providers", "args": ("three",)}))
    spool.close()
    assert lost == [1]
