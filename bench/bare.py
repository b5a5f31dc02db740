"""``python -m bench.bare PORT ENGINE WHERE``: what the machine gives to a webhook that only checks and keeps.

ENGINE is ``sqlite`` (WHERE: a file), ``postgresql`` (a URL) or ``nothing``, which answers without looking.
"""

import hmac
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mboa.storage.postgres import PostgresStore
from mboa.storage.sqlite import SqliteStore
from mboa.storage.store import Connection, Store
from tests.city import SECRET

_TABLE = "CREATE TABLE IF NOT EXISTS bare (body TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL)"
_INSERT = "INSERT INTO bare (body, created_at) VALUES (:body, :at)"
PATH = "/webhooks/whatsapp"


def _create(conn: Connection) -> None:
    conn.run(_TABLE)


def _insert(conn: Connection, body: str) -> None:
    conn.run(_INSERT, body=body, at=conn.now)


def keeping(store: Store) -> Starlette:
    """One route: the signature over the raw body, one durable row, 200."""

    async def webhook(request: Request) -> Response:
        body = await request.body()
        expected = "sha256=" + hmac.new(SECRET.encode(), body, sha256).hexdigest()
        if not hmac.compare_digest(expected, request.headers.get("x-hub-signature-256", "")):
            return PlainTextResponse("no", 401)
        await store.write(_insert, body.decode())
        return PlainTextResponse("ok")

    @asynccontextmanager
    async def opened(_: Starlette) -> AsyncIterator[None]:
        await store.open()
        await store.write(_create)
        yield
        await store.close()

    return _app(webhook, opened)


def idle() -> Starlette:
    """One route that does nothing: what is left is uvicorn, Starlette and the load generator."""

    async def webhook(_: Request) -> Response:
        return PlainTextResponse("ok")

    return _app(webhook, None)


def _app(webhook: Callable[[Request], Awaitable[Response]], lifespan: object) -> Starlette:
    async def ready(_: Request) -> Response:
        return PlainTextResponse("ok")

    routes = [Route(PATH, webhook, methods=["POST"]), Route("/health/ready", ready)]
    return Starlette(routes=routes, lifespan=lifespan)  # type: ignore[arg-type]


def main() -> None:
    """Serve until told to stop, with the options of ``mboa serve``."""
    port, engine, where = sys.argv[1:4]
    stores: dict[str, Callable[[], Store]] = {
        "sqlite": lambda: SqliteStore(Path(where)),
        "postgresql": lambda: PostgresStore(where),
    }
    uvicorn.run(
        keeping(stores[engine]()) if engine in stores else idle(),
        port=int(port),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
