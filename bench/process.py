"""The process `mboa serve` on SQLite: from start to ready, and its memory at rest."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from bench.report import p50, say

STARTS = 3
REST_SECONDS = 3.0
PATIENCE_SECONDS = 30.0
# The same libraries and nothing of ours: what any such program costs.
BARE = "import fastapi, uvicorn, httpx2, pydantic_settings, time; print(flush=True); time.sleep(60)"


def run() -> None:
    """Started once on an empty folder, then again on the migrated one."""
    with tempfile.TemporaryDirectory() as folder:
        cold, _ = _start(folder, rest=0.0)
        warm = [_start(folder, rest=REST_SECONDS) for _ in range(STARTS)]
        bare_seconds, bare_memory = _bare()
    seconds, memory = p50(sorted(span for span, _ in warm)), p50(sorted(size for _, size in warm))
    say("start to ready, empty folder", f"{cold:.2f} s")
    say("start to ready, warm", f"{seconds:.2f} s", "< 2 s", f"{seconds / bare_seconds:.1f} x its libraries alone")
    say("memory at rest (RSS)", f"{memory:.0f} MB", "< 150 MB", f"{memory / bare_memory:.1f} x its libraries alone")


def _start(folder: str, rest: float) -> tuple[float, float]:
    """Seconds until ready, and megabytes after ``rest`` seconds."""
    port = _free_port()
    settings = {"MBOA_DATA_DIR": folder, "MBOA_PORT": str(port), "MBOA_CHANNEL": "simulator", "MBOA_DATABASE_URL": ""}
    with _process([str(Path(sys.executable).with_name("mboa")), "serve"], settings) as process:
        start = time.perf_counter()
        while not _ready(port):
            if process.poll() is not None or time.perf_counter() - start > PATIENCE_SECONDS:
                raise RuntimeError("`mboa serve` did not become ready")
            time.sleep(0.01)
        seconds = time.perf_counter() - start
        time.sleep(rest)
        return seconds, psutil.Process(process.pid).memory_info().rss / 1e6


def _bare() -> tuple[float, float]:
    """Seconds until the libraries are loaded, and megabytes then."""
    start = time.perf_counter()
    with _process([sys.executable, "-c", BARE], {}) as process:
        assert process.stdout is not None
        process.stdout.readline()
        return time.perf_counter() - start, psutil.Process(process.pid).memory_info().rss / 1e6


@contextmanager
def _process(command: list[str], settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=quiet) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1) as answer:
            return bool(json.load(answer)["status"] == "ok")
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
