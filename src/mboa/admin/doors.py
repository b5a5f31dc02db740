"""All doors of the admin in one place, and what a refusal looks like at any of them."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from mboa.admin import (
    analytics,
    audit_log,
    conversations,
    dashboard,
    description,
    events,
    gate,
    login,
    metrics,
    providers,
    request,
    requests,
    review,
    static,
    users,
)
from mboa.admin.desk import Desk
from mboa.admin.gate import Open
from mboa.admin.live import Live
from mboa.admin.page import Invalid, Problem, language_of, show, wants_json
from mboa.admin.words import words
from mboa.storage.admin.accounts import Account
from mboa.storage.store import StoreAway

# A list before the one: `/admin/requests.csv` and the like must not be taken for an id.
NOUNS = (
    login,
    dashboard,
    events,
    metrics,
    description,
    requests,
    request,
    providers,
    conversations,
    analytics,
    review,
    users,
    audit_log,
)
Answer = Callable[[Request, Exception], Awaitable[Response]]


def add_admin(app: FastAPI, desk: Desk) -> None:
    """Give the application its admin."""
    app.state.desk = desk
    app.state.live = Live()
    app.router.routes.extend(_doors())
    for kind, answer in {**REFUSALS, **gate.handlers()}.items():
        app.add_exception_handler(kind, _below_admin(answer, app.exception_handlers.get(kind)))


@cache
def _doors() -> list[BaseRoute]:
    """Every door, read once in a process: they know no application, each finds the desk of the one that is asked."""
    every = APIRouter()
    open_to_all = APIRouter(dependencies=[Open])
    open_to_all.add_api_route("/admin/static/{name}", static.serve, methods=["GET"], include_in_schema=False)
    for router in (open_to_all, *(noun.router() for noun in NOUNS)):
        every.include_router(router)
    return every.routes


def _below_admin(answer: Answer, other: Any) -> Answer:
    """Ours below ``/admin``; elsewhere what the application had."""

    async def answered(http: Request, error: Exception) -> Response:
        if other is None or http.url.path.startswith("/admin"):
            return await answer(http, error)
        said: Response = await other(http, error)
        return said

    return answered


def refuse(http: Request, status: int, said: str, errors: Mapping[str, str] | None = None, **more: Any) -> Response:
    """One refusal for people and programs; ``said`` is a name of the table ``problem``, or a sentence."""
    me: Account | None = getattr(http.state, "me", None)
    told = words(language_of(http, me), "common")["problem"].get(said, said)
    body: dict[str, Any] = {"detail": told, **more}
    if errors is not None:
        where = "query" if http.method == "GET" else "body"
        body["detail"] = [{"loc": [where, name], "msg": text, "type": "value_error"} for name, text in errors.items()]
        body["errors"] = dict(errors)
    shown = {"said": told, "errors": errors or {}, "back": _back(http)}
    # Whoever has no HTML in mind gets JSON: a script that forgot to say what it accepts is served well, too.
    if "text/html" not in http.headers.get("accept", "") or wants_json(http):
        return show(_as_program(http), me, "problem.html", json=body, status=status)
    return show(http, me, "problem.html", shown, status=status)


def _as_program(http: Request) -> Request:
    headers = [(name, value) for name, value in http.scope["headers"] if name != b"accept"]
    return Request({**http.scope, "headers": [*headers, (b"accept", b"application/json")]})


def _back(http: Request) -> str:
    """The page that one came from, if it is ours."""
    came_from, own = http.headers.get("referer", ""), str(http.base_url)
    return came_from[len(own) - 1 :] if came_from.startswith(own) else ""


async def _problem(http: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return refuse(http, error.status, error.said, **error.more)


async def _invalid(http: Request, error: Exception) -> Response:
    assert isinstance(error, Invalid)
    return refuse(http, 422, "invalid", error.errors)


async def _not_valid(http: Request, error: Exception) -> Response:
    """FastAPI's own checks. A path that no id can have is a page that does not exist."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["loc"][0] == "path" for one in found):
        return refuse(http, 404, "not_found")
    said = words(language_of(http, getattr(http.state, "me", None)), "common")["invalid"]
    return refuse(http, 422, "invalid", {str(one["loc"][-1]): said.get(one["type"], said["other"]) for one in found})


async def _http(http: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return refuse(http, 404, "not_found")
    return refuse(http, error.status_code, str(error.detail))


async def _away(http: Request, _error: Exception) -> Response:
    return refuse(http, 503, "away")


REFUSALS: dict[type[Exception], Answer] = {
    Problem: _problem,
    Invalid: _invalid,
    RequestValidationError: _not_valid,
    HTTPException: _http,
    StoreAway: _away,
}
