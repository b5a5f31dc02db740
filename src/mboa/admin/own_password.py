"""``POST /admin/account/password``: another password, for whoever knows the present one."""

from math import ceil

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from mboa.admin import account, passwords
from mboa.admin.account import own_session
from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk
from mboa.admin.entry import Entered, enter, give_cookie
from mboa.admin.gate import Viewer, client_of
from mboa.admin.page import Invalid, body, language_of, see_other, wants_json
from mboa.admin.words import words
from mboa.storage.admin import accounts, audit, sessions, throttle
from mboa.storage.admin.accounts import Account
from mboa.storage.admin.sessions import Client
from mboa.storage.store import Connection


class NewPassword(BaseModel):
    """The password that is, and the one that is to be."""

    current: str = Field(default="", max_length=2 * passwords.LONGEST)
    password: str = Field(min_length=1, max_length=2 * passwords.LONGEST)


@takes(NewPassword)
async def change_password(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """Every session ends, and this browser gets a new one."""
    own_session(http, me)
    try:
        sent = await body(http, NewPassword)
        await _check(http, desk, me, sent)
    except Invalid as error:
        if wants_json(http):
            raise
        return await account.page(http, desk, me, error.errors)
    new_hash = await passwords.hashed(sent.password)
    entered = await desk.office.store.write(_change_password, me, new_hash, client_of(http))
    answer = see_other(http, account.SAVED)
    give_cookie(answer, desk, entered.secret)
    return answer


async def _check(http: Request, desk: AtDesk, me: Account, sent: NewPassword) -> None:
    """Raises :class:`Invalid`. Guessing the present one is as slow as at the login."""
    said, store, ip = words(language_of(http, me), "login"), desk.office.store, client_of(http).ip
    record = await store.read(accounts.by_id, me.id)
    if record is not None and record.password_hash is not None:
        wait = await store.write(throttle.attempt, "password", me.email, ip)
        if wait:
            raise Invalid({"current": said["wait"].replace("{seconds}", str(ceil(wait.total_seconds())))})
        if not await passwords.is_right(record.password_hash, sent.current):
            raise Invalid({"current": words(language_of(http, me), "users")["wrong_password"]})
        await store.write(throttle.succeeded, "password", me.email, ip)
    why = passwords.refusal(sent.password, me.email)
    if why is not None:
        raise Invalid({"password": said[why]})


def _change_password(conn: Connection, me: Account, new_hash: str, client: Client) -> Entered:
    record = accounts.by_id(conn, me.id, lock=True)
    assert record is not None
    accounts.set_password(conn, me.id, new_hash)
    sessions.end_all(conn, me.id)
    entered = enter(conn, record, client, "change")
    audit.note(conn, me.id, "password_changed", f"account:{me.id}", after={"by": "password"})
    return entered


def router() -> APIRouter:
    """The one form."""
    made = APIRouter()
    made.add_api_route(f"{account.PAGE}/password", change_password, methods=["POST"], response_model=None)
    return made
