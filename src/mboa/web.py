"""The web application: every door in one place. It checks, keeps and answers; the thinking is done by the loops."""

from collections.abc import Sequence
from secrets import compare_digest

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from mboa.operations.addresses import TrustedProxies, is_loopback
from mboa.operations.doors import WEBHOOKS
from mboa.operations.exposition import exposition
from mboa.operations.guard import Guard, answering, with_defaults
from mboa.operations.health import readiness
from mboa.operations.ledger import Ledger
from mboa.operations.limits import Allowances
from mboa.settings import Settings
from mboa.storage.store import Store, StoreAway


def create_app(settings: Settings, store: Store) -> FastAPI:
    """The bare application with health and metrics; channels and pages add their routes to it.

    Raises ``ValueError`` when ``MBOA_TRUSTED_PROXIES`` names no network.
    """
    app = FastAPI(title="Mboa", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.allowances, app.state.ledger = Allowances(store), Ledger(store)
    app.add_middleware(CompressMiddleware)
    app.add_middleware(Guard, proxies=TrustedProxies.parse(settings.trusted_proxies), allowances=app.state.allowances)

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health/ready")
    async def ready() -> JSONResponse:
        status, body = await readiness(store)
        return JSONResponse(body, status)

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not _may_read_metrics(request, settings.metrics_token.get_secret_value()):
            return PlainTextResponse("forbidden", 403)
        return Response(await exposition(store, app.state.ledger), media_type=CONTENT_TYPE_LATEST)

    @app.exception_handler(StoreAway)
    async def away(_request: Request, _error: Exception) -> Response:
        return PlainTextResponse("try again later", 503)

    @app.exception_handler(Exception)
    async def failed(request: Request, _error: Exception) -> Response:
        # Outside of the guard, which saw no answer to add to; nothing is told of what went wrong.
        answer = PlainTextResponse("Une erreur est survenue. / Something went wrong.", 500)
        answer.raw_headers[:] = with_defaults(answer.raw_headers, secure=request.url.scheme == "https")
        return answer

    return app


def in_front(doors: Sequence[Route], app: ASGIApp) -> ASGIApp:
    """Webhooks go straight to their doors: of the pages' middleware nothing concerns them, and it costs half of all."""
    handlers = {(method, door.path): door.endpoint for door in doors for method in door.methods or ()}
    others = Router(routes=doors)  # says 404 and 405 under /webhooks/

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/webhooks/"):
            await app(scope, receive, send)
        elif (handler := handlers.get((scope["method"], scope["path"]))) is not None:
            answer = answering(scope, WEBHOOKS, send)
            response = await handler(Request(scope, receive))
            await response(scope, receive, answer)
        else:
            await others(scope, receive, answering(scope, WEBHOOKS, send))

    return front


def _may_read_metrics(request: Request, token: str) -> bool:
    """With a token: whoever shows it. Without: programs on this machine, asking for themselves."""
    if token:
        return compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode())
    return is_loopback(request.scope)
