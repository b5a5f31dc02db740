"""The SQLite file: who may write it, how a connection to it is set up, which of its errors mean "try again later"."""

import errno
import logging
import sqlite3
import sys
from pathlib import Path
from typing import IO

from mboa.storage.store import StoreBusy

log = logging.getLogger(__name__)

# FULL costs 3 % against NORMAL once commits are grouped, and makes "200" mean "on disk". Checkpoints are the writer's
# alone: SQLite before 3.51.3 can corrupt a WAL that two connections write and checkpoint at once.
_WRITER = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=0",
    "PRAGMA foreign_keys=ON",
    "PRAGMA mmap_size=0",
    "PRAGMA cache_size=-16384",
)
_READER = ("PRAGMA query_only=ON", "PRAGMA foreign_keys=ON", "PRAGMA mmap_size=0")
BUSY_SECONDS = 30

_AWAY = frozenset({
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
})  # fmt: skip

_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.rclone", "fuse.s3fs")


def connect(path: Path, *, write: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode with this project's pragmas; raises ``sqlite3.Error``. Readers never create
    the file."""
    mode = "rwc" if write else "rw"
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    try:
        for pragma in _WRITER if write else _READER:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def is_away(error: BaseException, *, writing: bool = False) -> bool:
    """Whether an error speaks of the disk or the file and not of the statement. "Read-only" is the disk's fault for
    the writer, but the function's own fault in a reader."""
    if not isinstance(error, sqlite3.Error):
        return False
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    return code in _AWAY or (writing and code == sqlite3.SQLITE_READONLY)


def lock_path(path: Path) -> Path:
    """The lock file beside a database file."""
    return path.with_name(path.name + ".lock")


def hold(path: Path) -> IO[bytes]:
    """Become the one process that writes ``path``; closing the returned file lets go, and so does dying.

    Raises :class:`StoreBusy` while another holds it, ``OSError`` if the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = lock_path(path).open("ab")
    try:
        _lock(file)
    except OSError as error:
        file.close()
        if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            raise
        raise StoreBusy(
            f"{path} is already written by another process (it holds {lock_path(path).name}). "
            "Stop that one first, or give several processes one PostgreSQL database (MBOA_DATABASE_URL)."
        ) from error
    return file


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def network_file_system(path: Path, mounts: Path = Path("/proc/mounts")) -> str | None:
    """The type of the network file system that ``path`` lies on, or ``None`` (also where the system cannot say).

    WAL needs shared memory and true locks, which network mounts do not give: https://www.sqlite.org/wal.html
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    target = path.resolve()
    found, depth = "", -1
    for line in lines:
        _device, mount_point, kind, *_rest = line.split(" ")
        mount = Path(mount_point.replace("\\040", " "))
        if target.is_relative_to(mount) and len(mount.parts) >= depth:
            found, depth = kind, len(mount.parts)
    return found if found.startswith(_NETWORK) else None


def warn_if_remote(path: Path) -> None:
    """Log a warning when the database lies on a network file system."""
    kind = network_file_system(path)
    if kind is not None:
        log.warning("database_on_network_file_system", extra={"path": str(path), "file_system": kind})
