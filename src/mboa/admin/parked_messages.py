"""``GET /admin/parked``: what could not be read or heard, with the reason, and a button to try it again."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin.desk import AtDesk
from mboa.admin.gate import Operator, Viewer
from mboa.admin.page import Id, Problem, see_other, show, wants_json
from mboa.admin.veil import veiled
from mboa.admin.words import words
from mboa.rereading import raw_of, try_again
from mboa.storage import parked
from mboa.storage.admin import audit
from mboa.storage.admin.accounts import Account
from mboa.storage.admin.conversation import NEWEST
from mboa.storage.store import Connection, Row

ON_A_PAGE = 25
# Enough to see what it is; a body may be 4 MB.
SHOWN_CHARS = 20_000


async def list_parked(http: Request, desk: AtDesk, me: Viewer, cursor: str = "") -> Response:
    """Newest first, without what is in them."""
    before = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 18 else NEWEST
    rows = await desk.office.store.read(parked.page, before, ON_A_PAGE + 1)
    items = [_item(me, row) for row in rows[:ON_A_PAGE]]
    following = str(items[-1]["id"]) if len(rows) > ON_A_PAGE else None
    shown = {"items": items, "next": following}
    return show(http, me, "conversations/parked.html", shown, json=shown)


async def show_parked(http: Request, desk: AtDesk, me: Viewer, message_id: Id) -> Response:
    """One of them; operators see what came, as inert text."""
    row = await desk.office.store.read(parked.by_id, message_id)
    if row is None:
        raise Problem(404, "not_found")
    raw = (row["text"] or raw_of(row))[:SHOWN_CHARS] if me.may("operator") else None
    shown = {**_item(me, row), "raw": raw}
    return show(http, me, "conversations/parked_one.html", {"item": shown}, json=shown)


def _item(me: Account, row: Row) -> dict[str, Any]:
    shown: dict[str, Any] = veiled(
        me, {name: row[name] for name in ("id", "created_at", "channel", "contact_id", "kind", "error")}
    )
    return shown


async def retry(http: Request, desk: AtDesk, me: Operator, message_id: Id) -> Response:
    """Try it again; 409 when it still cannot be read."""
    settings = desk.settings
    taken = await desk.office.store.write(_retry, me, message_id, settings.burst, desk.office.policy.offer_timeout)
    if taken is None:
        raise Problem(404, "not_found")
    if not taken:
        raise Problem(409, words(me.language, "conversations")["refused"]["still_parked"], id=message_id)
    if not wants_json(http):
        return see_other(http, "/admin/parked?done=taken")
    return show(http, me, "", json={"id": message_id, "taken": True})


def _retry(conn: Connection, me: Account, message_id: int, burst: timedelta, offer_timeout: timedelta) -> bool | None:
    row = parked.by_id(conn, message_id)
    if row is None:
        return None
    taken = try_again(conn, row, burst, offer_timeout)
    audit.note(conn, me.id, "parked_retried", f"message:{message_id}", after={"taken": taken})
    return taken


def add_routes(made: APIRouter) -> None:
    """The list, one of them, try again."""
    made.add_api_route("/admin/parked", list_parked, methods=["GET"], response_model=None)
    made.add_api_route("/admin/parked/{message_id}", show_parked, methods=["GET"], response_model=None)
    made.add_api_route("/admin/parked/{message_id}/retry", retry, methods=["POST"], response_model=None)
