"""One POST to a messaging provider, with the one distinction that matters: not sent, or nobody knows."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from mboa.channels.base import SendFailed
from mboa.channels.exchange import ANSWER_BYTES
from mboa.channels.keep_alive import KeepAliveTransport

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
# Compressed answers are refused, so that the cap on the body is a cap on memory.
HEADERS = {"accept-encoding": "identity", "user-agent": "mboa"}

# Raised before a byte of the request has left: the message is surely not sent.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: ``headers`` by lower-case name, ``body`` cut at 64 kB."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def open_transport(address: str) -> httpx2.AsyncBaseTransport:
    """The way to ``address``: straight, or through the proxy that the environment names for it."""
    parts = urlsplit(address)
    proxy = None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)
    return httpx2.AsyncHTTPTransport(proxy=proxy) if proxy else KeepAliveTransport(CONNECT_SECONDS)


async def post(transport: httpx2.AsyncBaseTransport, request: httpx2.Request, total_seconds: float) -> Answer:
    """Send one request within ``total_seconds``.

    Raises :class:`SendFailed`: ``retry`` when no connection was made, ``unknown`` when the request may have arrived.
    """
    try:
        async with asyncio.timeout(total_seconds):
            return await _exchange(transport, request)
    except _NOT_SENT as error:
        raise SendFailed(f"no connection: {type(error).__name__}", outcome="retry") from error
    except (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError) as error:
        raise SendFailed(f"the request cannot be made: {error}", outcome="account", report=True) from error
    except (httpx2.HTTPError, TimeoutError) as error:
        raise SendFailed(f"the answer was lost: {type(error).__name__}", outcome="unknown") from error


async def _exchange(transport: httpx2.AsyncBaseTransport, request: httpx2.Request) -> Answer:
    response = await transport.handle_async_request(request)
    try:
        body = response.content if response.is_stream_consumed else await _read(response)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, body[:ANSWER_BYTES])
    finally:
        await response.aclose()


async def _read(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= ANSWER_BYTES:
            break
    return bytes(body)
