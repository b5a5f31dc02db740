"""Voice notes and pictures that were fetched, kept here for a while: sealed, capped, gone with their message.

Nothing is lost with a file: as long as Meta has it, it is fetched anew.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from mboa.keyring import CannotOpen, Keyring
from mboa.storage.store import Connection

PURPOSE = "media"
MOST_BYTES = 200_000_000
DAY_SECONDS = 86_400.0
# Writing one takes a blink.
UNFINISHED_SECONDS = 600.0
_AT_ONCE = 100
_LEFT = f"""
SELECT id FROM messages
WHERE id IN ({", ".join(f":m{number}" for number in range(_AT_ONCE))}) AND body_json LIKE :medium"""


Kept = tuple[int, str]
"""Whose file: the message's id, and Meta's id of the medium."""


class MediaShelf:
    """Files of ``folder``, one for each message."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self._most_bytes = most_bytes

    def get(self, which: Kept, keys: Keyring) -> bytes | None:
        """The file of a message; ``None`` when it is not here, or cannot be opened any more."""
        try:
            sealed = self._path(which, keys).read_bytes()
            return keys.open_bytes(sealed, PURPOSE)
        except (OSError, CannotOpen):
            return None

    def put(self, which: Kept, content: bytes, keys: Keyring) -> None:
        """Keep a file; the oldest give way when there is no room. A folder that cannot be written keeps none."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = self.folder / f".{which[0]}.{os.getpid()}"
            unfinished.write_bytes(keys.seal_bytes(content, PURPOSE))
            unfinished.replace(self._path(which, keys))
        except OSError:
            return
        self._make_room()

    def ids(self) -> list[int]:
        """Whose files are here."""
        return sorted({_id_of(path) for path in self.folder.glob("*-*.sealed")})

    def drop(self, message_ids: list[int]) -> None:
        """Remove these."""
        for message_id in message_ids:
            for path in self.folder.glob(f"{message_id}-*.sealed"):
                path.unlink(missing_ok=True)

    def outdated(self, days: float) -> list[int]:
        """Whose files are older than ``days``."""
        before = time.time() - days * DAY_SECONDS
        return [_id_of(path) for stat, path in self._files("*-*.sealed") if stat.st_mtime < before]

    def drop_unfinished(self) -> None:
        """Remove what processes that died left half written."""
        for stat, path in self._files(".*"):
            if stat.st_mtime < time.time() - UNFINISHED_SECONDS:
                path.unlink(missing_ok=True)

    def _path(self, which: Kept, keys: Keyring) -> Path:
        # A restored or another database may give the message's id to somebody else's message.
        return self.folder / f"{which[0]}-{keys.index(which[1], PURPOSE)}.sealed"

    def _files(self, pattern: str) -> Iterator[tuple[os.stat_result, Path]]:
        """Those that are here; another process may remove one while they are looked through."""
        for path in self.folder.glob(pattern):
            with contextlib.suppress(FileNotFoundError):
                yield path.stat(), path

    def _make_room(self) -> None:
        files = sorted(self._files("*.sealed"), key=lambda one: one[0].st_mtime)
        too_much = sum(stat.st_size for stat, _ in files) - self._most_bytes
        for stat, path in files:
            if too_much <= 0:
                return
            path.unlink(missing_ok=True)
            too_much -= stat.st_size


def _id_of(path: Path) -> int:
    return int(path.name.partition("-")[0])


def gone(conn: Connection, message_ids: list[int]) -> list[int]:
    """Of these messages those that have no file any more: blurred with age, or their person is forgotten."""
    left: set[int] = set()
    for start in range(0, len(message_ids), _AT_ONCE):
        some = message_ids[start : start + _AT_ONCE]
        asked = {f"m{place}": number for place, number in enumerate((some * _AT_ONCE)[:_AT_ONCE])}
        rows = conn.all(_LEFT, medium='%"media_id"%', **asked)
        left.update(row["id"] for row in rows)
    return [number for number in message_ids if number not in left]
