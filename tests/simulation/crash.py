"""Ways to break: a store that loses its process at a chosen write, a line to Meta that loses requests or answers."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, Literal, ParamSpec, TypeVar

import httpx2

from mboa.storage.store import Connection, Loop, Store, StoreAway

P = ParamSpec("P")
T = TypeVar("T")

Trouble = Literal["refused", "unheard", "answer_lost"]


@dataclass
class Toll:
    """What befell a world: processes that died, and writes or sends of which nobody knows what became of them."""

    crashes: int = 0
    doubts: int = 0


class Crash(BaseException):
    """The process is gone. No ``Exception``: nothing in the product may catch it and go on."""


class _Undone(Exception):
    """Takes a transaction back just before its commit."""


class FrailStore:
    """A store whose process dies at the n-th write from :meth:`arm` on, just before or just after the commit.

    Once it is dead nothing more gets through, as nothing more is done by a process that was killed.
    """

    def __init__(self, inner: Store, toll: Toll) -> None:
        self.inner = inner
        self.dialect = inner.dialect
        self.description = inner.description
        self.dead = False
        self.toll = toll
        self._writes_left = 0
        self._committed = self._deadly = False
        self._away = 0

    def arm(self, writes: int, *, committed: bool, deadly: bool = True) -> None:
        """The ``writes``-th write from now is not answered; ``committed``: it is on the disk all the same.

        ``deadly``: the process dies of it; otherwise the connection was lost, and it is told so.
        """
        self._writes_left, self._committed, self._deadly = writes, committed, deadly

    def go_away(self, operations: int) -> None:
        """The next reads and writes find no database."""
        self._away = operations

    def disarm(self) -> None:
        """Nothing breaks any more."""
        self._writes_left = self._away = 0

    async def open(self) -> None:
        """Open the true store."""
        await self.inner.open()

    def hurry(self) -> None:
        """The true store is told."""
        self.inner.hurry()

    async def close(self) -> None:
        """Close the true store."""
        await self.inner.close()

    async def write(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` in one transaction, or die."""
        self._live(writing=True)
        self._writes_left -= 1
        if self._writes_left != 0:
            return await self.inner.write(fn, *args, **kwargs)
        self.dead = self._deadly
        if self._committed:
            await self.inner.write(fn, *args, **kwargs)
        else:
            await self._undone(fn, *args, **kwargs)
        self._live(writing=True)
        self.toll.doubts += 1
        raise StoreAway("the connection was lost in the middle of a write")

    async def write_first(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """In one thread there is no queue to be first in."""
        return await self.write(fn, *args, **kwargs)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` on what is there."""
        self._live()
        return await self.inner.read(fn, *args, **kwargs)

    def on_wake(self, listener: Callable[[Loop], None]) -> None:
        """Pass on."""
        self.inner.on_wake(listener)

    async def _undone(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> None:
        def lost(conn: Connection) -> None:
            fn(conn, *args, **kwargs)
            raise _Undone

        try:
            await self.inner.write(lost)
        except _Undone:
            return

    def _live(self, *, writing: bool = False) -> None:
        if self.dead:
            raise Crash
        if self._away > 0:
            self._away -= 1
            self.toll.doubts += writing
            raise StoreAway("the database is away")


class Line(httpx2.AsyncBaseTransport):
    """The way to Meta. ``troubles`` befall the next requests in turn; with its process it goes dead."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, process: FrailStore, toll: Toll) -> None:
        self.inner = inner
        self.process = process
        self.toll = toll
        self.troubles: deque[Trouble] = deque()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Carry one request, if nothing befalls it."""
        if self.process.dead:
            raise Crash
        trouble = self.troubles.popleft() if self.troubles else None
        if trouble == "refused":
            raise httpx2.ConnectError("no way to Meta")
        self.toll.doubts += trouble is not None
        if trouble == "unheard":
            raise httpx2.ReadTimeout("Meta never had it")
        response = await self.inner.handle_async_request(request)
        if trouble == "answer_lost":
            raise httpx2.ReadError("Meta had it, the answer was lost")
        return response
