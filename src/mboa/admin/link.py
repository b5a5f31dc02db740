"""``/admin/link/{token}``: a one-time link leads to a first or forgotten password; the demo's link leads in at once."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from mboa.admin import passwords
from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk
from mboa.admin.entry import NOT_KEPT, Entered, enter, welcome
from mboa.admin.gate import Open, client_of
from mboa.admin.page import Invalid, body, language_of, show
from mboa.admin.words import words
from mboa.storage.admin import accounts, audit, links, sessions
from mboa.storage.admin.accounts import Record
from mboa.storage.admin.links import Kind
from mboa.storage.admin.sessions import Client
from mboa.storage.store import Connection


class Choice(BaseModel):
    """The password that is to be his."""

    password: str = Field(min_length=1, max_length=2 * passwords.LONGEST)


async def follow(http: Request, desk: AtDesk, token: str) -> Response:
    """Ask for a new password. Looking does not use the link up: chats and mail programs look at links by themselves.

    The demo's link, on the terminal of who started it, enters at once; in production there is no such link.
    """
    if desk.settings.env == "development":
        entered = await desk.office.store.write(_enter_at_once, token, client_of(http))
        if entered is not None:
            return welcome(http, desk, entered, "")
    record = await desk.office.store.read(_led_to, token)
    return _page(http, record)


@takes(Choice)
async def choose(http: Request, desk: AtDesk, token: str) -> Response:
    """Take the new password, once, and come in with it."""
    store = desk.office.store
    record = await store.read(_led_to, token)
    if record is None:
        return _page(http, None)
    try:
        sent = await body(http, Choice)
    except Invalid as error:
        return _page(http, record, error.errors)
    why = passwords.refusal(sent.password, record.account.email)
    if why is not None:
        return _page(http, record, {"password": words(language_of(http, record.account), "login")[why]})
    entered = await store.write(_choose, token, await passwords.hashed(sent.password), client_of(http))
    return welcome(http, desk, entered, "") if entered else _page(http, None)


def _led_to(conn: Connection, token: str, kind: Kind = "password") -> Record | None:
    account_id = links.good(conn, token, kind)
    return accounts.by_id(conn, account_id) if account_id is not None else None


def _enter_at_once(conn: Connection, token: str, client: Client) -> Entered | None:
    account_id = links.use(conn, token, "sign-in")
    record = accounts.by_id(conn, account_id) if account_id is not None else None
    return enter(conn, record, client, "sign-in") if record else None


def _choose(conn: Connection, token: str, password_hash: str, client: Client) -> Entered | None:
    account_id = links.use(conn, token, "password")
    record = accounts.by_id(conn, account_id, lock=True) if account_id is not None else None
    if record is None:
        return None
    accounts.set_password(conn, record.account.id, password_hash)
    sessions.end_all(conn, record.account.id)
    entered = enter(conn, record, client, "link")
    audit.note(conn, record.account.id, "password_changed", f"account:{record.account.id}", after={"by": "link"})
    return entered


def _page(http: Request, record: Record | None, errors: dict[str, str] | None = None) -> Response:
    """The form; without an account the words that this link is good no longer, 404."""
    account = record.account if record else None
    status = 404 if account is None else 422 if errors else 200
    said = words(language_of(http, account), "login")
    shown = {"account": account, "errors": errors or {}, "shortest": passwords.SHORTEST}
    json = {"detail": said["link_gone"] if record is None else said["choose"], "errors": errors or {}}
    return show(http, None, "login/link.html", shown, json=json, status=status, headers=NOT_KEPT)


def router() -> APIRouter:
    """Open to everybody who has a link."""
    made = APIRouter()
    path = "/admin/link/{token}"
    made.add_api_route(path, follow, methods=["GET"], dependencies=[Open], response_model=None)
    made.add_api_route(path, choose, methods=["POST"], dependencies=[Open], response_model=None)
    return made
