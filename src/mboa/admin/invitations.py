"""New accounts, and new links to a password: made by an owner, shown once, handed over by him."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, field_validator

from mboa.admin import roll
from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk
from mboa.admin.entry import NOT_KEPT
from mboa.admin.gate import Owner
from mboa.admin.page import Id, Invalid, Problem, body, language_of, see_other, show, wants_json
from mboa.admin.words import words
from mboa.storage.admin import accounts, audit, links, posts, sessions, two_factor
from mboa.storage.admin.accounts import Account, Language, Role
from mboa.storage.store import Connection

PAGE = "/admin/users"


class NewAccount(BaseModel):
    """Whom to let in."""

    email: str = Field(max_length=accounts.EMAIL_CHARS)
    role: Role
    language: Language = "fr"
    once: str = ""

    @field_validator("email")
    @classmethod
    def _is_an_address(cls, text: str) -> str:
        if not accounts.is_email(text):
            raise ValueError("…@…")
        return text


class NewLink(BaseModel):
    """A link to a new password; with ``reset``, the second factor is taken off, for a phone that is lost."""

    reset: bool = False
    once: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """An account and the secret of its link; without one when this form was posted before."""

    account: Account
    secret: str | None


@takes(NewAccount)
async def create(http: Request, desk: AtDesk, me: Owner) -> Response:
    """A new account, and the one-time link to its password, shown now and never again."""
    try:
        sent = await body(http, NewAccount)
        made = await desk.office.store.write(_create, me, sent)
        if made is None:
            raise Invalid({"email": words(language_of(http, me), "users")["exists"]})
    except Invalid as error:
        if wants_json(http):
            raise
        items = await desk.office.store.read(roll.everybody)
        shown = {"items": items, "errors": error.errors, "sent": dict(await http.form())}
        return show(http, me, "users/list.html", shown, status=422)
    if made.secret is None:
        return see_other(http, PAGE)
    return _link_page(http, desk.office.base_url, me, made)


def _create(conn: Connection, me: Account, sent: NewAccount) -> Made | None:
    if not posts.first_time(conn, sent.once):
        return Made(me, None)
    account = accounts.create(conn, sent.email, sent.role, sent.language)
    if account is None:
        return None
    secret = links.create(conn, account.id)
    audit.note(conn, me.id, "account_created", f"account:{account.id}", after={"role": account.role})
    return Made(account, secret)


@takes(NewLink)
async def new_link(http: Request, desk: AtDesk, me: Owner, account_id: Id) -> Response:
    """A fresh link for whoever forgot his password or lost his phone."""
    sent = await body(http, NewLink)
    made = await desk.office.store.write(_new_link, me, account_id, sent)
    if made is None:
        raise Problem(404, "not_found")
    if made.secret is None:
        return see_other(http, f"{PAGE}/{account_id}")
    return _link_page(http, desk.office.base_url, me, made)


def _new_link(conn: Connection, me: Account, account_id: int, sent: NewLink) -> Made | None:
    record = accounts.by_id(conn, account_id, lock=True)
    if record is None or not record.active:
        return None
    if not posts.first_time(conn, sent.once):
        return Made(record.account, None)
    if sent.reset:
        two_factor.turn_off(conn, account_id)
        sessions.end_all(conn, account_id)
    secret = links.create(conn, account_id)
    audit.note(conn, me.id, "link_made", f"account:{account_id}", after={"second_factor_reset": sent.reset})
    return Made(record.account, secret)


def _link_page(http: Request, base_url: str, me: Account, made: Made) -> Response:
    who, url = made.account, f"{base_url}/admin/link/{made.secret}"
    json = {"id": who.id, "email": who.email, "role": who.role, "link": url}
    return show(http, me, "users/link.html", {"made": who, "url": url}, json=json, status=201, headers=NOT_KEPT)


def router() -> APIRouter:
    """The two forms."""
    made = APIRouter()
    made.add_api_route(PAGE, create, methods=["POST"], response_model=None)
    made.add_api_route(PAGE + "/{account_id}/link", new_link, methods=["POST"], response_model=None)
    return made
