"""The backups that were made and proven, and whether the house has one that is young enough."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mboa.storage import chores
from mboa.storage.store import Connection, Row

# The chores: making one, and looking whether the next could be written.
CHORE, PLACE = "backup", "backup_place"
# So many periods old, the last verified one is too old.
LATE = 1.5

State = Literal["ok", "late", "failed", "off"]

_RECORD = """
INSERT INTO backups (file, made_at, verified_at, proof, bytes, seconds, hook_error)
VALUES (:file, :made, :now, :proof, :bytes, :seconds, :hook_error)"""
_LAST = """
SELECT file, made_at, verified_at, proof, bytes, seconds, hook_error FROM backups ORDER BY id DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the house stands with its backups. ``last`` is the newest verified one, ``error`` why something failed."""

    state: State
    last: Row | None
    error: str | None = None

    @property
    def made_at(self) -> datetime | None:
        """When the newest verified one was made."""
        return self.last["made_at"] if self.last else None


def record(conn: Connection, made: Row) -> None:
    """A backup was made and verified: ``file``, ``made``, ``proof``, ``bytes``, ``seconds``, ``hook_error``."""
    conn.run(_RECORD, now=conn.now, **made)


def standing(conn: Connection) -> Standing:
    """Off; failed, when the last try or the copy elsewhere failed, or the next could not be written; late; or ok."""
    known, last = chores.chores(conn), conn.one(_LAST)
    chore = known.get(CHORE)
    if chore is None or not chore["every_seconds"]:
        return Standing("off", last)
    for one in (chore, known.get(PLACE)):
        if one is not None and one["error"]:
            return Standing("failed", last, one["error"])
    if last is not None and last["hook_error"]:
        return Standing("failed", last, last["hook_error"])
    since = max(last["verified_at"], chore["known_at"]) if last else chore["known_at"]
    late = conn.now - since > LATE * timedelta(seconds=chore["every_seconds"])
    return Standing("late" if late else "ok", last)
