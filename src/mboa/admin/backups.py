"""How the house stands with its backups, and what becomes of what a restore has put into quarantine."""

from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin.desk import AtDesk
from mboa.admin.gate import Operator
from mboa.admin.page import see_other, show, wants_json
from mboa.storage import backups, quarantine
from mboa.storage.store import Connection

DECISIONS = {"release": quarantine.release, "drop": quarantine.drop}


def backup_figures(conn: Connection) -> dict[str, Any]:
    """State, the last verified backup and its ages in seconds, why something failed, and what waits for a decision."""
    standing, held = backups.standing(conn), quarantine.waiting(conn)
    last = standing.last
    ages = {
        "age_seconds": round((conn.now - last["made_at"]).total_seconds()) if last else None,
        "verified_age_seconds": round((conn.now - last["verified_at"]).total_seconds()) if last else None,
    }
    waiting = {"messages": held.messages, "requests": held.requests, "since": held.since_at} if held else None
    return {"state": standing.state, "last": last, **ages, "error": standing.error, "waiting": waiting}


async def decide(http: Request, desk: AtDesk, me: Operator, decision: Literal["release", "drop"]) -> Response:
    """Let what waits since a restore go on, or leave its messages unsent and its requests to people."""
    held = await desk.office.store.write(DECISIONS[decision], me.id)
    if not wants_json(http):
        return see_other(http, "/admin/metrics")
    return show(http, me, "", json={"decision": decision, "messages": held.messages, "requests": held.requests})


def add_routes(made: APIRouter) -> None:
    """The one decision."""
    made.add_api_route("/admin/restored/{decision}", decide, methods=["POST"], response_model=None)
