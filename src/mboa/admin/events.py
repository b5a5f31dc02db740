"""``GET /admin/events``: the live stream of a page, or all of its fragments at once for whoever can hold no stream."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.sse import EventSourceResponse
from pydantic import BaseModel

from mboa.admin import dashboard
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Viewer
from mboa.admin.live import Live
from mboa.admin.page import HEADERS, Problem

PAGES: dict[str, Callable[[Desk, str], Awaitable[Mapping[str, str]]]] = {"dashboard": dashboard.fragments}


class Wish(BaseModel):
    """Fragments of ``page`` from the mark ``since`` (or ``Last-Event-ID``) on; with ``poll``, all of this moment."""

    page: str = "dashboard"
    since: str = ""
    poll: bool = False


async def events(http: Request, desk: AtDesk, me: Viewer, wish: Annotated[Wish, Query()]) -> Response:
    """A stream of HTML fragments as server-sent events, or, polled, the fragments alone."""
    if wish.page not in PAGES:
        raise Problem(404, "not_found")

    async def look() -> Mapping[str, str]:
        return await PAGES[wish.page](desk, me.language)

    live: Live = http.app.state.live
    key = (wish.page, me.language)
    if wish.poll:
        watched = await live.now(key, look)
        return HTMLResponse(watched.since(0), headers={**HEADERS, "Cache-Control": "no-store"})
    mark = http.headers.get("last-event-id", wish.since)
    headers = {**HEADERS, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(_until_gone(http, live.stream(key, look, mark)), headers=headers)


async def _until_gone(http: Request, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The rows are not looked at for somebody who has left."""
    async for event in stream:
        if await http.is_disconnected():
            return
        yield event


def router() -> APIRouter:
    """The one path."""
    made = APIRouter()
    made.add_api_route("/admin/events", events, methods=["GET"], response_model=None)
    return made
