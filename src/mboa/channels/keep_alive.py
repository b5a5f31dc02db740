"""Many small requests to one place over kept connections: an HTTP/1.1 transport for httpx2 on httptools.

With 64 requests under way httpx2's own transport costs ten times as much processor as this one (decision 0008), and
sending was a third of what a message cost. No redirects, no compression, no HTTP/2: a messaging API needs none.
"""

import asyncio
from collections import defaultdict
from functools import cache
from ssl import SSLContext
from time import monotonic

import httptools
import httpx2

from mboa.channels.exchange import Exchange

# Servers commonly drop an idle connection after 5 s: nothing is written into one that is about to be dropped.
IDLE_SECONDS = 4.0

Origin = tuple[str, str, int]


class KeepAliveTransport(httpx2.AsyncBaseTransport):
    """Sends each request on an idle connection of its origin, or on a new one, made within ``connect_seconds``.

    Raises ``httpx2.ConnectError`` and ``ConnectTimeout`` when nothing was sent, ``ReadError`` and
    ``RemoteProtocolError`` when the request may have arrived.
    """

    def __init__(self, connect_seconds: float) -> None:
        self._connect_seconds = connect_seconds
        self._idle: dict[Origin, list[Exchange]] = defaultdict(list)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One exchange; what ends it early closes its connection."""
        url = request.url
        origin = (url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80))
        written = _written(request, await request.aread())
        connection = self._take(origin) or await self._connect(origin)
        try:
            response = await connection.ask(written)
        except (OSError, EOFError) as error:
            raise httpx2.ReadError(f"the connection broke: {error}") from error
        except httptools.HttpParserError as error:
            raise httpx2.RemoteProtocolError(f"not HTTP: {error}") from error
        finally:
            if not connection.is_reusable:
                connection.close()
        if connection.is_reusable:
            self._idle[origin].append(connection)
        return response

    async def aclose(self) -> None:
        """Drop every idle connection."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    def _take(self, origin: Origin) -> Exchange | None:
        """The connection that was used last; one that rested too long is dropped."""
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.is_reusable and monotonic() - connection.rests_since < IDLE_SECONDS:
                return connection
            connection.close()
        return None

    async def _connect(self, origin: Origin) -> Exchange:
        scheme, host, port = origin
        tls = _tls() if scheme == "https" else None
        try:
            async with asyncio.timeout(self._connect_seconds):
                loop = asyncio.get_running_loop()
                _, connection = await loop.create_connection(Exchange, host, port, ssl=tls)
        except TimeoutError as late:
            raise httpx2.ConnectTimeout(f"no connection within {self._connect_seconds} s") from late
        except OSError as error:
            raise httpx2.ConnectError(str(error)) from error
        return connection


@cache
def _tls() -> SSLContext:
    return httpx2.create_ssl_context()


def _written(request: httpx2.Request, body: bytes) -> bytes:
    """The request as it goes over the wire; httpx2 has set ``Host`` and ``Content-Length``."""
    lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    lines += [b"%s: %s" % (name, value) for name, value in request.headers.raw]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
