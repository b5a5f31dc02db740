"""What can be seen without asking anybody: settings, secrets, files, disks, the time zone."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr

from mboa.exposed import exposed
from mboa.operations.backup import finished
from mboa.operations.logging import log_path
from mboa.preflight import Finding, Level, findings
from mboa.settings import Settings

# A day's log and a backup of a middling house fit into the first; below the second SQLite soon refuses to write.
ROOM_BYTES, LEAST_BYTES = 1_000_000_000, 100_000_000
# A backup may be one period and the time of its making old; twice the period means that one was missed.
MISSED = 2
# What is no SecretStr, and yet nobody's business: a command with its keys, a person's phone.
_VEILED = frozenset({"backup_hook", "alert_phone"})


def house(settings: Settings, *, everything: bool) -> Iterator[Finding]:
    """Every finding about settings, files and this machine."""
    yield from _settings(settings, everything)
    yield from _secrets(settings)
    yield from _disk(settings.data_dir)
    yield _log(settings)
    yield from _backups(settings)
    yield _time_zone()


def _settings(settings: Settings, everything: bool) -> Iterator[Finding]:
    known, default = type(settings).model_fields, 0
    for name in known:
        value = getattr(settings, name)
        if value == known[name].default and not everything:
            default += 1
        else:
            yield Finding("ok", f"MBOA_{name.upper()}", shown(name, value))
    if default:
        yield Finding("ok", "settings", f"{default} more at their default (`mboa doctor --all` lists them)")


def shown(name: str, value: object) -> str:
    """A setting as it may be read over somebody's shoulder."""
    if isinstance(value, SecretStr) or name in _VEILED:
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        return "set" if plain else "not set"
    text = str(value) or "empty"
    parts = urlsplit(text) if "://" in text else None
    return text.replace(f"{parts.netloc.rpartition('@')[0]}@", "…@") if parts and "@" in parts.netloc else text


def _secrets(settings: Settings) -> Iterator[Finding]:
    found = list(findings(settings))
    if settings.env == "production":
        yield from found
    elif found:
        words = f"{len({one.name for one in found})} setting(s) would not do for production: set MBOA_ENV=production"
        yield Finding("ok", "secrets", f"development; {words} to see which")
    if not found:
        yield Finding("ok", "secrets", "none is missing, weak or a default")
    for file in exposed(settings):
        yield Finding("warn", "secrets", f"{file} can be read by everybody on this machine: chmod 600")


def _disk(folder: Path) -> Iterator[Finding]:
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    if not os.access(there, os.W_OK | os.X_OK) or not there.is_dir():
        yield Finding("FAIL", "data folder", f"{folder} cannot be written by this user")
        return
    free = shutil.disk_usage(there).free
    level: Level = "FAIL" if free < LEAST_BYTES else "warn" if free < ROOM_BYTES else "ok"
    yield Finding(level, "disk", f"{free / 1e9:.1f} GB free where {folder} lies")


def _log(settings: Settings) -> Finding:
    if not settings.log_file:
        return Finding("ok", "log", "goes to standard error")
    file = log_path(settings)
    place = file if file.exists() else file.parent
    if os.access(place, os.W_OK):
        return Finding("ok", "log", f"goes to {file}")
    return Finding("FAIL", "log", f"{place} cannot be written, or is not there")


def _backups(settings: Settings) -> Iterator[Finding]:
    """A file bears the name of a backup only once it was restored and counted: the newest one is the last proven."""
    try:
        newest = next(iter(finished(settings.backups)), None)
    except OSError:
        newest = None
    if newest is None:
        level: Level = "FAIL" if settings.env == "production" else "warn"
        yield Finding(level, "backup", f"there is none in {settings.backups}: `mboa backup` makes one")
        return
    made = datetime.strptime(newest.name[5:20], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    age = datetime.now(UTC) - made
    late = settings.backup_every_hours and age > MISSED * timedelta(hours=settings.backup_every_hours)
    yield Finding("FAIL" if late else "ok", "backup", f"the newest verified one is {ago(age)} old")


def ago(age: timedelta) -> str:
    """A duration as one says it: 40 s, 12 min, 5 h, 3 days."""
    seconds = max(0.0, age.total_seconds())
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _time_zone() -> Finding:
    try:
        away = datetime.now(ZoneInfo("Africa/Douala")).utcoffset()
    except ZoneInfoNotFoundError:
        return Finding("FAIL", "time zone", "nothing is known of Africa/Douala: install tzdata")
    if away != timedelta(hours=1):
        return Finding("FAIL", "time zone", f"Africa/Douala is {away} from UTC, it should be one hour")
    return Finding("ok", "time zone", "Africa/Douala is known")
