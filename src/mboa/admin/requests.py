"""``GET /admin/requests``: the list of requests, as a page and as JSON."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin import requests_bulk, requests_csv
from mboa.admin import saved_filters as own_filters
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Viewer
from mboa.admin.live import Live, Sight, order_of, pieces
from mboa.admin.page import Invalid, link, phone_for, render_part, show, wants_json
from mboa.admin.requests_query import FILTERS, SORTS, TRADES, Asked, cursor, errors_in_words, read, read_text
from mboa.admin.requests_total import totals_of
from mboa.admin.veil import veiled
from mboa.admin.words import words
from mboa.dispatch.status import Status
from mboa.storage.admin import provider_list, request_list, saved_filters
from mboa.storage.admin.accounts import Account
from mboa.storage.admin.request_search import Dialect
from mboa.storage.store import Connection, Row
from mboa.understanding.gazetteer import zone_name

# A page for people counts no further, so that it costs the same among a million: "1 000+" tells as much.
COUNTED = 1_000
OF_V_REQUESTS = (
    *("id", "code", "client_id", "service", "zone", "status", "urgent", "provider_id", "created_at", "confirmed_at"),
    *("accepted_at", "closed_at", "version"),
)
WORDS_OF_PEOPLE = ("client_name", "provider_name", "problem", "place_text")


async def list_requests(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """The requests that the query asks for; 422 with a message for each value that means nothing."""
    asked, store = read(http.query_params), desk.office.store
    if wants_json(http):
        if asked.errors:
            raise Invalid(errors_in_words(asked, words(me.language, "requests")["wrong"]))
        rows = await store.read(request_list.page, store.dialect, asked.filters, asked.after, asked.limit + 1)
        total = await totals_of(http).exact(store, asked.filters)
        return show(http, me, "", json={**_page(asked, rows, me), "total": total})
    shown = await store.read(_look, store.dialect, asked, me)
    shown |= {"chips": _chips(http, asked), "state": order_of(shown["items"]), "rows": {}}
    if not asked.errors:
        live: Live = http.app.state.live
        parts = _rows(me, asked, shown["items"])
        shown["mark"] = live.seen(_key(me, asked), parts)
        shown["rows"] = {name: html for name, html in parts.items() if name != "news"}
    return show(http, me, "requests/list.html", shown, status=422 if asked.errors else 200)


def sight(desk: Desk, me: Account, about: str) -> Sight | None:
    """The list with this query: rows change where they stand, and a line says when there are others."""
    asked, store = read_text(about), desk.office.store
    if asked.errors:
        return None

    async def look() -> Mapping[str, str]:
        rows = await store.read(request_list.page, store.dialect, asked.filters, asked.after, asked.limit + 1)
        return _rows(me, asked, _page(asked, rows, me)["items"])

    return Sight(_key(me, asked), look, stays=True)


def _key(me: Account, asked: Asked) -> tuple[str, ...]:
    return "requests", asked.address, me.language, "veiled" if me.role == "viewer" else ""


def _rows(me: Account, asked: Asked, items: list[dict[str, Any]]) -> dict[str, str]:
    known = {"me": me, "items": items, "state": order_of(items), "address": asked.address}
    return pieces(render_part("requests/rows.html", me.language, known))


def _look(conn: Connection, dialect: Dialect, asked: Asked, me: Account) -> dict[str, Any]:
    """Everything on the page, of one moment."""
    rows, total = [], 0
    if not asked.errors:
        rows = request_list.page(conn, dialect, asked.filters, asked.after, asked.limit + 1)
        total = request_list.count(conn, dialect, asked.filters, COUNTED + 1)
    covered = {*provider_list.zones_covered(conn), *filter(None, [asked.filters.zone])}
    return {
        **_page(asked, rows, me),
        "total": min(total, COUNTED),
        "beyond": total > COUNTED,
        "asked": asked,
        "errors": errors_in_words(asked, words(me.language, "requests")["wrong"]),
        "saved": saved_filters.of(conn, me.id),
        "zones": sorted(((slug, zone_name(slug)) for slug in covered), key=lambda zone: zone[1].casefold()),
        "trades": TRADES,
        "sorts": SORTS,
        "statuses": list(Status),
    }


def _page(asked: Asked, rows: list[Row], me: Account) -> dict[str, Any]:
    shown = rows[: asked.limit]
    more = len(rows) > asked.limit
    place = cursor(request_list.place_of(shown[-1], asked.filters), asked.filters.sort) if more else None
    return {"items": [as_sent(row, me) for row in shown], "next": place}


def as_sent(row: Row, me: Account) -> dict[str, Any]:
    """A request as this account may see it: the columns of ``v_requests``, the people's names and words, the offer
    that is open (``None`` when none is)."""
    item: dict[str, Any] = {name: row[name] for name in OF_V_REQUESTS}
    item |= {name: veiled(me, row[name]) for name in WORDS_OF_PEOPLE}
    item["client_phone"] = phone_for(me, row["client_phone"])
    item["offer"] = None
    if row["offer_id"] is not None:
        item["offer"] = {
            "id": row["offer_id"],
            "provider_id": row["asked_id"],
            "provider_name": veiled(me, row["asked_name"]),
            "position": row["offer_position"],
            "sent_at": row["offer_sent_at"],
            "expires_at": row["offer_expires_at"],
        }
    return item


def _chips(http: Request, asked: Asked) -> list[tuple[str, str, str]]:
    """Each filter that is set: its name, its value, and the address without it."""
    given = [(name, asked.given[name]) for name in FILTERS if asked.given[name]]
    return [(name, value, link(http, **{name: None, "cursor": None, "done": None})) for name, value in given]


def router() -> APIRouter:
    """Every path of the list; they must be known before those of one request, which take any name for an id."""
    made = APIRouter()
    made.add_api_route("/admin/requests", list_requests, methods=["GET"], response_model=None)
    for part in (requests_csv, requests_bulk, own_filters):
        made.include_router(part.router())
    return made
