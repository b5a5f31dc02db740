"""Messages that were misread: marked by operators, listed, and handed out as test cases of the understanding."""

from collections.abc import Iterator
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk
from mboa.admin.gate import Operator, Viewer
from mboa.admin.message import Beside, message_page
from mboa.admin.page import HEADERS, Id, Invalid, Problem, body, see_other, show, wants_json
from mboa.admin.veil import veiled
from mboa.channels.numbers import blanked
from mboa.storage.admin import audit, conversation, misread
from mboa.storage.admin.accounts import Account
from mboa.storage.admin.misread import Meant
from mboa.storage.store import Connection, Row
from mboa.understanding.facts import Intent, Service

ON_A_PAGE = 25
MOST_EXPORTED = 10_000


class Mark(BaseModel):
    """What the message says in truth; an empty ``service`` or ``place`` means that it is not said."""

    intent: Intent
    service: Service | None = None
    place: str = Field("", max_length=300)
    note: str = Field("", max_length=1_000)


@takes(Mark)
async def mark(http: Request, desk: AtDesk, me: Operator, contact_id: Id, message_id: Id) -> Response:
    """Mark a message, or change its mark."""
    try:
        asked = await body(http, _Form)
    except Invalid as invalid:
        if wants_json(http):
            raise
        return await message_page(http, desk, me, (contact_id, message_id), Beside(errors=invalid.errors))
    meant = Meant(asked.intent, asked.service or None, _clean(asked.place) or None, _clean(asked.note))
    if not await desk.office.store.write(_mark, me, (contact_id, message_id), meant):
        raise Problem(404, "not_found")
    if not wants_json(http):
        return see_other(http, f"/admin/conversations/{contact_id}/messages/{message_id}?done=marked")
    return show(http, me, "", json={"message_id": message_id, **asked.model_dump(exclude={"once"})}, status=201)


class _Form(Mark):
    """A form leaves a field empty where JSON says null."""

    service: Service | None = None
    once: str = ""

    def __init__(self, **sent: Any) -> None:
        super().__init__(**{name: value for name, value in sent.items() if value not in ("", None)})


def _clean(typed: str) -> str:
    return typed.replace("\r\n", "\n").replace("\0", "").strip()


def _mark(conn: Connection, me: Account, which: tuple[int, int], meant: Meant) -> bool:
    row = conversation.message(conn, *which)
    if row is None or row["direction"] != "in":
        return False
    misread.mark(conn, row["id"], me.id, meant)
    # The place is a person's address: it stands with the message, and not in a log that is kept for ever.
    what = {"intent": meant.intent, "service": meant.service}
    audit.note(conn, me.id, "message_marked_misread", f"message:{row['id']}", after=what)
    return True


async def unmark(http: Request, desk: AtDesk, me: Operator, contact_id: Id, message_id: Id) -> Response:
    """It was read rightly after all."""
    await desk.office.store.write(_unmark, me, message_id)
    if not wants_json(http):
        return see_other(http, f"/admin/conversations/{contact_id}/messages/{message_id}?done=unmarked")
    return show(http, me, "", json={"message_id": message_id, "misread": None})


def _unmark(conn: Connection, me: Account, message_id: int) -> None:
    if misread.unmark(conn, message_id):
        audit.note(conn, me.id, "message_unmarked_misread", f"message:{message_id}")


async def list_misread(http: Request, desk: AtDesk, me: Viewer, cursor: str = "") -> Response:
    """The marks, newest first."""
    before = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 18 else conversation.NEWEST
    rows = await desk.office.store.read(misread.page, before, ON_A_PAGE + 1)
    items = [veiled(me, row) for row in rows[:ON_A_PAGE]]
    following = str(items[-1]["id"]) if len(rows) > ON_A_PAGE else None
    shown = {"items": items, "next": following}
    return show(http, me, "conversations/misread.html", shown, json=shown)


async def export(desk: AtDesk, _me: Viewer) -> Response:
    """One test case a line, in the spelling of the understanding's own; oldest first."""
    rows = await desk.office.store.read(misread.following, 0, MOST_EXPORTED)
    lines = b"".join(orjson.dumps(case) + b"\n" for case in cases(rows))
    name = {"Content-Disposition": "attachment; filename=misread.jsonl", "Cache-Control": "no-store"}
    return Response(lines, media_type="application/x-ndjson", headers={**HEADERS, **name})


def cases(rows: list[Row]) -> Iterator[dict[str, Any]]:
    """The marks as test cases: what was meant, and of the rest (time, language) what was read. Phones are blanked."""
    for row in rows:
        read, time = row["understood"], row["understood"].get("time") or {}
        case = {
            "text": blanked(row["text"]),
            "expecting": read.get("expecting"),
            "intent": row["intent"],
            "service": row["service"],
            "place": blanked(row["place"]) if row["place"] else None,
            "time": blanked(time["text"]) if time.get("text") else None,
            "language": read.get("language"),
            "note": blanked(row["note"]) or None,
        }
        yield {name: value for name, value in case.items() if value is not None or name not in {"expecting", "note"}}


def add_routes(made: APIRouter) -> None:
    """The marks of one message, the list, the export."""
    one = "/admin/conversations/{contact_id}/messages/{message_id}/misread"
    for method in ("POST", "PUT"):
        made.add_api_route(one, mark, methods=[method], response_model=None)
    made.add_api_route(one, unmark, methods=["DELETE"], response_model=None)
    made.add_api_route(f"{one}/delete", unmark, methods=["POST"], response_model=None)
    made.add_api_route("/admin/misread", list_misread, methods=["GET"], response_model=None)
    made.add_api_route("/admin/misread.jsonl", export, methods=["GET"], response_model=None)
