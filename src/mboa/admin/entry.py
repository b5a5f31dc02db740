"""Coming in: what the login, the second factor and a one-time link do alike."""

import logging
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from mboa.admin.desk import Desk
from mboa.admin.gate import own_path
from mboa.admin.origins import session_cookie
from mboa.admin.page import HEADERS, see_other, wants_json
from mboa.storage.admin import audit, sessions, throttle
from mboa.storage.admin.accounts import Account, Record
from mboa.storage.admin.sessions import Client, Stage, Via
from mboa.storage.store import Connection

logger = logging.getLogger(__name__)
By = Literal["password", "totp", "recovery", "link", "sign-in", "change"]
"""What was shown last: a password, a code of either kind, a one-time link of either kind; or a new password."""

NOT_KEPT = {**HEADERS, "Cache-Control": "no-store"}
CODE_PAGE = "/admin/login/code"


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that has begun: the cookie's secret, and whether a code is still asked for."""

    account: Account
    secret: str
    stage: Stage
    by: By


def enter(conn: Connection, record: Record, client: Client, by: By) -> Entered:
    """Begin a session, open if nothing more is to be shown."""
    account = record.account
    asks_code = record.has_second_factor and by in {"password", "link"}
    stage: Stage = "code" if asks_code else "open"
    via: Via = "sign-in" if by == "sign-in" else "password"
    secret = sessions.begin(conn, account.id, client, stage, via)
    if stage == "open":
        throttle.remember_place(conn, account.id, client.ip)
        after = {"by": by, "ip": client.ip, "browser": client.browser}
        audit.note(conn, account.id, "signed_in", f"account:{account.id}", after=after)
    return Entered(account, secret, stage, by)


def welcome(http: Request, desk: Desk, entered: Entered, following: str) -> Response:
    """Hand over the cookie and lead on: to the code, or to where he wanted to go."""
    url = own_path(following)
    if entered.stage == "code":
        url = f"{CODE_PAGE}?next={quote(url)}"
    else:
        logger.info("admin_signed_in", extra={"account_id": entered.account.id, "by": entered.by})
    program = wants_json(http)
    answer = JSONResponse({"next": url}, headers=NOT_KEPT) if program else see_other(http, url)
    give_cookie(answer, desk, entered.secret)
    return answer


def give_cookie(answer: Response, desk: Desk, secret: str) -> None:
    """The session's cookie: out of reach of scripts and foreign pages, and of plain HTTP where the site has HTTPS."""
    base_url, longest = desk.settings.base_url, int(sessions.LONGEST.total_seconds())
    path, secure = _reach(base_url)
    name = session_cookie(base_url)
    answer.set_cookie(name, secret, max_age=longest, path=path, secure=secure, httponly=True, samesite="lax")


def take_cookie(answer: Response, desk: Desk) -> None:
    """The session is over."""
    path, secure = _reach(desk.settings.base_url)
    name = session_cookie(desk.settings.base_url)
    answer.delete_cookie(name, path=path, secure=secure, httponly=True, samesite="lax")


def _reach(base_url: str) -> tuple[str, bool]:
    """Path and ``Secure``: a cookie named ``__Host-`` is for the whole site, the plain one goes where it must."""
    return ("/", True) if base_url.startswith("https:") else ("/admin", False)
