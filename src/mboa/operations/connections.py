"""Connections that would never end: a request has to be whole in time, and its head of a sane size.

The web server waits for ever for a request that comes byte by byte (a "slow loris"); enough of them and nobody else is
heard. Here a request has a quarter of a minute, and more only while its body really comes: a large form over a slow
line may take its time.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mboa.operations.metrics import track_metric

# For the head and a body of nothing; then a second more for every kilobyte that has come.
WHOLE_WITHIN_SECONDS = 15.0
SLOWEST_BYTES_A_SECOND = 1024
# Ten times what a browser sends with a full jar of cookies.
LARGEST_HEAD = 32 * 1024
# The process ends: who is connected and has asked nothing yet may do so for so long, and is answered.
LAST_WORD_SECONDS = 1.0
# Open at once; beyond these a new connection is closed at once, and whoever called tries again.
MOST_CONNECTIONS = 2_000


class GuardedConnection(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 connection, with an end to patience."""

    whole_within = WHOLE_WITHIN_SECONDS
    most_connections = MOST_CONNECTIONS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A caller: he has as long for his first request as for any."""
        super().connection_made(transport)
        self._due: asyncio.TimerHandle | None = None
        self._head = self._came = 0
        self._is_whole = self._is_ending = False
        self._began = self.loop.time()
        if len(self.connections) > self.most_connections:
            self._cut("too many")
        else:
            self._await_rest()

    def data_received(self, data: bytes) -> None:
        """Some of a request."""
        self._came += len(data)
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """He is gone."""
        self._is_whole = True
        if self._due is not None:
            self._due.cancel()
            self._due = None
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._head, self._came, self._is_whole = 0, 0, False
        self._began = self.loop.time()
        self._await_rest()

    def on_url(self, url: bytes) -> None:
        """Some of the address."""
        self._head += len(url)
        if self._head <= LARGEST_HEAD:
            super().on_url(url)
        else:
            self._cut("head too large")

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._head += len(name) + len(value)
        if self._head <= LARGEST_HEAD:
            super().on_header(name, value)
        else:
            self._cut("head too large")

    def on_headers_complete(self) -> None:
        """The head is whole; nothing comes of one that was too large."""
        if self._head <= LARGEST_HEAD:
            super().on_headers_complete()
            if self._is_ending and self.cycle is not None:
                self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Some of the body."""
        if self._head <= LARGEST_HEAD:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._is_whole = True
        if self._head <= LARGEST_HEAD:
            super().on_message_complete()

    def shutdown(self) -> None:
        """The process ends. Closed at once, a connection would take along what is on its way to us."""
        self._is_ending = True
        if self._is_idle():
            self.loop.call_later(LAST_WORD_SECONDS, self._let_go)
        else:
            super().shutdown()

    def _let_go(self) -> None:
        if self._is_idle() and not self.transport.is_closing():
            self.transport.close()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _await_rest(self) -> None:
        # The look for one request may still be due when the next begins: it is then put off, which costs nothing.
        if self._due is None:
            self._due = self.loop.call_later(self.whole_within, self._look)

    def _look(self) -> None:
        """Time is up, unless enough of a body came meanwhile."""
        self._due = None
        left = self._began + self.whole_within + self._came / SLOWEST_BYTES_A_SECOND - self.loop.time()
        if self._is_whole or self.transport.is_closing():
            return
        if left > 0:
            self._due = self.loop.call_later(left, self._look)
        else:
            self._cut("too slow")

    def _cut(self, reason: str) -> None:
        if not self.transport.is_closing():
            track_metric("connection.cut", 1, reason=reason)
            if reason == "head too large":
                self.transport.write(_TOO_LARGE)
            self.transport.close()


_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain\r\nx-content-type-options: nosniff\r\n"
    b"content-length: 14\r\nconnection: close\r\n\r\nhead too large"
)


def room_for_files() -> None:
    """As many open files as this machine allows us: a socket is one."""
    try:
        import resource
    except ImportError:
        return  # no such limit on this system
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 65_536
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (ValueError, OSError):
        return  # what there is must do


def options() -> dict[str, Any]:
    """What uvicorn is told about connections."""
    return {"http": GuardedConnection, "ws": "none", "limit_concurrency": MOST_CONNECTIONS + 1, "backlog": 2048}
