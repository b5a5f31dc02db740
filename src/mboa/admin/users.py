"""``/admin/users``: whoever may come in, as what, and from where he is in right now. For owners."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from mboa.admin import account, invitations, own_password, roll, second_factor
from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk
from mboa.admin.gate import Owner
from mboa.admin.invitations import PAGE
from mboa.admin.page import Id, Problem, body, language_of, see_other, show, wants_json
from mboa.admin.words import words
from mboa.storage.admin import accounts, audit, sessions
from mboa.storage.admin.accounts import Account, LastOwner, Role
from mboa.storage.store import Connection


class Change(BaseModel):
    """What an account may do from now on; what is not named stays."""

    role: Role | None = None
    active: bool | None = None


async def list_users(http: Request, desk: AtDesk, me: Owner) -> Response:
    """Accounts with their live sessions and tokens in force."""
    items = await desk.office.store.read(roll.everybody)
    return show(http, me, "users/list.html", {"items": items, "errors": {}, "sent": {}}, json={"items": items})


async def show_user(http: Request, desk: AtDesk, me: Owner, account_id: Id) -> Response:
    """One account."""
    item = await desk.office.store.read(roll.one, account_id)
    if item is None:
        raise Problem(404, "not_found")
    return show(http, me, "users/one.html", {"one": item}, json=item)


@takes(Change)
async def change(http: Request, desk: AtDesk, me: Owner, account_id: Id) -> Response:
    """Another role, or closed, or open again; its sessions end at once."""
    sent = await body(http, Change)
    try:
        found = await desk.office.store.write(_change, me, account_id, sent)
    except LastOwner as error:
        raise Problem(409, words(language_of(http, me), "users")["last_owner"]) from error
    if not found:
        raise Problem(404, "not_found")
    if wants_json(http):
        return await show_user(http, desk, me, account_id)
    return see_other(http, f"{PAGE}/{account_id}?done=saved")


def _change(conn: Connection, me: Account, account_id: int, sent: Change) -> bool:
    record = accounts.by_id(conn, account_id)
    if record is None:
        return False
    before: dict[str, Any] = {"role": record.account.role, "active": record.active}
    after = {**before, **sent.model_dump(exclude_none=True)}
    if after == before:
        return True
    # The demotion comes before the closing: each asks whether another owner is left.
    accounts.set_role(conn, account_id, after["role"])
    accounts.set_active(conn, account_id, after["active"])
    sessions.end_all(conn, account_id)
    audit.note(conn, me.id, "account_changed", f"account:{account_id}", before=before, after=after)
    return True


async def end_session(http: Request, desk: AtDesk, me: Owner, account_id: Id, session_id: Id) -> Response:
    """End a session of anybody's."""
    await desk.office.store.write(account.close_session, me, account_id, session_id)
    return see_other(http, PAGE)


async def revoke_token(http: Request, desk: AtDesk, me: Owner, account_id: Id, token_id: Id) -> Response:
    """Revoke a token of anybody's."""
    await desk.office.store.write(account.close_token, me, account_id, token_id)
    return see_other(http, f"{PAGE}/{account_id}")


def router() -> APIRouter:
    """Accounts, and everybody's own."""
    made = APIRouter()
    one = PAGE + "/{account_id}"
    made.add_api_route(PAGE, list_users, methods=["GET"], response_model=None)
    made.add_api_route(one, show_user, methods=["GET"], response_model=None)
    for method in ("PUT", "POST"):
        made.add_api_route(one, change, methods=[method], response_model=None)
    made.add_api_route(one + "/sessions/{session_id}/end", end_session, methods=["POST"], response_model=None)
    made.add_api_route(one + "/tokens/{token_id}/revoke", revoke_token, methods=["POST"], response_model=None)
    for part in (invitations, account, own_password, second_factor):
        made.include_router(part.router())
    return made
