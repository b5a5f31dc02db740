"""What an operator changes of one provider: his fields, whether he is on the roster, and whom he is kept from."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from mboa.admin import provider_form
from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Operator
from mboa.admin.page import HEADERS, Id, Invalid, Problem, body, see_other, show, wants_json
from mboa.admin.provider_acts import Act, Conflict, Deleted, change, keep_apart, remove, restore
from mboa.admin.words import words
from mboa.channels.numbers import to_e164
from mboa.storage.admin import provider_changes, provider_page
from mboa.storage.admin.provider_changes import PhoneTaken
from mboa.storage.store import Connection, Row

PATH = "/admin/providers/{provider_id}"


class Pair(BaseModel):
    """A client, by phone in any spelling or by id."""

    client: int | str = ""


async def edit_provider(http: Request, desk: AtDesk, me: Operator, provider_id: Id) -> Response:
    """The form with what he is now."""
    row = await _row(desk, provider_id)
    if row["deleted_at"] is not None:
        raise Problem(409, words(me.language, "providers")["is_deleted"])
    return provider_form.form(http, me, {"present": row})


async def _row(desk: Desk, provider_id: int) -> Row:
    row = await desk.office.store.read(provider_page.row_of, provider_id)
    if row is None:
        raise Problem(404, "not_found")
    return row


@takes(provider_form.Sent)
async def change_provider(http: Request, desk: AtDesk, me: Operator, provider_id: Id) -> Response:
    """200 with the provider. A program may send some of his fields, and ``version`` when it must be the one it read.

    422 with a message for each field; 409 on another person's phone, on a deleted provider, or on a stale version:
    then the answer has ``yours`` and ``current``, and a browser gets both side by side.
    """
    given, sent = await provider_form.read(http)
    present = await _row(desk, provider_id)
    values, errors = provider_form.check(given, me, present)
    shown = {"present": present, "given": given, "errors": errors, "version": sent.version}
    if errors:
        return provider_form.refused(http, me, shown)
    # A page without its version is no page of ours: it counts as one that is too old.
    version = sent.version if wants_json(http) else sent.version or 0
    act = Act(me.id, provider_id, version=version, once=sent.once)
    try:
        await desk.office.transact(change, f"operator:{me.id}", act, values)
    except PhoneTaken as taken:
        return provider_form.phone_taken(http, me, shown, taken)
    except Conflict as conflict:
        return provider_form.conflicting(http, me, {**shown, "present": conflict.present}, values)
    except Deleted as deleted:
        raise Problem(409, words(me.language, "providers")["is_deleted"]) from deleted
    if not wants_json(http):
        return see_other(http, f"/admin/providers/{provider_id}?done=saved")
    return show(http, me, "", json=provider_form.as_sent(await _row(desk, provider_id), me))


async def ask_before_delete(http: Request, desk: AtDesk, me: Operator, provider_id: Id) -> Response:
    """What would follow: how many wait for his answer, which jobs would be taken back."""
    row = await _row(desk, provider_id)
    asked, jobs = await desk.office.store.read(provider_page.in_hand, provider_id)
    return show(http, me, "providers/delete.html", {"provider": row, "asked": asked, "jobs": jobs})


async def delete_provider(http: Request, desk: AtDesk, me: Operator, provider_id: Id) -> Response:
    """204, for a page 303: he is off the roster. Again: nothing more. ``?version=`` makes 409 of a stale one."""
    version = http.query_params.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 16 else None
    try:
        await desk.office.transact(remove, f"operator:{me.id}", Act(me.id, provider_id, version=seen))
    except LookupError as error:
        raise Problem(404, "not_found") from error
    except Conflict as conflict:
        raise Problem(409, "stale", current=provider_form.as_sent(conflict.present, me)) from conflict
    if http.method == "DELETE" or wants_json(http):
        return Response(status_code=204, headers=HEADERS)
    return see_other(http, f"/admin/providers/{provider_id}?done=deleted")


async def restore_provider(http: Request, desk: AtDesk, me: Operator, provider_id: Id) -> Response:
    """He is back as he was, at any time after; 200 with the provider."""
    try:
        await desk.office.transact(restore, f"operator:{me.id}", Act(me.id, provider_id))
    except LookupError as error:
        raise Problem(404, "not_found") from error
    if not wants_json(http):
        return see_other(http, f"/admin/providers/{provider_id}?done=restored")
    return show(http, me, "", json=provider_form.as_sent(await _row(desk, provider_id), me))


@takes(Pair)
async def block_client(http: Request, desk: AtDesk, me: Operator, provider_id: Id) -> Response:
    """Keep a client's requests from this provider: 201 with the pair, 422 when nobody has this phone or id."""
    await _row(desk, provider_id)
    client = str((await body(http, Pair)).client).strip()
    contact_id = await desk.office.store.read(_contact, client)
    if contact_id is None:
        raise Invalid({"client": words(me.language, "providers")["no_client"]})
    act = Act(me.id, provider_id)
    await desk.office.transact(keep_apart, f"operator:{me.id}", act, contact_id, True)
    if not wants_json(http):
        return see_other(http, f"/admin/providers/{provider_id}?done=blocked#blocks")
    return show(http, me, "", json={"client_id": contact_id, "provider_id": provider_id}, status=201)


async def allow_client(http: Request, desk: AtDesk, me: Operator, provider_id: Id, client_id: Id) -> Response:
    """204, for a page 303: his requests may be offered to this provider again."""
    await _row(desk, provider_id)
    act = Act(me.id, provider_id)
    await desk.office.transact(keep_apart, f"operator:{me.id}", act, client_id, False)
    if http.method == "DELETE" or wants_json(http):
        return Response(status_code=204, headers=HEADERS)
    return see_other(http, f"/admin/providers/{provider_id}?done=allowed#blocks")


def _contact(conn: Connection, text: str) -> int | None:
    """The person with this id (short numbers) or this phone."""
    if text.isascii() and text.isdigit() and len(text) < 9:
        return provider_changes.person(conn, int(text))
    phone = to_e164(text[:40])
    found = provider_changes.holder(conn, phone) if phone else None
    return found[0] if found else None


def router() -> APIRouter:
    """Every path below a provider's own."""
    made = APIRouter()
    routes: tuple[tuple[str, str, Any], ...] = (
        ("PUT", "", change_provider),
        ("POST", "", change_provider),
        ("GET", "/edit", edit_provider),
        ("DELETE", "", delete_provider),
        ("GET", "/delete", ask_before_delete),
        ("POST", "/delete", delete_provider),
        ("POST", "/restore", restore_provider),
        ("POST", "/blocks", block_client),
        ("DELETE", "/blocks/{client_id}", allow_client),
        ("POST", "/blocks/{client_id}/delete", allow_client),
    )
    for method, path, endpoint in routes:
        made.add_api_route(PATH + path, endpoint, methods=[method], response_model=None)
    return made
