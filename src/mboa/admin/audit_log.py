"""``/admin/audit``: who did and saw what, newest first, and whether anybody has tampered with it. For owners."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from mboa.admin import person_rights, reveal
from mboa.admin.desk import AtDesk
from mboa.admin.gate import Owner
from mboa.admin.page import show
from mboa.storage.admin import accounts, audit
from mboa.storage.admin.audit import Entry, Filters
from mboa.storage.store import Connection

AT_ONCE = 25
MOST = 200
# Looked at with every page; `check=all` looks at the whole chain.
CHECKED = 1_000
# What a subject is, and the page on which it is shown.
PAGES = {
    "account": "/admin/users",
    "request": "/admin/requests",
    "provider": "/admin/providers",
    "contact": "/admin/conversations",
    "conversation": "/admin/conversations",
}
RowId = Annotated[int | None, Query(ge=1, le=2**53)]


async def list_audit(
    http: Request,
    desk: AtDesk,
    me: Owner,
    cursor: RowId = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = AT_ONCE,
) -> Response:
    """``items``, ``next``, and ``broken``: the first row that is not as it was written (``null``: none).

    Filters ``account``, ``action`` and ``subject`` want the exact value; the empty one is none.
    """
    filters = _filters(http)
    newest = None if http.query_params.get("check") == "all" else CHECKED
    found = await desk.office.store.read(_look, filters, (cursor, limit + 1), newest)
    items = [_shown(entry) for entry in found["entries"][:limit]]
    more = items[-1]["id"] if len(found["entries"]) > limit else None
    json = {"items": items, "next": more, "broken": found["broken"]}
    shown = {**json, "accounts": found["accounts"], "filters": filters, "checked": newest, "pages": PAGES}
    return show(http, me, "audit/list.html", shown, json=json)


def _filters(http: Request) -> Filters:
    asked = {name: _asked(http, name) for name in ("account", "action", "subject")}
    account = asked["account"]
    # Of anything else than an id there is nothing.
    known = account is None or (account.isascii() and account.isdigit() and len(account) < 16)
    return Filters((int(account) if known else 0) if account else None, asked["action"], asked["subject"])


def _asked(http: Request, name: str) -> str | None:
    return http.query_params.get(name, "").replace("\0", "\ufffd").strip() or None


def _look(conn: Connection, filters: Filters, page: tuple[int | None, int], newest: int | None) -> dict[str, Any]:
    return {
        "entries": audit.page(conn, filters, *page),
        "broken": audit.verify(conn, newest),
        "accounts": [(record.account.id, record.account.email) for record in accounts.everybody(conn)],
    }


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at,
        "account_id": entry.account_id,
        "email": entry.email,
        "action": entry.action,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
    }


def router() -> APIRouter:
    """The log, and the act that is logged most."""
    made = APIRouter()
    made.add_api_route("/admin/audit", list_audit, methods=["GET"], response_model=None)
    made.include_router(reveal.router())
    made.include_router(person_rights.router())
    return made
