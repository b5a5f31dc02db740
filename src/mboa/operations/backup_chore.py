"""The backup that makes itself: written, proven, taken down, copied elsewhere; old ones removed."""

import asyncio
import logging
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mboa.keyring import Keyring
from mboa.office import Office
from mboa.operations.backup import BadBackup, CannotBackUp, Made, finished, keep_newest, make, source
from mboa.settings import Settings
from mboa.storage import backups
from mboa.storage.backup_scratch import Watch
from mboa.work.housekeeping import ChoreFailed

logger = logging.getLogger(__name__)
T = TypeVar("T")
# How long the hook may take to bring a file elsewhere.
HOOK_SECONDS = 1800.0
PLACE_SECONDS = 4.0
_TRIAL = b"\0" * 65536


class BackupChores:
    """What is done about backups, for these settings; ``keys`` gives the house's keyring."""

    def __init__(self, settings: Settings, office: Office, keys: Callable[[], Keyring]) -> None:
        self.settings = settings
        self.office = office
        self.keys = keys

    async def back_up(self) -> None:
        """Make one, prove it, take it down, copy it elsewhere, remove old ones; raises :class:`ChoreFailed`."""
        watch = Watch()
        try:
            made = await _in_thread(lambda: self._make(watch), watch)
            hook_error = await _in_thread(lambda: run_hook(self.settings.backup_hook, made.file, watch), watch)
            gone = await asyncio.to_thread(keep_newest, self.settings.backups, self.settings.backup_keep)
        except (CannotBackUp, BadBackup) as error:
            raise ChoreFailed(str(error)) from error
        except OSError as error:
            raise ChoreFailed(f"{self.settings.backups}: {error.strerror or error}") from error
        if hook_error is not None:
            logger.error("backup_hook_failed", extra={"reason": hook_error})
        await self.office.store.write(backups.record, _row(made, hook_error))
        logger.info("backup_made", extra={**_row(made, hook_error), "removed": len(gone)})

    def _make(self, watch: Watch) -> Made:
        return make(source(self.settings), self.settings.backups, self.keys(), watch)

    async def look_at_place(self) -> None:
        """Whether the next backup could be written; raises :class:`ChoreFailed`."""
        await asyncio.to_thread(try_place, self.settings.backups)


def _row(made: Made, hook_error: str | None) -> dict[str, object]:
    return {
        "file": made.file.name,
        "made": made.header.made_at,
        "proof": made.proof,
        "bytes": made.bytes,
        "seconds": round(made.seconds, 3),
        "hook_error": hook_error,
    }


async def _in_thread(work: Callable[[], T], watch: Watch) -> T:
    """Work in a thread of its own, which is told to stop when nobody waits for it any more."""
    try:
        return await asyncio.to_thread(work)
    except asyncio.CancelledError:
        watch.stop()
        raise


def run_hook(hook: str, file: Path, watch: Watch) -> str | None:
    """Run the command with the file's path as its last argument, without a shell; returns why it failed, if it did."""
    if not hook:
        return None
    command = [*shlex.split(hook), str(file)]
    hidden = {name: value for name, value in os.environ.items() if not name.startswith("MBOA_")}
    try:
        with subprocess.Popen(command, env=hidden, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as program:  # noqa: S603
            watch.kills(program.kill)
            try:
                code = program.wait(HOOK_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
                return f"{command[0]} took longer than {HOOK_SECONDS:.0f} s"
    except OSError as error:
        return f"{command[0]}: {error.strerror or error}"
    return None if code == 0 else f"{command[0]} ended with code {code}"


def try_place(folder: Path) -> None:
    """Write a little there, and see that there is room for one more of what is there; raises :class:`ChoreFailed`."""
    trial = folder / f".mboa-trial-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            trial.write_bytes(_TRIAL)
        finally:
            trial.unlink(missing_ok=True)
        newest = next(iter(finished(folder)), None)
        free, wanted = shutil.disk_usage(folder).free, newest.stat().st_size if newest else 0
    except OSError as error:
        raise ChoreFailed(f"no backup can be written to {folder}: {error.strerror or error}") from error
    if free < wanted:
        raise ChoreFailed(f"{folder} has room for {free / 1e6:.0f} MB, the next backup needs about {wanted / 1e6:.0f}")
