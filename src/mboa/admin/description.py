"""``GET /admin/openapi.json``: the admin's routes for programs and for whoever tests them."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts

from mboa.admin.bodies import body_of
from mboa.admin.gate import Viewer
from mboa.admin.page import HEADERS, as_json


async def description(http: Request, _me: Viewer) -> Response:
    """OpenAPI, of everything below ``/admin``."""
    app: FastAPI = http.app
    whole = app.openapi()
    admin = {path: doors for path, doors in whole["paths"].items() if path.startswith("/admin")}
    _tell_bodies(app, admin)
    return Response(as_json({**whole, "paths": admin}), media_type="application/json", headers=HEADERS)


def _tell_bodies(app: FastAPI, told: dict[str, Any]) -> None:
    for route in iter_route_contexts(app.routes):
        known = told.get(route.path or "")
        body = body_of(route.endpoint) if known and route.endpoint else None
        if known and body:
            for method in route.methods or ():
                known[method.lower()]["requestBody"] = body


def router() -> APIRouter:
    """The one path."""
    made = APIRouter()
    made.add_api_route("/admin/openapi.json", description, methods=["GET"], include_in_schema=False)
    return made
