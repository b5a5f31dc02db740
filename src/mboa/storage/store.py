"""The protocol of the two engines: a transaction is a plain synchronous function of a connection.

No ``await`` can stand inside one, hence no network call can ever hold a lock, and the same function serves both
engines. The store owns BEGIN and COMMIT; ``write`` resolves only after the commit is on disk.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from mboa.keyring import Keyring

P = ParamSpec("P")
T = TypeVar("T")

Row = dict[str, Any]
Loop = Literal["inbox", "outbox", "deadlines"]


class Connection(Protocol):
    """What a transaction function sees.

    SQL is written once for both engines: parameters are ``:name``; ``FOR UPDATE`` and ``SKIP LOCKED`` are dropped
    on SQLite, whose one writer is already that lock. Rows are dicts. Every column whose name ends in ``_at`` holds
    a time: aware UTC ``datetime`` in Python, ``timestamptz`` on PostgreSQL, fixed-width ISO 8601 text with ``Z`` on
    SQLite. Every column whose name ends in ``_sealed`` comes out opened, under its name without that
    (:mod:`mboa.storage.sealing`).
    """

    @property
    def now(self) -> datetime:
        """The database's time when this transaction began (UTC); tests hand in their own clock."""
        ...

    @property
    def keys(self) -> "Keyring":
        """What seals and opens; raises ``RuntimeError`` where the store was opened without."""
        ...

    def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Every row of a statement."""
        ...

    def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """The first row, or ``None``."""
        ...

    def run(self, sql: str, /, **parameters: Any) -> int:
        """Run a statement and return how many rows it changed."""
        ...

    def many(self, sql: str, /, rows: Iterable[Row]) -> int:
        """Run one statement for many rows in as few round trips as the engine allows; how many rows it changed."""
        ...

    def wake(self, loop: Loop) -> None:
        """Tell the worker loops, after the commit, that there is something to do."""
        ...


class StoreBusy(Exception):
    """Another process already writes this SQLite database."""


class StoreAway(Exception):
    """The database cannot be reached or refuses to write (down, disk full, I/O error): try again later."""


class WrongKeys(Exception):
    """``MBOA_SECRET_KEY`` does not open this database."""


class Store(Protocol):
    """One database. ``dialect`` is ``sqlite`` or ``postgresql``; ``description`` names it without a password."""

    dialect: Literal["sqlite", "postgresql"]
    description: str

    async def open(self) -> None:
        """Connect; raises :class:`StoreBusy`, :class:`StoreAway` or :class:`WrongKeys`."""
        ...

    def hurry(self) -> None:
        """The process ends: a server that has not answered within three seconds is waited for no longer."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go."""
        ...

    async def write(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` in one transaction; resolves after the commit is durable. Raises what ``fn`` raises, or
        :class:`StoreAway`."""
        ...

    async def write_first(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As :meth:`write`, ahead of all that waits: for what somebody at the door waits for."""
        ...

    async def read(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` in one read-only transaction."""
        ...

    def on_wake(self, listener: Callable[[Loop], None]) -> None:
        """Call ``listener`` (in the event loop) after each commit that adds work, of any process."""
        ...
