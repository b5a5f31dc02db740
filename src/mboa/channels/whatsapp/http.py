"""One POST to a messaging provider, with the one distinction that matters: not sent, or nobody knows."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from mboa.channels.base import SendFailed

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
ANSWER_BYTES = 65_536

# Raised before a byte of the request has left: the message is surely not sent.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: ``headers`` by lower-case name, ``body`` cut at 64 kB."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def open_client(transport: httpx2.AsyncBaseTransport | None, total_seconds: float) -> httpx2.AsyncClient:
    """A pooled client. Compressed answers are refused, so that the cap on the body is a cap on memory."""
    return httpx2.AsyncClient(
        transport=transport,
        timeout=httpx2.Timeout(total_seconds, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=40, max_keepalive_connections=20, keepalive_expiry=30.0),
        headers={"accept-encoding": "identity", "user-agent": "mboa"},
    )


async def post(client: httpx2.AsyncClient, request: httpx2.Request, total_seconds: float) -> Answer:
    """Send one request within ``total_seconds``.

    Raises :class:`SendFailed`: ``retry`` when no connection was made, ``unknown`` when the request may have arrived.
    """
    try:
        async with asyncio.timeout(total_seconds):
            return await _exchange(client, request)
    except _NOT_SENT as error:
        raise SendFailed(f"no connection: {type(error).__name__}", outcome="retry") from error
    except (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError) as error:
        raise SendFailed(f"the request cannot be made: {error}", outcome="account", report=True) from error
    except (httpx2.HTTPError, TimeoutError) as error:
        raise SendFailed(f"the answer was lost: {type(error).__name__}", outcome="unknown") from error


async def _exchange(client: httpx2.AsyncClient, request: httpx2.Request) -> Answer:
    response = await client.send(request, stream=True)
    try:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) >= ANSWER_BYTES:
                break
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, bytes(body[:ANSWER_BYTES]))
    finally:
        await response.aclose()
