"""One connection of HTTP/1.1: a request is written, its answer is read, and again."""

import asyncio
from time import monotonic
from typing import cast

import httptools
import httpx2

# Nothing a messaging API says is longer; what is, is cut here, and its connection is not used again.
ANSWER_BYTES = 65_536


class Exchange(asyncio.Protocol):
    """A connection and, while one is under way, its exchange. ``rests_since`` is of ``time.monotonic``."""

    def __init__(self) -> None:
        self.rests_since = monotonic()
        self.is_reusable = True
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[httpx2.Response] | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()

    async def ask(self, request: bytes) -> httpx2.Response:
        """Write a request and wait for its answer.

        Raises ``EOFError`` or ``OSError`` when the connection ends first, ``HttpParserError`` for anything but HTTP.
        A caller who stops waiting leaves the connection useless.
        """
        if self._transport is None or self._transport.is_closing():
            raise EOFError("closed before it was used")
        self._answer = asyncio.get_running_loop().create_future()
        self._expect()
        self.is_reusable = False
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Drop the connection."""
        self.is_reusable = False
        if self._transport is not None:
            self._transport.abort()

    def _expect(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers = []
        self._body = bytearray()

    # --- called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in deed, not in name

    def data_received(self, data: bytes) -> None:
        """A piece of the answer."""
        if self._parser is None or self._answer is None or self._answer.done():
            self.close()  # nobody asked for anything
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            if not self._answer.done():
                self._answer.set_exception(error)

    def connection_lost(self, error: Exception | None) -> None:
        """It is gone: an answer without a length ends here, any other is lost."""
        self.is_reusable = False
        if self._answer is None or self._answer.done():
            return
        if error is None and self._is_unbounded():
            self._finish()
        else:
            self._answer.set_exception(error if isinstance(error, OSError) else EOFError("closed half-way"))

    def _is_unbounded(self) -> bool:
        named = {name.lower() for name, _ in self._headers}
        return bool(self._headers) and not named & {b"content-length", b"transfer-encoding"}

    # --- called by the parser

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        self._headers.append((name, value))

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        self._body += piece
        if len(self._body) >= ANSWER_BYTES:
            self._finish()

    def on_message_complete(self) -> None:
        """The answer is whole; ``100 Continue`` and its like come before the answer itself."""
        assert self._parser is not None
        if self._answer is not None and self._answer.done():
            self.is_reusable = False  # a second answer to one question: whose is the next?
            return
        if self._parser.get_status_code() < 200:
            self._headers, self._body = [], bytearray()
            return
        self.is_reusable = self._parser.should_keep_alive()
        self._finish()

    def _finish(self) -> None:
        assert self._answer is not None
        assert self._parser is not None
        if self._answer.done():
            return
        self.rests_since = monotonic()
        body = bytes(self._body[:ANSWER_BYTES])
        status, headers = self._parser.get_status_code(), [h for h in self._headers if h[0].lower() not in _FRAMING]
        self._answer.set_result(httpx2.Response(status, headers=headers, content=body))


# The body is whole and plain by now: what framed it on the wire would only mislead.
_FRAMING = frozenset({b"transfer-encoding", b"content-length"})
