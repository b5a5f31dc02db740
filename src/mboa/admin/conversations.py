"""``GET /admin/conversations``: people by their newest word; and every other door of the noun."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin import conversation, media, message, misread, parked_messages, takeover_forms
from mboa.admin.conversation import window_until
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Viewer
from mboa.admin.live import Live, Sight, order_of, pieces
from mboa.admin.page import phone_for, render_part, show
from mboa.admin.veil import veiled
from mboa.storage.admin import conversation_list
from mboa.storage.admin.accounts import Account
from mboa.storage.admin.conversation_list import Filters, Flag, Side
from mboa.storage.sql import time_text
from mboa.storage.store import Connection, Row

ON_A_PAGE = 25
EXCERPT_CHARS = 80


async def list_conversations(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """The list; ``q``, ``flag`` and ``side`` narrow it, a value that is none of theirs is left aside; ``cursor``."""
    filters, cursor = _asked(http.query_params)
    items, following = await _look(desk, me, filters, cursor)
    address = _address(filters, cursor)
    live: Live = http.app.state.live
    parts = _parts(me, address, items)
    shown = {
        "items": items,
        "next": following,
        "filters": filters,
        "flags": get_args(Flag),
        "sides": get_args(Side),
        "address": address,
        "state": order_of(items),
        "mark": live.seen(_key(me, address), parts),
        "rows": {name: html for name, html in parts.items() if name != "news"},
    }
    return show(http, me, "conversations/list.html", shown, json={"items": items, "next": following})


def sight(desk: Desk, me: Account, about: str) -> Sight:
    """The list with this query: rows change where they stand, and a line says when there are others."""
    filters, cursor = _asked(dict(parse_qsl(about)))
    address = _address(filters, cursor)

    async def look() -> Mapping[str, str]:
        items, _ = await _look(desk, me, filters, cursor)
        return _parts(me, address, items)

    return Sight(_key(me, address), look, stays=True)


def _asked(query: Mapping[str, str]) -> tuple[Filters, str]:
    flag, side = query.get("flag"), query.get("side")
    filters = Filters(
        cast("Flag", flag) if flag in get_args(Flag) else None,
        cast("Side", side) if side in get_args(Side) else None,
        query.get("q", "")[:100],
    )
    return filters, query.get("cursor", "")[:80]


def _address(filters: Filters, cursor: str) -> str:
    given = {"q": filters.q, "flag": filters.flag, "side": filters.side, "cursor": cursor}
    return urlencode({name: value for name, value in given.items() if value})


def _key(me: Account, address: str) -> tuple[str, ...]:
    return "conversations", address, me.language, "veiled" if me.role == "viewer" else ""


def _parts(me: Account, address: str, items: list[dict[str, Any]]) -> dict[str, str]:
    known = {"items": items, "state": order_of(items), "address": address}
    return pieces(render_part("conversations/rows.html", me.language, known))


async def _look(desk: Desk, me: Account, filters: Filters, cursor: str) -> tuple[list[dict[str, Any]], str | None]:
    """A page of people, and the cursor of the next one."""
    rows, now = await desk.office.store.read(_rows, filters, read_cursor(cursor))
    last = rows[ON_A_PAGE - 1] if len(rows) > ON_A_PAGE else None
    following = f"{time_text(last['at'])}_{last['id']}" if last else None
    return [_item(me, row, now) for row in rows[:ON_A_PAGE]], following


def _rows(conn: Connection, filters: Filters, after: tuple[datetime, int] | None) -> tuple[list[Row], datetime]:
    return conversation_list.people(conn, filters, after, ON_A_PAGE + 1), conn.now


def read_cursor(cursor: str) -> tuple[datetime, int] | None:
    """Time and id of the last one seen; ``None`` for a cursor that we never gave."""
    moment, _, number = cursor.partition("_")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    known = at.tzinfo is not None and number.isascii() and number.isdigit() and len(number) < 18
    return (at, int(number)) if known else None


def _item(me: Account, row: Row, now: datetime) -> dict[str, Any]:
    held = row["held_until_at"] is not None and row["held_until_at"] > now
    flags = {
        "needs_human": row["needs_human"],
        "taken_over": held,
        "misunderstood": row["misses"] > 0,
        "opted_out": row["opted_out"],
        "provider": row["is_provider"],
    }
    return {
        "id": row["id"],
        "name": veiled(me, row["name"]),
        "phone": phone_for(me, row["phone"]),
        "last_message": _last(me, row) if row["last_kind"] else None,
        "at": row["at"],
        "window_open_until": window_until(row, now),
        "flags": [name for name, is_so in flags.items() if is_so],
        "held_by": row["holder"] if held else None,
    }


def _last(me: Account, row: Row) -> dict[str, Any]:
    # Veiled before it is cut: half a number is a number, too.
    text = " ".join(str(veiled(me, row["last_text"] or "")).split())[:EXCERPT_CHARS]
    return {"text": text, **{name: row[f"last_{name}"] for name in ("direction", "kind", "status")}}


def router() -> APIRouter:
    """All doors of conversations, parked messages and misread ones."""
    made = APIRouter()
    made.add_api_route("/admin/conversations", list_conversations, methods=["GET"], response_model=None)
    for noun in (conversation, takeover_forms, message, misread, media, parked_messages):
        noun.add_routes(made)
    return made
