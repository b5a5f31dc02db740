"""Who may come in. Every route below ``/admin`` has one :class:`Gate`, or is marked as open to everybody.

A browser shows its session cookie, a program its token as ``Authorization: Bearer …``. With or without a gate, nothing
is changed for a foreign page (:mod:`mboa.admin.origins`).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from mboa.admin.browsers import browser_name
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.origins import COOKIE as COOKIE
from mboa.admin.origins import SAFE, bearer, refuse_foreign, session_cookie
from mboa.admin.page import HEADERS, Problem, language_of, wants_json
from mboa.admin.words import words
from mboa.operations.addresses import network_of
from mboa.operations.limits import EXPORTS, READS, WRITES, Limit
from mboa.storage.admin import sessions, tokens
from mboa.storage.admin.accounts import Account, Role
from mboa.storage.admin.sessions import Client, Session

LOGIN = "/admin/login"
HOME = "/admin/dashboard"
SECOND_FACTOR = "/admin/account/two-factor"


class SignIn(Exception):
    """Nobody known asks: people are led to the login and then to ``next``, programs get 401."""

    def __init__(self, following: str) -> None:
        super().__init__(following)
        self.next = following


class SecondFactorMissing(Exception):
    """An owner who has not set up a second factor: people are led there, programs get 403."""


class TooMany(Exception):
    """This account asks for more than a person can read; ``seconds`` to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = ceil(seconds)


@dataclass(frozen=True, slots=True)
class Credential:
    """By what an account came in: kept as ``http.state.credential``. ``id`` is the session's or the token's."""

    kind: Literal["session", "token"]
    id: int


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets accounts of this role and of those above it in. ``unprepared``: also an owner without a second factor."""

    role: Role
    unprepared: bool = False

    async def __call__(self, http: Request, desk: AtDesk) -> Account:
        """The account; raises :class:`SignIn`, :class:`SecondFactorMissing`, :class:`TooMany`, or ``Problem`` 403."""
        refuse_foreign(http, desk.settings.base_url)
        me = await self._account(http, desk)
        http.state.me = me
        if not me.may(self.role):
            raise Problem(403, "forbidden")
        wait = await http.app.state.allowances.take(_limit_of(http), str(me.id))
        if wait:
            raise TooMany(wait)
        return me

    async def _account(self, http: Request, desk: Desk) -> Account:
        if (secret := bearer(http)) is not None:
            return await _by_token(http, desk, secret)
        session = await session_of(http, desk)
        if session is None or session.stage != "open":
            raise SignIn(_return_to(http))
        http.state.me = session.account
        if not self.unprepared and lacks_second_factor(session, desk):
            raise SecondFactorMissing
        http.state.credential = Credential("session", session.id)
        return session.account


def _limit_of(http: Request) -> Limit:
    """A whole table costs the database what many pages cost."""
    if http.method not in SAFE:
        return WRITES
    return EXPORTS if http.url.path.endswith(".csv") else READS


Viewer = Annotated[Account, Depends(Gate("viewer"))]
Operator = Annotated[Account, Depends(Gate("operator"))]
Owner = Annotated[Account, Depends(Gate("owner"))]
# For the pages on which an owner sets up what is missing.
Unprepared = Annotated[Account, Depends(Gate("viewer", unprepared=True))]


async def open_door(http: Request, desk: AtDesk) -> None:
    """For login, one-time links and static files: everybody may come, but not from a foreign page."""
    refuse_foreign(http, desk.settings.base_url)


Open = Depends(open_door)


def lacks_second_factor(session: Session, desk: Desk) -> bool:
    """Whether an owner came in without one; the demo's link, which is good in development only, needs none."""
    by_demo = session.via == "sign-in" and desk.settings.env == "development"
    return session.account.role == "owner" and not session.has_second_factor and not by_demo


async def _by_token(http: Request, desk: Desk, secret: str) -> Account:
    token = await desk.office.store.read(tokens.find, secret)
    if token is None:
        raise SignIn(_return_to(http))
    if token.is_stale:
        await desk.office.store.write(tokens.touch, token.id)
    http.state.credential = Credential("token", token.id)
    return token.account


async def session_of(http: Request, desk: Desk) -> Session | None:
    """The live session of the cookie, whatever its stage."""
    secret = http.cookies.get(session_cookie(desk.settings.base_url))
    if not secret:
        return None
    session = await desk.office.store.read(sessions.find, secret)
    if session is not None and session.is_stale:
        await desk.office.store.write(sessions.touch, session.id, client_of(http).ip)
    return session


async def still_in(http: Request, desk: Desk, me: Account) -> bool:
    """Whether ``me``, who holds a stream open, may still be here as he came; a stream is no sign of his presence."""
    secret = bearer(http)
    if secret is not None:
        token = await desk.office.store.read(tokens.find, secret)
        return token is not None and token.account == me
    session = await desk.office.store.read(sessions.find, http.cookies.get(session_cookie(desk.settings.base_url), ""))
    return session is not None and session.stage == "open" and session.account == me


def client_of(http: Request) -> Client:
    """From where (as the guard before all pages found out), and with what browser."""
    host = http.client.host if http.client else ""
    return Client(network_of(host), browser_name(http.headers.get("user-agent", "")))


def _return_to(http: Request) -> str:
    """Where to go after the login: this page, or, after a form, the page it stood on."""
    if http.method in SAFE:
        return http.url.path + (f"?{http.url.query}" if http.url.query else "")
    came_from = urlsplit(http.headers.get("referer", ""))
    return own_path(came_from.path) if came_from.netloc == http.headers.get("host") else HOME


def own_path(path: str) -> str:
    """A path below ``/admin``, or the first page: never an address on another site."""
    parts = urlsplit(path)
    plain = path.isprintable() and "\\" not in path and not parts.scheme and not parts.netloc
    if plain and path.startswith("/admin/") and not path.startswith((LOGIN, "/admin/link", "/admin/logout")):
        return path
    return HOME


async def _sign_in(http: Request, error: Exception) -> Response:
    assert isinstance(error, SignIn)
    if _is_person(http):
        return RedirectResponse(f"{LOGIN}?next={quote(error.next)}", 303, headers=_NOT_KEPT)
    said = words(language_of(http, None), "login")["sign_in_first"]
    return JSONResponse({"detail": said}, 401, headers={**_NOT_KEPT, "WWW-Authenticate": "Bearer"})


async def _set_up(http: Request, _error: Exception) -> Response:
    if _is_person(http):
        return RedirectResponse(SECOND_FACTOR, 303, headers=_NOT_KEPT)
    said = words(language_of(http, http.state.me), "login")["set_up_first"]
    return JSONResponse({"detail": said}, 403, headers=_NOT_KEPT)


async def _slow_down(http: Request, error: Exception) -> Response:
    assert isinstance(error, TooMany)
    language = language_of(http, http.state.me)
    said = words(language, "login")["slow_down"].replace("{seconds}", str(error.seconds))
    headers = {**_NOT_KEPT, "Retry-After": str(error.seconds)}
    return PlainTextResponse(said, 429, headers) if _is_person(http) else JSONResponse({"detail": said}, 429, headers)


def _is_person(http: Request) -> bool:
    return "text/html" in http.headers.get("accept", "") and not wants_json(http) and bearer(http) is None


_NOT_KEPT = {**HEADERS, "Cache-Control": "no-store"}


def handlers() -> dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]:
    """What the application answers for the refusals of a gate."""
    return {SignIn: _sign_in, SecondFactorMissing: _set_up, TooMany: _slow_down}
