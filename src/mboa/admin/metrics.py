"""``GET /admin/metrics``: the dashboard's figures as JSON, and a page of the technical ones."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin.dashboard import figures
from mboa.admin.desk import AtDesk
from mboa.admin.gate import Viewer
from mboa.admin.page import show
from mboa.operations.health import readiness
from mboa.operations.metrics import COUNTERS
from mboa.storage.admin import dashboard as rows
from mboa.storage.store import Connection, Row


def _technical(conn: Connection) -> tuple[datetime, list[Row], list[Row]]:
    return conn.now, rows.lines(conn), rows.beats(conn)


async def metrics(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """Business figures from the rows, the state of each way out, the workers' beats, and this process's counters."""
    store = desk.office.store
    _status, health = await readiness(store)
    now, lines, beats = await store.read(_technical)
    counted = counters()
    technical = {"health": health, "lines": lines, "workers": beats, "counters": counted}
    shown = {"at": now, "store": store.description, **technical}
    return show(http, me, "metrics/page.html", shown, json={**await figures(desk), **technical})


def counters() -> list[dict[str, Any]]:
    """What this process has counted since it started: names with the mission's dots, labels, values above zero."""
    return [
        {"name": name, "labels": dict(sample.labels), "value": sample.value}
        for name, counter in sorted(COUNTERS.items())
        for metric in counter.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.value
    ]


def router() -> APIRouter:
    """The one path."""
    made = APIRouter()
    made.add_api_route("/admin/metrics", metrics, methods=["GET"], response_model=None)
    return made
