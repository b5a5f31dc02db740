"""Chores as rows: one process does each, when it is due; what came of it is kept."""

from datetime import datetime, timedelta

from mboa.storage.store import Connection, Row

# After a failure a chore is tried again no sooner than this, or than its period where that is shorter.
PATIENCE = timedelta(minutes=5)
# A chore that was never done waits for so much of its period at most: a new process has other things to do first.
FIRST_WAIT = timedelta(hours=1)

_ENTER = """
INSERT INTO chores (name, every_seconds, known_at) VALUES (:name, :every, :now)
ON CONFLICT (name) DO UPDATE SET every_seconds = excluded.every_seconds"""
_FREE = """
SELECT name, every_seconds, known_at, done_at, failed_at FROM chores
WHERE every_seconds > 0 AND (held_until_at IS NULL OR held_until_at <= :now)"""
_LOCKED = _FREE + " AND name = :name FOR UPDATE"
_CLAIM = "UPDATE chores SET held_by = :worker, held_until_at = :until, begun_at = :now WHERE name = :name"
_KEEP_HOLD = "UPDATE chores SET held_until_at = :until WHERE name = :name AND held_by = :worker"
_DONE = """
UPDATE chores SET done_at = :now, error = NULL, held_by = NULL, held_until_at = NULL
WHERE name = :name AND held_by = :worker"""
_FAILED = """
UPDATE chores SET failed_at = :now, error = :error, held_by = NULL, held_until_at = NULL
WHERE name = :name AND held_by = :worker"""
_LET_GO = "UPDATE chores SET held_by = NULL, held_until_at = NULL WHERE name = :name AND held_by = :worker"
_ALL = """
SELECT name, every_seconds, known_at, begun_at, done_at, failed_at, error, held_by, held_until_at FROM chores
ORDER BY name"""


def enter(conn: Connection, periods: dict[str, float]) -> None:
    """Take down which chores there are and how often each is due, in seconds (0: never)."""
    conn.many(_ENTER, [{"name": name, "every": every, "now": conn.now} for name, every in periods.items()])


def due(conn: Connection) -> list[str]:
    """Names of the chores that nobody does now and that are due."""
    return [row["name"] for row in conn.all(_FREE, now=conn.now) if due_at(row) <= conn.now]


def due_at(row: Row) -> datetime:
    """When a chore is due: its period after it was done, or a while after it failed since."""
    every = timedelta(seconds=row["every_seconds"])
    when: datetime = row["done_at"] + every if row["done_at"] else row["known_at"] + min(every, FIRST_WAIT)
    if row["failed_at"] and (row["done_at"] is None or row["failed_at"] > row["done_at"]):
        again: datetime = row["failed_at"] + min(every, PATIENCE)
        return max(when, again)
    return when


def claim(conn: Connection, name: str, worker: str, seconds: float) -> bool:
    """Take a chore for so many seconds; False when another process does it, or has done it since one looked."""
    row = conn.one(_LOCKED, name=name, now=conn.now)
    if row is None or due_at(row) > conn.now:
        return False
    conn.run(_CLAIM, name=name, worker=worker, until=conn.now + timedelta(seconds=seconds), now=conn.now)
    return True


def keep_hold(conn: Connection, name: str, worker: str, seconds: float) -> None:
    """It takes longer: hold it for so many seconds from now."""
    conn.run(_KEEP_HOLD, name=name, worker=worker, until=conn.now + timedelta(seconds=seconds))


def done(conn: Connection, name: str, worker: str) -> None:
    """It went well."""
    conn.run(_DONE, name=name, worker=worker, now=conn.now)


def failed(conn: Connection, name: str, worker: str, error: str) -> None:
    """It did not; the reason stays until it goes well again."""
    conn.run(_FAILED, name=name, worker=worker, now=conn.now, error=error[:500])


def let_go(conn: Connection, name: str, worker: str) -> None:
    """The process ends before the chore does: the next may take it at once."""
    conn.run(_LET_GO, name=name, worker=worker)


def chores(conn: Connection) -> dict[str, Row]:
    """Every chore by name, as it stands."""
    return {row["name"]: row for row in conn.all(_ALL)}
