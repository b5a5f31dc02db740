"""Answers on the wire: whole, half, byte by byte, or not at all."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from mboa.fake_meta.faults import Fate

HANG_UP = "mboa.hang_up"  # the ASGI extension by which a request ends its connection


def json_bytes(value: Any) -> bytes:
    """JSON as the double writes it: times in UTC with a ``Z``."""
    written: bytes = orjson.dumps(value, option=orjson.OPT_UTC_Z)
    return written


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request."""
    body: bytes = b""
    while True:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body"):
            return body


class Answer:
    """The answer to one request. ``headers`` are further ones, by lower-case name."""

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.body = body
        self.headers = headers or {}

    async def give(self, scope: Scope, receive: Receive, send: Send, fate: Fate = "normal", pace: float = 1.0) -> None:
        """Send it as ``fate`` wants; a slow one goes at ``pace`` bytes a second."""
        if fate in {"lost", "reset"}:
            await hang_up(scope, receive, reset=True)
            return
        await self._start(send)
        if fate == "cut":
            await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})
            await hang_up(scope, receive, reset=False)
        elif fate == "slow":
            await self._trickle(receive, send, 1 / pace)
        else:
            await send({"type": "http.response.body", "body": self.body})

    async def _start(self, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(self.body)).encode())]
        headers += [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})

    async def _trickle(self, receive: Receive, send: Send, pause: float) -> None:
        gone = asyncio.ensure_future(receive())  # the next thing to be received is that the client went away
        try:
            for index in range(len(self.body)):
                done, _ = await asyncio.wait({gone}, timeout=pause)
                if done:
                    return
                await send({"type": "http.response.body", "body": self.body[index : index + 1], "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()


async def hang_up(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """End the connection without a word more: with a TCP reset, or quietly after what was written.

    Raises ``ConnectionResetError`` where there is no connection to end: in a process that calls the double directly.
    """
    end = scope.get("extensions", {}).get(HANG_UP)
    if end is None:
        raise ConnectionResetError("the double of Meta hung up")
    end(reset)
    while (await receive())["type"] != "http.disconnect":
        pass
