"""``/admin/account``: everybody's own account: language, sessions, tokens."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from mboa.admin import passwords
from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk
from mboa.admin.entry import NOT_KEPT
from mboa.admin.gate import Viewer
from mboa.admin.page import Id, Invalid, Problem, body, language_of, see_other, show, wants_json
from mboa.admin.roll import without_owner
from mboa.admin.words import words
from mboa.storage.admin import accounts, audit, posts, sessions, tokens, two_factor
from mboa.storage.admin.accounts import Account, Language
from mboa.storage.store import Connection, Row

PAGE = "/admin/account"
SAVED = f"{PAGE}?done=saved"


class Tongue(BaseModel):
    """The language of one's pages."""

    language: Language


class NewToken(BaseModel):
    """What the token is for."""

    name: str = Field(min_length=1, max_length=tokens.NAME_CHARS, pattern=r"^[^\x00-\x1f]*$")
    once: str = ""


def own_session(http: Request, me: Account) -> int:
    """The id of this browser's session. A token may not make tokens or change how its account comes in: whoever
    finds one must not be able to stay. Raises ``Problem`` 403."""
    if http.state.credential.kind != "session":
        raise Problem(403, words(language_of(http, me), "users")["browser_only"])
    return int(http.state.credential.id)


async def show_account(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """All that is one's own."""
    return await page(http, desk, me)


async def page(http: Request, desk: AtDesk, me: Account, errors: dict[str, str] | None = None) -> Response:
    """All that is one's own, with what was wrong with a form."""
    own = await desk.office.store.read(_own, me.id)
    here = http.state.credential.id if http.state.credential.kind == "session" else None
    shown = {**own, "here": here, "errors": errors or {}, "shortest": passwords.SHORTEST}
    json = {"id": me.id, "email": me.email, "role": me.role, "language": me.language, **own}
    return show(http, me, "users/account.html", shown, json=json, status=422 if errors else 200)


def _own(conn: Connection, account_id: int) -> Row:
    record = accounts.by_id(conn, account_id)
    assert record is not None
    return {
        "second_factor": record.has_second_factor,
        "recovery_codes_left": two_factor.codes_left(conn, account_id),
        "sessions": [without_owner(row) for row in sessions.live(conn, account_id)],
        "tokens": [without_owner(row) for row in tokens.in_force(conn, account_id)],
        "has_password": record.password_hash is not None,
    }


@takes(Tongue)
async def change_language(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """French or English, from the next page on."""
    sent = await body(http, Tongue)
    await desk.office.store.write(accounts.set_language, me.id, sent.language)
    return see_other(http, SAVED)


async def end_session(http: Request, desk: AtDesk, me: Viewer, session_id: Id) -> Response:
    """End one of one's own sessions."""
    await desk.office.store.write(close_session, me, me.id, session_id)
    return see_other(http, PAGE)


async def end_others(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """End all of one's sessions but this."""
    await desk.office.store.write(_close_others, me, own_session(http, me))
    return see_other(http, PAGE)


def close_session(conn: Connection, me: Account, account_id: int, session_id: int) -> None:
    """End a session of an account, on behalf of ``me``."""
    if sessions.end(conn, session_id, account_id):
        audit.note(conn, me.id, "session_ended", f"account:{account_id}", after={"session": session_id})


def _close_others(conn: Connection, me: Account, here: int) -> None:
    if ended := sessions.end_all(conn, me.id, but=here):
        audit.note(conn, me.id, "session_ended", f"account:{me.id}", after={"sessions": ended})


@takes(NewToken)
async def create_token(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """A token with the role of this account, shown now and never again."""
    own_session(http, me)
    try:
        sent = await body(http, NewToken)
    except Invalid as error:
        if wants_json(http):
            raise
        return await page(http, desk, me, error.errors)
    made = await desk.office.store.write(_create_token, me, sent)
    if made is None:
        return see_other(http, PAGE)
    json = {"id": made[0], "name": sent.name, "token": made[1]}
    return show(http, me, "users/token.html", {"token": made[1]}, json=json, status=201, headers=NOT_KEPT)


def _create_token(conn: Connection, me: Account, sent: NewToken) -> tuple[int, str] | None:
    if not posts.first_time(conn, sent.once):
        return None
    made = tokens.create(conn, me.id, sent.name)
    audit.note(conn, me.id, "token_created", f"account:{me.id}", after={"token": made[0]})
    return made


async def revoke_token(http: Request, desk: AtDesk, me: Viewer, token_id: Id) -> Response:
    """End one of one's own tokens."""
    await desk.office.store.write(close_token, me, me.id, token_id)
    return see_other(http, PAGE)


def close_token(conn: Connection, me: Account, account_id: int, token_id: int) -> None:
    """Revoke a token of an account, on behalf of ``me``."""
    if tokens.revoke(conn, token_id, account_id):
        audit.note(conn, me.id, "token_revoked", f"account:{account_id}", after={"token": token_id})


def router() -> APIRouter:
    """One's own page and what can be done there."""
    made = APIRouter()
    made.add_api_route(PAGE, show_account, methods=["GET"], response_model=None)
    for path, act in (
        ("/language", change_language),
        ("/sessions/end", end_others),
        ("/sessions/{session_id}/end", end_session),
        ("/tokens", create_token),
        ("/tokens/{token_id}/revoke", revoke_token),
    ):
        made.add_api_route(PAGE + path, act, methods=["POST"], response_model=None)
    return made
