"""``/admin/contacts/{id}/data`` and ``/erase``: what the law gives a person, done by an owner for whoever asks him."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin.desk import AtDesk
from mboa.admin.entry import NOT_KEPT
from mboa.admin.gate import Owner
from mboa.admin.page import HEADERS, Id, Problem, as_json, see_other, show
from mboa.forgetting import OnTheRoster, begin_forgetting
from mboa.storage import people
from mboa.storage.admin import audit
from mboa.storage.dossier import dossier
from mboa.storage.store import Connection
from mboa.storage.unit_of_work import Unit


async def give_data(desk: AtDesk, me: Owner, contact_id: Id) -> Response:
    """Everything held on a person, as a JSON file to hand over."""
    try:
        found = await desk.office.store.write(_collect, me.id, contact_id)
    except LookupError as error:
        raise Problem(404, "not_found") from error
    file = {"Content-Disposition": f'attachment; filename="mboa-{contact_id}.json"'}
    return Response(found, 200, {**HEADERS, **NOT_KEPT, **file}, media_type="application/json")


def _collect(conn: Connection, account_id: int, contact_id: int) -> bytes:
    people.contact(conn, contact_id)
    audit.note(conn, account_id, "data_exported", f"contact:{contact_id}")
    return as_json(dossier(conn, contact_id))


async def ask_before_erase(http: Request, desk: AtDesk, me: Owner, contact_id: Id) -> Response:
    """What will go and what stays, with one button."""
    try:
        contact = await desk.office.store.read(people.contact, contact_id)
    except LookupError as error:
        raise Problem(404, "not_found") from error
    return show(http, me, "conversations/erase.html", {"contact": contact})


async def erase(http: Request, desk: AtDesk, me: Owner, contact_id: Id) -> Response:
    """He is forgotten within a minute; 409 for a repairer on the roster."""
    try:
        await desk.office.transact(_begin, f"operator:{me.id}", me.id, contact_id)
    except LookupError as error:
        raise Problem(404, "not_found") from error
    except OnTheRoster as error:
        raise Problem(409, "on_the_roster") from error
    return see_other(http, f"/admin/conversations/{contact_id}?done=erasing")


def _begin(unit: Unit, account_id: int, contact_id: int) -> None:
    contact = unit.known.locked(contact_id)
    if contact.erasing_since_at is None:
        begin_forgetting(unit, contact, "operator")
        unit.keep_contact(contact)
        audit.note(unit.conn, account_id, "erasure_asked", f"contact:{contact_id}")


def router() -> APIRouter:
    """The three doors."""
    made = APIRouter()
    one = "/admin/contacts/{contact_id}"
    made.add_api_route(f"{one}/data", give_data, methods=["GET"], response_model=None)
    made.add_api_route(f"{one}/erase", ask_before_erase, methods=["GET"], response_model=None)
    made.add_api_route(f"{one}/erase", erase, methods=["POST"], response_model=None)
    return made
