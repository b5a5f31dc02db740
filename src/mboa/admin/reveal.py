"""``POST /admin/contacts/{contact_id}/reveal``: a whole phone number for whoever sees them masked, and a note of it."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin.desk import AtDesk
from mboa.admin.entry import NOT_KEPT
from mboa.admin.gate import Viewer, own_path
from mboa.admin.page import Id, Problem, show
from mboa.storage import people
from mboa.storage.admin import audit
from mboa.storage.admin.accounts import Account
from mboa.storage.store import Connection


async def reveal(http: Request, desk: AtDesk, me: Viewer, contact_id: Id) -> Response:
    """``{"phone": …}`` (``null``: he shows none), or a page with it that leads back."""
    try:
        name, phone = await desk.office.store.write(_reveal, me, contact_id)
    except LookupError as error:
        raise Problem(404, "not_found") from error
    shown = {"name": name, "phone": phone, "back": own_path(urlsplit(http.headers.get("referer", "")).path)}
    return show(http, me, "audit/phone.html", shown, json={"phone": phone}, headers=NOT_KEPT)


def _reveal(conn: Connection, me: Account, contact_id: int) -> tuple[str | None, str | None]:
    contact = people.contact(conn, contact_id)
    audit.note(conn, me.id, "phone_revealed", f"contact:{contact_id}")
    return contact.name, contact.phone


def router() -> APIRouter:
    """The one path."""
    made = APIRouter()
    made.add_api_route("/admin/contacts/{contact_id}/reveal", reveal, methods=["POST"], response_model=None)
    return made
