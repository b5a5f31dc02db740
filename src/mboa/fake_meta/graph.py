"""The double over HTTP as the Graph API: messages, media, templates; and the doors of :mod:`mboa.fake_meta.control`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mboa.fake_meta.bodies import METADATA, error
from mboa.fake_meta.control import Control, as_json
from mboa.fake_meta.faults import Fate
from mboa.fake_meta.media import Medium
from mboa.fake_meta.reading import Refused
from mboa.fake_meta.registry import announcement
from mboa.fake_meta.wire import Answer, json_bytes, read_body

if TYPE_CHECKING:
    from mboa.fake_meta.courier import Courier
    from mboa.fake_meta.double import MetaDouble

Door = Callable[[Request], Awaitable[Response]]
NUMBER = {
    "id": METADATA["phone_number_id"],
    "display_phone_number": METADATA["display_phone_number"],
    "verified_name": "Mboa",
    "quality_rating": "GREEN",
}
_UNPROCESSED: dict[Fate, int] = {"lost": 0, "error": 503, "throttled": 429}


def asgi(double: "MetaDouble", courier: "Courier | None" = None) -> ASGIApp:
    """The double as an ASGI application; ``courier`` carries its webhooks, without one nothing leaves by itself.

    ``POST /{version}/{phone id}/messages`` has a short cut past the router: it is what a load test hits.
    """
    graph = Graph(double, courier)
    others = Starlette(routes=[*Control(double, courier).routes(), *graph.routes()])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and _is_messages(scope["path"]):
            await graph.messages(scope, receive, send)
        else:
            await others(scope, receive, send)

    return app


def _is_messages(path: str) -> bool:
    return path.endswith("/messages") and path.count("/") == 3 and not path.startswith("/phones/")


class Graph:
    """What a business calls."""

    def __init__(self, double: "MetaDouble", courier: "Courier | None") -> None:
        self.double = double
        self.courier = courier

    def routes(self) -> list[Route]:
        """Every door but that of messages."""
        templates = "/{version}/{account}/message_templates"
        return [
            Route(templates, guarded(self.list_templates)),
            Route(templates, guarded(self.add_template), methods=["POST"]),
            Route(templates, guarded(self.remove_template), methods=["DELETE"]),
            Route("/{version}/{phone_id}/media", self.upload, methods=["POST"]),
            Route("/media/{token}", self.download),
            Route("/{version:str}/{node:int}", guarded(self.edit_template), methods=["POST"]),
            Route("/{version:str}/{node:str}", guarded(self.describe)),
        ]

    async def messages(self, scope: Scope, receive: Receive, send: Send) -> None:
        """``POST /{version}/{phone id}/messages``."""
        body = await read_body(receive)
        weather = self.double.weather
        fate = weather.fate()
        answer, fate = self._unprocessed(body, fate) if fate in _UNPROCESSED else self._processed(scope, body, fate)
        latency = weather.within(weather.profile.answer_seconds)
        if latency:
            await asyncio.sleep(latency)
        await answer.give(scope, receive, send, fate, weather.profile.slow_bytes_per_second)

    def _unprocessed(self, body: bytes, fate: Fate) -> tuple[Answer, Fate]:
        try:
            payload = orjson.loads(body)
        except orjson.JSONDecodeError:
            payload = None
        status = _UNPROCESSED[fate]
        answer = error(4, "too many calls") if fate == "throttled" else {}
        self.double.note(payload, status, answer)["fate"] = fate
        after = str(self.double.profile.retry_after_seconds)
        return Answer(status, json_bytes(answer), {"retry-after": after} if fate == "throttled" else None), fate

    def _processed(self, scope: Scope, body: bytes, fate: Fate) -> tuple[Answer, Fate]:
        if not _has_token(scope):
            return self._turned_away(401, 190, "an access token is required"), "normal"
        try:
            payload = orjson.loads(body)
        except orjson.JSONDecodeError:
            return self._turned_away(400, 100, "the body is not JSON"), "normal"
        status, answer = self.double.accept(payload)
        if status != 200:
            return Answer(status, json_bytes(answer)), "normal"
        self.double.log[-1]["fate"] = fate
        if self.courier:
            self.courier.report(answer["messages"][0]["id"], fate)
        return Answer(500, b"{}") if fate == "error_after" else Answer(200, json_bytes(answer)), fate

    def _turned_away(self, status: int, code: int, details: str) -> Answer:
        answer = error(code, details)
        self.double.note(None, status, answer)
        return Answer(status, json_bytes(answer))

    # --- templates

    async def list_templates(self, request: Request) -> Response:
        """``GET /{version}/{account}/message_templates?name=&status=&limit=&after=``: page after page."""
        asked = {name: request.query_params.get(name) for name in ("name", "status")}
        listed = self.double.registry.listed(self.double.clock(), **asked)
        try:
            first, most = (int(request.query_params.get(name, of)) for name, of in (("after", "0"), ("limit", "25")))
        except ValueError:
            return as_json(error(100, "limit and after are numbers here"), 400)
        end = first + most
        paging = {"cursors": {"before": str(first), "after": str(end)}}
        more = {"next": str(request.url.include_query_params(after=end))} if end < len(listed) else {}
        return as_json({"data": listed[first:end], "paging": {**paging, **more}})

    async def add_template(self, request: Request) -> Response:
        """``POST /{version}/{account}/message_templates``: Meta's shape."""
        now, review = self.double.clock(), self.double.profile.review_seconds
        try:
            added = self.double.registry.add(orjson.loads(await request.body()), now, review)
        except (Refused, AttributeError, ValueError) as refused:
            return as_json(error(100, str(refused)), 400)
        if self.courier:
            self.courier.hand_over(announcement(added, "APPROVED", now), review)
        return as_json({"id": added.id, "status": added.state, "category": added.file.category.upper()})

    async def edit_template(self, request: Request) -> Response:
        """``POST /{version}/{template id}`` with new ``components``."""
        try:
            self.double.registry.edit(str(request.path_params["node"]), orjson.loads(await request.body()))
        except (Refused, KeyError, TypeError, AttributeError, ValueError) as refused:
            return as_json(error(100, str(refused)), 400)
        return as_json({"success": True})

    async def remove_template(self, request: Request) -> Response:
        """``DELETE /{version}/{account}/message_templates?name=``."""
        removed = self.double.registry.remove(request.query_params.get("name", ""))
        return as_json({"success": True}) if removed else as_json(error(100, "no template of this name"), 400)

    # --- media

    async def upload(self, request: Request) -> Response:
        """``POST /{version}/{phone id}/media``: a form with ``file``."""
        async with request.form() as form:
            file = form.get("file")
            if file is None or isinstance(file, str):
                return as_json(error(100, "file is required"), 400)
            medium = Medium(await file.read(), file.content_type or "application/octet-stream", self.double.clock())
        return as_json({"id": self.double.media.put(medium)})

    async def describe(self, request: Request) -> Response:
        """``GET /{version}/{node}``: our own number, or a medium and where it can be downloaded for a few minutes."""
        if request.path_params["node"] == METADATA["phone_number_id"]:
            return as_json(NUMBER)
        base, now = str(request.base_url).rstrip("/"), self.double.clock()
        try:
            return as_json(self.double.media.describe(request.path_params["node"], base, now, self.double.profile))
        except Refused as refused:
            return as_json(error(100, str(refused)), refused.status)

    async def download(self, request: Request) -> Response:
        """The link of a medium; it, too, asks for the token."""
        if not _has_token(request.scope):
            return as_json(error(190, "an access token is required"), 401)
        try:
            medium = self.double.media.download(request.path_params["token"], self.double.clock(), self.double.profile)
        except Refused as refused:
            return as_json(error(100, str(refused)), refused.status)
        return Response(medium.content, media_type=medium.mime_type)


def guarded(door: Door) -> Door:
    """A door that opens only to whoever shows an access token."""

    async def opened(request: Request) -> Response:
        if not _has_token(request.scope):
            return as_json(error(190, "an access token is required"), 401)
        return await door(request)

    return opened


def _has_token(scope: Scope) -> bool:
    return any(name == b"authorization" and value[:7] == b"Bearer " for name, value in scope["headers"])
