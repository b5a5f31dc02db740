"""``GET /admin/metrics``: the dashboard's figures as JSON, and a page of the technical ones."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin import backups
from mboa.admin.backups import backup_figures
from mboa.admin.dashboard import figures
from mboa.admin.desk import AtDesk
from mboa.admin.gate import Viewer
from mboa.admin.page import show
from mboa.operations.exposition import counted
from mboa.operations.health import readiness
from mboa.storage.admin import dashboard as rows
from mboa.storage.store import Connection, Row


def _technical(conn: Connection) -> tuple[datetime, list[Row], list[Row], dict[str, Any]]:
    return conn.now, rows.lines(conn), rows.beats(conn), backup_figures(conn)


async def metrics(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """Business figures from the rows, the state of each way out, the workers' beats, the counters of all processes."""
    store = desk.office.store
    _status, health = await readiness(store)
    now, lines, beats, backup = await store.read(_technical)
    if not me.may("operator"):
        backup["error"] = None  # it may name folders of the machine
    every = await counted(store, http.app.state.ledger)
    technical = {"health": health, "backup": backup, "lines": lines, "workers": beats, "counters": every}
    shown = {"at": now, "store": store.description, **technical}
    return show(http, me, "metrics/page.html", shown, json={**await figures(desk), **technical})


def router() -> APIRouter:
    """The page, and the decision that it may ask for."""
    made = APIRouter()
    made.add_api_route("/admin/metrics", metrics, methods=["GET"], response_model=None)
    backups.add_routes(made)
    return made
