"""``python -m bench.receiver PORT [SECONDS]``: Meta's side at the least cost, which takes note of all it is sent.

Every POST is accepted, after SECONDS if given. ``GET /count`` says how many came, ``GET /log`` when, under which key
and to whom.
"""

import asyncio
import re
import sys
import time
from itertools import count
from typing import cast

import orjson
import uvloop

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_numbers = count(1)
_taken: list[tuple[float, bytes]] = []


class Phone(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._held = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, found, rest = self._held.partition(b"\r\n\r\n")
        if not found:
            return
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if len(rest) < size:
            return
        self._held = rest[size:]
        if head.startswith(b"POST"):
            _taken.append((time.perf_counter(), rest[:size]))
            self._later(_accepted())
        else:
            self._answer(_log() if head.startswith(b"GET /log") else orjson.dumps(len(_taken)))

    def _later(self, body: bytes) -> None:
        if self._pause:
            asyncio.get_running_loop().call_later(self._pause, self._answer, body)
        else:
            self._answer(body)

    def _answer(self, body: bytes) -> None:
        self._transport.write(_HEAD % len(body) + body)


def _accepted() -> bytes:
    return b'{"messaging_product":"whatsapp","contacts":[],"messages":[{"id":"wamid.out.%d"}]}' % next(_numbers)


def _log() -> bytes:
    sent = [(at, orjson.loads(body)) for at, body in _taken]
    return orjson.dumps([(at, one.get("biz_opaque_callback_data"), one.get("to")) for at, one in sent])


async def _serve(port: int, pause: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Phone(pause), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
