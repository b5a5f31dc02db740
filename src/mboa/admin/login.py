"""``/admin/login``: password, then the second factor where there is one; and out again."""

import logging
from datetime import timedelta
from math import ceil

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from mboa.admin import link, passwords
from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk
from mboa.admin.entry import CODE_PAGE, NOT_KEPT, Entered, enter, take_cookie, welcome
from mboa.admin.gate import LOGIN, Open, Unprepared, client_of, own_path, session_of
from mboa.admin.page import Invalid, body, language_of, see_other, show
from mboa.admin.words import words
from mboa.storage.admin import accounts, audit, sessions, throttle, two_factor
from mboa.storage.admin.accounts import Account, Record
from mboa.storage.admin.sessions import Client, Session
from mboa.storage.store import Connection

logger = logging.getLogger(__name__)


class Login(BaseModel):
    """Who he says he is."""

    email: str = Field(min_length=1, max_length=accounts.EMAIL_CHARS)
    password: str = Field(min_length=1, max_length=2 * passwords.LONGEST)
    next: str = ""


class Code(BaseModel):
    """Six digits of the phone, or a recovery code."""

    code: str = Field(min_length=1, max_length=40)
    next: str = ""


async def form(http: Request, desk: AtDesk, next: str = "") -> Response:
    """The login; whoever is in already is led on."""
    session = await session_of(http, desk)
    if session is not None and session.stage == "open":
        return see_other(http, own_path(next))
    return _login_page(http, email="", following=next)


@takes(Login)
async def sign_in(http: Request, desk: AtDesk) -> Response:
    """Check a password; slow for whoever guesses, and the same work for accounts that do not exist."""
    try:
        sent = await body(http, Login)
    except Invalid as error:
        return _login_page(http, errors=error.errors, status=422)
    store, client = desk.office.store, client_of(http)
    wait = await store.write(throttle.attempt, "password", sent.email, client.ip)
    if wait:
        return _login_page(http, email=sent.email, following=sent.next, wait=wait, status=429)
    record = await store.read(accounts.by_email, sent.email)
    known = record.password_hash if record and record.active else None
    right = await passwords.is_right(known, sent.password)
    if record is None or not right:
        await store.write(_note_failure, record, client, "password")
        logger.info("admin_sign_in_failed", extra={"account_id": record and record.account.id, "what": "password"})
        return _login_page(http, email=sent.email, following=sent.next, said="wrong", status=401)
    newer = await passwords.hashed(sent.password) if passwords.is_outdated(known or "") else None
    entered = await store.write(_enter, record, client, newer)
    if entered is None:
        return _login_page(http, email=sent.email, following=sent.next, said="wrong", status=401)
    return welcome(http, desk, entered, sent.next)


def _enter(conn: Connection, checked: Record, client: Client, newer_hash: str | None) -> Entered | None:
    """The password was right; ``None`` if the account was closed, or the password changed, in this very moment."""
    throttle.succeeded(conn, "password", checked.account.email, client.ip)
    record = accounts.by_id(conn, checked.account.id, lock=True)
    if record is None or not record.active or record.password_hash != checked.password_hash:
        return None
    if newer_hash:
        accounts.set_password(conn, record.account.id, newer_hash)
    return enter(conn, record, client, "password")


def _note_failure(conn: Connection, record: Record | None, client: Client, what: str) -> None:
    """A wrong password or code. What was typed as a name stays out: it may be somebody's password."""
    account_id = record.account.id if record else None
    subject = f"account:{account_id}" if record else "account:unknown"
    audit.note(conn, account_id, "sign_in_failed", subject, after={"ip": client.ip, "what": what})


async def code_form(http: Request, desk: AtDesk, next: str = "") -> Response:
    """Ask for the second factor."""
    session = await session_of(http, desk)
    if session is None or session.stage != "code":
        return see_other(http, LOGIN)
    return _code_page(http, session.account, following=next)


@takes(Code)
async def confirm(http: Request, desk: AtDesk) -> Response:
    """Check the second factor: a code is taken once, a recovery code once for ever."""
    session = await session_of(http, desk)
    if session is None or session.stage != "code":
        return see_other(http, LOGIN)
    me, store, client = session.account, desk.office.store, client_of(http)
    http.state.me = me
    try:
        sent = await body(http, Code)
    except Invalid as error:
        return _code_page(http, me, errors=error.errors, status=422)
    wait = await store.write(throttle.attempt, "code", me.email, client.ip)
    if wait:
        return _code_page(http, me, following=sent.next, wait=wait, status=429)
    entered = await store.write(_confirm, session, sent.code, client)
    if entered is None:
        logger.info("admin_sign_in_failed", extra={"account_id": me.id, "what": "code"})
        return _code_page(http, me, following=sent.next, said="wrong_code", status=401)
    return welcome(http, desk, entered, sent.next)


def _confirm(conn: Connection, session: Session, code: str, client: Client) -> Entered | None:
    record = accounts.by_id(conn, session.account.id, lock=True)
    if record is None or not record.active:
        return None
    by = two_factor.take(conn, record, code)
    # The half session ends with it: another that was begun with the same cookie must not become whole.
    if by is None or not sessions.end(conn, session.id, session.account.id):
        _note_failure(conn, record, client, "code")
        return None
    throttle.succeeded(conn, "code", record.account.email, client.ip)
    return enter(conn, record, client, by)


async def sign_out(http: Request, desk: AtDesk, me: Unprepared) -> Response:
    """End this session."""
    credential = http.state.credential
    if credential.kind == "session":
        await desk.office.store.write(_leave, me, credential.id)
    answer = see_other(http, LOGIN)
    take_cookie(answer, desk)
    return answer


def _leave(conn: Connection, me: Account, session_id: int) -> None:
    if sessions.end(conn, session_id, me.id):
        audit.note(conn, me.id, "signed_out", f"account:{me.id}")


def _login_page(
    http: Request,
    email: str = "",
    following: str = "",
    status: int = 200,
    said: str = "",
    **more: object,
) -> Response:
    return _page(http, "login/login.html", status, said, email=email, following=following, **more)


def _code_page(http: Request, me: Account, status: int = 200, said: str = "", **more: object) -> Response:
    return _page(http, "login/code.html", status, said, account=me, **more)


def _page(http: Request, template: str, status: int, said: str, **shown: object) -> Response:
    """The form, with what was wrong: ``said`` is a name among the words of ``login``, ``wait`` how long to wait."""
    headers = dict(NOT_KEPT)
    table = words(language_of(http, getattr(http.state, "me", None)), "login")
    told = table.get(said, "")
    wait = shown.get("wait")
    if isinstance(wait, timedelta):
        seconds = ceil(wait.total_seconds())
        headers["Retry-After"] = str(seconds)
        told = table["wait"].replace("{seconds}", str(seconds))
    errors = shown.pop("errors", {})
    known = {"errors": errors, "said": told, "following": "", "email": "", **shown}
    json = {"detail": told, "errors": errors} if status != 200 else {"login": LOGIN}
    return show(http, None, template, known, json=json, status=status, headers=headers)


def router() -> APIRouter:
    """Open to everybody, but for the way out."""
    made = APIRouter()
    for path, get, post in ((LOGIN, form, sign_in), (CODE_PAGE, code_form, confirm)):
        made.add_api_route(path, get, methods=["GET"], dependencies=[Open], response_model=None)
        made.add_api_route(path, post, methods=["POST"], dependencies=[Open], response_model=None)
    made.add_api_route("/admin/logout", sign_out, methods=["POST"], response_model=None)
    made.include_router(link.router())
    return made
