"""``GET /admin/requests.csv``: what the list shows, however long, as a table for French spreadsheets."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Viewer
from mboa.admin.page import HEADERS, Invalid, phone_for
from mboa.admin.requests_query import FILTERS, Asked, errors_in_words, read
from mboa.admin.veil import veiled
from mboa.admin.words import words
from mboa.dispatch.policy import DOUALA
from mboa.storage.admin import audit, request_list
from mboa.storage.admin.accounts import Account
from mboa.storage.admin.request_filters import Filters, Place
from mboa.storage.store import Connection, Row
from mboa.understanding.gazetteer import zone_name

COLUMNS = (
    *("code", "status", "service", "zone", "place", "problem", "urgent", "client", "phone", "provider"),
    *("created", "confirmed", "accepted", "closed"),
)
CHUNK = 500
_BYTE_ORDER_MARK = "\ufeff"
# A cell that begins so is a formula to a spreadsheet; full-width signs are read as plain ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


async def export_csv(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """Every request that the query asks for, as of this moment; 422 as for the list."""
    asked = read(http.query_params)
    asked.errors.pop("limit", None), asked.errors.pop("cursor", None)
    if asked.errors:
        raise Invalid(errors_in_words(asked, words(me.language, "requests")["wrong"]))
    store = desk.office.store
    filters = replace(asked.filters, newest_id=await store.read(request_list.newest))
    count = await store.read(request_list.count, store.dialect, filters)
    await store.write(_note, me, asked, count)
    headers = {**HEADERS, "Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="demandes.csv"'}
    return StreamingResponse(_table(desk, me, filters), headers=headers, media_type="text/csv; charset=utf-8")


def _note(conn: Connection, me: Account, asked: Asked, count: int) -> None:
    """Who took how much out. What was searched for may be somebody's name or number: that it was is enough."""
    given = {name: "…" if name == "q" else asked.given[name] for name in FILTERS if asked.given[name]}
    audit.note(conn, me.id, "requests_exported", "requests", after={"count": count, "filter": given})


async def _table(desk: Desk, me: Account, filters: Filters) -> AsyncIterator[bytes]:
    """The table in pieces, each read in a transaction of its own: no piece knows of the whole."""
    said = words(me.language, "requests")["column"]
    yield (_BYTE_ORDER_MARK + _lines([[said[name] for name in COLUMNS]])).encode()
    after: Place | None = None
    store = desk.office.store
    while rows := await store.read(request_list.page, store.dialect, filters, after, CHUNK):
        yield _lines(_cells(row, me) for row in rows).encode()
        after = request_list.place_of(rows[-1], filters)


def _lines(rows: Any) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _cells(row: Row, me: Account) -> list[str]:
    said = words(me.language, "common")
    told = [
        said["status"].get(row["status"], row["status"]),
        said["service"].get(row["service"], row["service"]),
        zone_name(row["zone"]) if row["zone"] else "",
        *(veiled(me, row[name]) for name in ("place_text", "problem")),
        said["yes" if row["urgent"] else "no"],
        veiled(me, row["client_name"]),
        phone_for(me, row["client_phone"]),
        veiled(me, row["provider_name"]),
    ]
    moments = [_local(row[name]) for name in ("created_at", "confirmed_at", "accepted_at", "closed_at")]
    return [row["code"], *map(safe, told), *moments]


def _local(moment: datetime | None) -> str:
    return f"{moment.astimezone(DOUALA):%d/%m/%Y %H:%M}" if moment else ""


def safe(cell: str | None) -> str:
    """The text of a cell, with an apostrophe before what a spreadsheet would take for a formula."""
    text = (cell or "").replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def router() -> APIRouter:
    """The table's path."""
    made = APIRouter()
    made.add_api_route("/admin/requests.csv", export_csv, methods=["GET"], response_model=None)
    return made
