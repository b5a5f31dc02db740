"""``GET /admin/dashboard``: what needs a hand, what is under way, today's funnel, and the house's goals; live."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Viewer
from mboa.admin.live import Live, Sight, pieces
from mboa.admin.page import render_part, show, wants_json
from mboa.operations.health import LATE
from mboa.storage.admin import funnel
from mboa.storage.admin.dashboard import Present, present
from mboa.storage.admin.funnel import Criterion, Funnel
from mboa.storage.store import Connection, Row

MINUTE = 60

PAGES_OF_CRITERIA = {
    "understood": "/admin/analytics#words",
    "matched": "/admin/analytics",
    "rating": "/admin/providers?sort=rating",
    "answering": "/admin/analytics#answers",
}


def _all(conn: Connection) -> tuple[Present, Funnel, list[Criterion]]:
    return present(conn), funnel.today(conn), funnel.criteria(conn)


async def figures(desk: Desk) -> dict[str, Any]:
    """The dashboard as JSON: each figure equals a plain count of the rows."""
    house, day, goals = await desk.office.store.read(_all)
    return {
        "at": house.now,
        "requests": house.by_status,
        "offers": house.offers,
        **house.counts,
        "funnel": [asdict(step) for step in funnel.steps(day)],
        "criteria": [{**asdict(goal), "met": goal.met} for goal in goals],
    }


async def fragments(desk: Desk, language: str) -> Mapping[str, str]:
    """Every part of the page that can change, by its id."""
    house, day, goals = await desk.office.store.read(_all)
    late = {name: _is_late(house, since) for name, since in (("late_in", "unread"), ("late_out", "unsent"))}
    shown = {
        "n": house.counts,
        "by_status": house.by_status,
        "offers": [_with_time_left(offer, house) for offer in house.offers],
        "funnel": funnel.steps(day),
        "criteria": [{**asdict(goal), "met": goal.met, "href": PAGES_OF_CRITERIA[goal.name]} for goal in goals],
        **late,
    }
    return pieces(render_part("dashboard/parts.html", language, shown))


def sight(desk: Desk, language: str) -> Sight:
    """What a watcher of the dashboard sees: no person's number, so that it is one for all roles."""

    async def look() -> Mapping[str, str]:
        return await fragments(desk, language)

    return Sight(("dashboard", language), look)


def _is_late(house: Present, name: str) -> bool:
    since = house.counts[f"{name}_since_at"]
    return since is not None and house.now - since > LATE


def _with_time_left(offer: Row, house: Present) -> Row:
    """Whole minutes, the begun one counted: with seconds the page would change, and cost, without end."""
    left = (offer["expires_at"] - house.now).total_seconds()
    return {**offer, "left": max(0, -(-left // MINUTE) * MINUTE)}


async def dashboard(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """The page as it is now; what changes afterwards comes by ``/admin/events``."""
    if wants_json(http):
        return show(http, me, "dashboard/page.html", json=await figures(desk))
    live: Live = http.app.state.live
    watched = await live.now(sight(desk, me.language))
    parts = {name: html for name, html in watched.shown.items() if "data-gone" not in html}
    return show(http, me, "dashboard/page.html", {"parts": parts, "mark": live.mark(watched)})


def router() -> APIRouter:
    """The one path, and ``/admin`` itself."""
    made = APIRouter()
    made.add_api_route("/admin/dashboard", dashboard, methods=["GET"], response_model=None)
    made.add_api_route("/admin", dashboard, methods=["GET"], response_model=None, include_in_schema=False)
    return made
