"""``/admin/requests/filters``: each account's own filters of the list of requests, under names of its own."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk
from mboa.admin.gate import Viewer
from mboa.admin.page import Id, Invalid, Problem, body, see_other, show, wants_json
from mboa.admin.requests_query import FILTERS, MOST_QUERY, read_text
from mboa.admin.words import words
from mboa.notifications.plain import one_line
from mboa.storage.admin import audit, saved_filters
from mboa.storage.admin.accounts import Account
from mboa.storage.store import Connection

NAME_CHARS = 40


def _of_one_line(text: str) -> str:
    return one_line(text.replace("\0", " "), NAME_CHARS)


def _filters_of(query: str) -> str:
    """The filters in a query: no page, no mark, nothing of another's making."""
    return urlencode([(name, value) for name, value in parse_qsl(query) if name in FILTERS])


class Kept(BaseModel):
    """A filter to be kept."""

    model_config = ConfigDict(extra="ignore")
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_CHARS), AfterValidator(_of_one_line)
    ]
    query: Annotated[str, StringConstraints(max_length=MOST_QUERY), AfterValidator(_filters_of)]


async def list_filters(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """The account's filters; people see them above the list of requests."""
    kept = await desk.office.store.read(saved_filters.of, me.id)
    return show(http, me, "", json=kept) if wants_json(http) else see_other(http, "/admin/requests")


@takes(Kept)
async def keep_filter(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """201 with the filter; 422 without a name, with a query that means nothing, or with too many filters."""
    sent = await body(http, Kept)
    said = words(me.language, "requests")["wrong"]
    if read_text(sent.query).errors:
        raise Invalid({"query": said["query"]})
    made = await desk.office.store.write(_keep, me, sent)
    if made is None:
        raise Invalid({"name": said["filters_full"]})
    if wants_json(http):
        return show(http, me, "", json={"id": made, "name": sent.name, "query": sent.query}, status=201)
    return see_other(http, f"/admin/requests?{sent.query}")


def _keep(conn: Connection, me: Account, sent: Kept) -> int | None:
    made = saved_filters.keep(conn, me.id, sent.name, sent.query)
    if made is not None:
        audit.note(conn, me.id, "filter_kept", f"filter:{made}")
    return made


async def drop_filter(http: Request, desk: AtDesk, me: Viewer, filter_id: Id) -> Response:
    """204 when it is gone; 404 for a filter that this account does not have."""
    if not await desk.office.store.write(_drop, me, filter_id):
        raise Problem(404, "not_found")
    return Response(status_code=204) if wants_json(http) else see_other(http, "/admin/requests")


def _drop(conn: Connection, me: Account, filter_id: int) -> bool:
    dropped = saved_filters.drop(conn, me.id, filter_id)
    if dropped:
        audit.note(conn, me.id, "filter_dropped", f"filter:{filter_id}")
    return dropped


def router() -> APIRouter:
    """The paths of kept filters."""
    made, one = APIRouter(), "/admin/requests/filters/{filter_id}"
    made.add_api_route("/admin/requests/filters", list_filters, methods=["GET"], response_model=None)
    made.add_api_route("/admin/requests/filters", keep_filter, methods=["POST"], response_model=None)
    made.add_api_route(one, drop_filter, methods=["DELETE"], response_model=None)
    made.add_api_route(f"{one}/delete", drop_filter, methods=["POST"], response_model=None, name="drop_filter_form")
    return made
