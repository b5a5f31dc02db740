"""``GET /admin/analytics/…``: success rate and response times as JSON; browsers are led to the page that shows them."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin.analytics_pages import overview
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Viewer
from mboa.admin.page import see_other, show, wants_json
from mboa.admin.periods import bucket_of, span_of
from mboa.admin.words import words
from mboa.storage.admin import response_times, success
from mboa.storage.admin.accounts import Account
from mboa.storage.admin.span import By, Span
from mboa.storage.store import Connection, Row

PAGE = "/admin/analytics"
Looked = tuple[str, list[Row]]


async def success_rate(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """How requests ended: ``definition`` and ``series``, by ``day``, ``service``, ``zone`` or ``provider``."""
    said = words(me.language, "analytics")

    def look(conn: Connection, span: Span, by: By) -> Looked:
        return said["success_definition"], success.by(conn, span, by)

    return await _answer(http, desk, me, look)


async def times(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """How fast providers answer: ``definition`` and ``series``, by ``day``, ``service``, ``zone`` or ``provider``."""
    said = words(me.language, "analytics")

    def look(conn: Connection, span: Span, by: By) -> Looked:
        exact = by == "provider" or response_times.is_exact(conn, span)
        definition = f"{said['times_definition']} {said['times_exact' if exact else 'times_classed']}"
        return definition, response_times.by(conn, span, by, exact=exact)

    return await _answer(http, desk, me, look)


async def _answer(http: Request, desk: Desk, me: Account, look: Callable[[Connection, Span, By], Looked]) -> Response:
    if not wants_json(http):
        return see_other(http, f"{PAGE}?{http.url.query}")

    def told(conn: Connection) -> Row:
        said = words(me.language, "analytics")
        span, by = span_of(http.query_params, conn.now, said), bucket_of(http.query_params, said)
        definition, series = look(conn, span, by)
        return {"definition": definition, "from": span.first, "to": span.last, "by": by, "series": series}

    return show(http, me, "analytics/page.html", json=await desk.office.store.read(told))


def router() -> APIRouter:
    """The three paths."""
    made = APIRouter()
    made.add_api_route(PAGE, overview, methods=["GET"], response_model=None)
    made.add_api_route(f"{PAGE}/success-rate", success_rate, methods=["GET"], response_model=None)
    made.add_api_route(f"{PAGE}/response-times", times, methods=["GET"], response_model=None)
    return made
