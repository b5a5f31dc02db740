"""``/admin/account/two-factor``: set the second factor up, renew its recovery codes, take it off."""

from collections.abc import Callable
from math import ceil
from typing import Any

import pyotp
import segno
from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from mboa.admin.account import SAVED, own_session
from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.entry import NOT_KEPT
from mboa.admin.gate import HOME, SECOND_FACTOR, Unprepared, Viewer, client_of
from mboa.admin.login import Code
from mboa.admin.page import Invalid, body, language_of, see_other, show, wants_json
from mboa.admin.words import words
from mboa.storage.admin import accounts, audit, sessions, throttle, two_factor
from mboa.storage.admin.accounts import Account, Record
from mboa.storage.store import Connection

QR_PIXELS = 5


async def show_state(http: Request, desk: AtDesk, me: Unprepared) -> Response:
    """The secret to scan, or, once it is confirmed, what can be changed."""
    own_session(http, me)
    return await _page(http, desk, me)


async def _page(http: Request, desk: Desk, me: Account, errors: dict[str, str] | None = None) -> Response:
    secret, left = await desk.office.store.write(_state, me.id)
    shown: dict[str, Any] = {"secret": None, "left": left, "errors": errors or {}}
    json: dict[str, Any] = {"second_factor": secret is None, "recovery_codes_left": left}
    if secret is not None:
        uri = pyotp.TOTP(secret).provisioning_uri(name=me.email, issuer_name="Mboa")
        shown |= {
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "uri": uri,
            "qr": _qr(uri),
        }
        json |= {"uri": uri}
    status = 422 if errors else 200
    return show(http, me, "users/two_factor.html", shown, json=json, status=status, headers=NOT_KEPT)


def _state(conn: Connection, account_id: int) -> tuple[str | None, int]:
    """The secret being set up, if none is in force; how many recovery codes are left."""
    record = accounts.by_id(conn, account_id)
    assert record is not None
    if record.has_second_factor:
        return None, two_factor.codes_left(conn, account_id)
    return two_factor.pending(conn, account_id), 0


def _qr(text: str) -> Markup:
    """An inline drawing: the page's policy lets no image in but files of the site."""
    code = segno.make(text, error="m")
    drawn = code.svg_inline(scale=QR_PIXELS, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return Markup(drawn)  # noqa: S704 - drawn here, of squares alone


@takes(Code)
async def turn_on(http: Request, desk: AtDesk, me: Unprepared) -> Response:
    """Confirm with a code that the phone has the secret; shows the recovery codes."""
    return await _with_code(http, desk, me, _turn_on)


@takes(Code)
async def renew_codes(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """Ten new recovery codes, for a code."""
    return await _with_code(http, desk, me, _renew_codes)


@takes(Code)
async def turn_off(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """Ask for no code any more, for a code: an owner sets up another phone at once."""
    return await _with_code(http, desk, me, _turn_off)


Act = Callable[[Connection, Record, str, int], list[str] | None]
"""What a code is given for: the account, the code and this session's id lead to recovery codes, or, if wrong, none."""


async def _with_code(http: Request, desk: Desk, me: Account, act: Act) -> Response:
    here, store, ip = own_session(http, me), desk.office.store, client_of(http).ip
    said = words(language_of(http, me), "login")
    try:
        sent = await body(http, Code)
        wait = await store.write(throttle.attempt, "code", me.email, ip)
        if wait:
            raise Invalid({"code": said["wait"].replace("{seconds}", str(ceil(wait.total_seconds())))})
        codes = await store.write(_act, me, act, sent.code, (here, ip))
        if codes is None:
            raise Invalid({"code": said["wrong_code"]})
    except Invalid as error:
        if wants_json(http):
            raise
        return await _page(http, desk, me, error.errors)
    if not codes:
        return see_other(http, SAVED)
    shown = {"codes": codes, "home": HOME}
    return show(http, me, "users/codes.html", shown, json={"recovery_codes": codes}, headers=NOT_KEPT)


def _act(conn: Connection, me: Account, act: Act, code: str, where: tuple[int, str]) -> list[str] | None:
    here, ip = where
    record = accounts.by_id(conn, me.id, lock=True)
    assert record is not None
    codes = act(conn, record, code, here)
    if codes is not None:
        throttle.succeeded(conn, "code", me.email, ip)
        audit.note(conn, me.id, f"second_factor_{_DONE[act]}", f"account:{me.id}")
    return codes


def _turn_on(conn: Connection, record: Record, code: str, here: int) -> list[str] | None:
    codes = None if record.has_second_factor else two_factor.turn_on(conn, record, code)
    if codes is not None:
        sessions.end_all(conn, record.account.id, but=here)
    return codes


def _renew_codes(conn: Connection, record: Record, code: str, _here: int) -> list[str] | None:
    return two_factor.new_codes(conn, record.account.id) if two_factor.take(conn, record, code) else None


def _turn_off(conn: Connection, record: Record, code: str, here: int) -> list[str] | None:
    if two_factor.take(conn, record, code) is None:
        return None
    two_factor.turn_off(conn, record.account.id)
    sessions.end_all(conn, record.account.id, but=here)
    return []


_DONE: dict[Act, str] = {_turn_on: "turned_on", _renew_codes: "codes_renewed", _turn_off: "turned_off"}


def router() -> APIRouter:
    """The page and its three forms."""
    made = APIRouter()
    made.add_api_route(SECOND_FACTOR, show_state, methods=["GET"], response_model=None)
    for path, act in (("", turn_on), ("/codes", renew_codes), ("/off", turn_off)):
        made.add_api_route(SECOND_FACTOR + path, act, methods=["POST"], response_model=None)
    return made
