"""``/admin/requests/{id}``: one request, seen and corrected."""

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import Response

from mboa.admin.desk import AtDesk
from mboa.admin.gate import Viewer
from mboa.admin.page import Id
from mboa.admin.request_moves import add_moves
from mboa.admin.request_view import look, present


def router() -> APIRouter:
    """The page, and the acts of an operator."""
    made = APIRouter()
    made.add_api_route("/admin/requests/{request_id}", show_request, methods=["GET"])
    add_moves(made)
    return made


async def show_request(http: HttpRequest, desk: AtDesk, me: Viewer, request_id: Id) -> Response:
    """The request, its offers with their reasons, its messages and its story."""
    return present(http, me, await look(http, desk, me, request_id))
