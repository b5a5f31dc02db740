"""What stands before every page: whose request it is, how much he may ask, what browsers are told, what is counted."""

import time
from collections.abc import Iterable
from functools import lru_cache
from math import ceil
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mboa.operations.addresses import TrustedProxies, network_of
from mboa.operations.doors import Door, door_of
from mboa.operations.limits import Allowances
from mboa.operations.metrics import track_metric

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# For what brings no headers of its own: a page says more exactly what it needs.
DEFAULTS: dict[bytes, bytes] = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
}
# A year, as the preload lists ask for; the names below this one are not ours to speak for.
HSTS = (b"strict-transport-security", b"max-age=31536000")


class Guard:
    """An ASGI middleware for the pages; webhooks pass it by (:func:`mboa.web.in_front`)."""

    def __init__(self, app: ASGIApp, proxies: TrustedProxies, allowances: Allowances) -> None:
        self._app = app
        self._proxies = proxies
        self._allowances = allowances

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = self._proxies.seen(scope)
        door = door_of(seen["path"], seen["method"])
        answer = answering(seen, door, send)
        wait = await self._wait(seen, door)
        if wait:
            await too_many(wait)(seen, receive, answer)
        elif _announced(seen) > door.most_bytes:
            await PlainTextResponse("body too large", 413)(seen, receive, answer)
        else:
            await self._app(seen, _capped(receive, door.most_bytes), answer)

    async def _wait(self, scope: Scope, door: Door) -> float:
        if door.limit is None:
            return 0.0
        who = network_of(scope["client"][0]) if scope.get("client") else "unknown"
        return await self._allowances.take(door.limit, who)


def too_many(seconds: float) -> PlainTextResponse:
    """429, in both languages, with the time to wait."""
    whole = max(1, ceil(seconds))
    said = f"Trop de demandes : réessayez dans {whole} s. / Too many requests: try again in {whole} s."
    return PlainTextResponse(said, 429, headers={"Retry-After": str(whole)})


def answering(scope: Scope, door: Door, send: Send) -> Send:
    """Sends with the headers that every answer has, and counts it when it begins."""
    started = time.perf_counter()

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = with_defaults(message.get("headers", ()), secure=scope["scheme"] == "https")
            method = scope["method"] if scope["method"] in METHODS else "other"
            track_metric("http.requests", 1, area=door.area, method=method, status=str(message["status"]))
            track_metric("http.request_time", time.perf_counter() - started, area=door.area)
        await send(message)

    return answer


def with_defaults(headers: Iterable[tuple[bytes, bytes]], *, secure: bool) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, and those of :data:`DEFAULTS` that it lacks; over HTTPS also HSTS."""
    own = list(headers)
    merged = [*own, *_missing(tuple([name for name, _ in own]))]
    return [*merged, HSTS] if secure else merged


@lru_cache(maxsize=256)
def _missing(names: tuple[bytes, ...]) -> tuple[tuple[bytes, bytes], ...]:
    own = {name.lower() for name in names}
    return tuple((name, value) for name, value in DEFAULTS.items() if name not in own)


def _announced(scope: Scope) -> int:
    """The body's length as the request states it; 0 when it does not."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[-1][:20]) if lengths and lengths[-1].isdigit() else 0


def _capped(receive: Receive, most: int) -> Receive:
    """Raises 413 as soon as more has come than there may be."""
    size = 0

    async def capped() -> Any:
        nonlocal size
        message = await receive()
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            if size > most:
                raise HTTPException(413, "body too large")
        return message

    return capped
