"""``GET /admin/openapi.json``: the admin's routes for programs and for whoever tests them."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from mboa.admin.gate import Viewer
from mboa.admin.page import HEADERS, as_json


async def description(http: Request, _me: Viewer) -> Response:
    """OpenAPI, of everything below ``/admin``."""
    app: FastAPI = http.app
    whole = app.openapi()
    admin = {path: doors for path, doors in whole["paths"].items() if path.startswith("/admin")}
    return Response(as_json({**whole, "paths": admin}), media_type="application/json", headers=HEADERS)


def router() -> APIRouter:
    """The one path."""
    made = APIRouter()
    made.add_api_route("/admin/openapi.json", description, methods=["GET"], include_in_schema=False)
    return made
