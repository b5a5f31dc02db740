"""``GET /admin/events``: the live stream of a page, or all of its fragments at once for whoever can hold no stream."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.sse import EventSourceResponse
from pydantic import BaseModel, Field

from mboa.admin import conversation, conversations, dashboard, request_live, requests
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Viewer, still_in
from mboa.admin.live import Live, Sight
from mboa.admin.page import HEADERS, Problem
from mboa.storage.admin.accounts import Account

# What there is to see on a page: by its name, and what it is ``about`` (an id, or the query of a list). ``None`` for
# what no page can be about.
SIGHTS: dict[str, Callable[[Desk, Account, str], Sight | None]] = {
    "dashboard": lambda desk, me, _about: dashboard.sight(desk, me.language),
    "requests": requests.sight,
    "request": request_live.sight,
    "conversations": conversations.sight,
    "conversation": conversation.sight,
}


class Wish(BaseModel):
    """Fragments of ``page`` (``about`` an id, or a query) from the mark ``since`` (or ``Last-Event-ID``) on; with
    ``poll`` at once, and no stream."""

    page: str = "dashboard"
    about: str = Field("", max_length=900)
    since: str = ""
    poll: bool = False


async def events(http: Request, desk: AtDesk, me: Viewer, wish: Annotated[Wish, Query()]) -> Response:
    """A stream of HTML fragments as server-sent events, or, polled, the fragments alone."""
    sight = SIGHTS[wish.page](desk, me, wish.about) if wish.page in SIGHTS else None
    live: Live = http.app.state.live
    watched = await live.now(sight) if sight else None
    if sight is None or watched is None or not watched.shown:
        raise Problem(404, "not_found")
    if wish.poll:
        news = "".join(watched.since(live.turn_of(wish.since)))
        return HTMLResponse(news, headers={**HEADERS, "Cache-Control": "no-store"})
    mark = http.headers.get("last-event-id", wish.since)
    headers = {**HEADERS, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    told = _while_here(http, desk, me, live.stream(sight, mark))
    return EventSourceResponse(told, headers=headers)


async def _while_here(http: Request, desk: Desk, me: Account, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Nothing is told to somebody who has left, or whose session has ended."""
    async for event in stream:
        if await http.is_disconnected() or not await still_in(http, desk, me):
            return
        yield event


def router() -> APIRouter:
    """The one path."""
    made = APIRouter()
    made.add_api_route("/admin/events", events, methods=["GET"], response_model=None)
    return made
