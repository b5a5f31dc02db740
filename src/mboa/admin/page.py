"""One answer, two shapes: HTML for browsers, JSON for programs; headers, refusals, and how a body is read."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe
from typing import Annotated, Any, TypedDict, TypeVar, Unpack
from urllib.parse import urlencode

import orjson
from fastapi import Path, Request
from fastapi.responses import RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, ValidationError

from mboa.admin.marks import FILTERS
from mboa.admin.static import address_of
from mboa.admin.words import words
from mboa.channels.numbers import mask
from mboa.storage.admin.accounts import Account

Model = TypeVar("Model", bound=BaseModel)
# An id that no column could hold is one that nobody has: 404, as for every wrong path (see doors.py).
Id = Annotated[int, Path(ge=1, le=2**53)]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "Vary": "Accept, Cookie, Authorization",
}
# Kept by the browser, and shown again only after asking whether it is still so.
ASK_FIRST = "private, no-cache"
_ONCE = re.compile(rb'name=once value="?[\w-]+')


class Problem(Exception):
    """An answer of refusal. ``said`` is a name in the table ``problem`` of the common words, or a sentence."""

    def __init__(self, status: int, said: str, **more: Any) -> None:
        super().__init__(said)
        self.status = status
        self.said = said
        self.more = more


class Invalid(Exception):
    """A body that cannot be taken: a message for each field, in the language of whoever sent it."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def wants_json(http: Request) -> bool:
    """A program asks: by its ``Accept``, or, if that leaves it open, by the JSON it sends or the token it shows."""
    accept = http.headers.get("accept", "")
    if "text/html" in accept:
        return "application/json" in accept and accept.index("application/json") < accept.index("text/html")
    if "application/json" in accept:
        return True
    sent = http.headers.get("content-type", "")
    return sent.startswith("application/json") or "authorization" in http.headers


class How(TypedDict, total=False):
    """``json`` for programs (without it they get the page), the status, and headers of its own."""

    json: Any
    status: int
    headers: Mapping[str, str]


def show(
    http: Request, me: Account | None, template: str, shown: Mapping[str, Any] | None = None, **how: Unpack[How]
) -> Response:
    """The page, or its ``json``, whichever the client asked for; 304 when the browser has it already."""
    headers, status = how.get("headers", {}), how.get("status", 200)
    if how.get("json") is not None and wants_json(http):
        return _answer(http, as_json(how["json"]), status, {"Content-Type": "application/json", **headers})
    page = render(http, me, template, shown or {}).encode()
    return _answer(http, page, status, {"Content-Type": "text/html; charset=utf-8", **headers})


def _answer(http: Request, content: bytes, status: int, headers: Mapping[str, str]) -> Response:
    sent = {**HEADERS, "Cache-Control": ASK_FIRST, **headers}
    if status == 200 and http.method == "GET":
        if _ONCE.search(content):
            # A form that acts once must come with a fresh mark each time: never from the browser's memory.
            sent["Cache-Control"] = "no-store"
        else:
            sent["ETag"] = f'W/"{sha256(content).hexdigest()[:20]}"'
            if sent["ETag"] in http.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=sent)
    return Response(content, status, sent)


def as_json(value: Any) -> bytes:
    """JSON with times in UTC, ``Z``."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS)


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def render(http: Request, me: Account | None, template: str, shown: Mapping[str, Any]) -> str:
    """A template with what every page knows; the folder of the template names its words."""
    known = {
        "me": me,
        "path": http.url.path,
        "query": dict(http.query_params),
        "link": lambda **changes: link(http, **changes),
        "address_of": address_of,
        "once_token": lambda: token_urlsafe(9),
    }
    return render_part(template, language_of(http, me), {**known, **shown})


def render_part(template: str, language: str, shown: Mapping[str, Any]) -> str:
    """A template with the words of its folder, for nobody in particular."""
    known = {
        "lang": language,
        "c": words(language, "common"),
        "t": words(language, template.split("/")[0]) if "/" in template else {},
        "now": datetime.now(UTC),
    }
    return _environment().get_template(template).render({**known, **shown})


def language_of(http: Request, me: Account | None) -> str:
    """The account's language; before the login, the browser's; French when in doubt."""
    if me is not None:
        return me.language
    return "en" if http.headers.get("accept-language", "").lower().startswith("en") else "fr"


def link(http: Request, **changes: Any) -> str:
    """The present address with other query values; ``None`` and ``""`` take one out. A list gives several."""
    kept = [(name, value) for name, value in http.query_params.multi_items() if name not in changes]
    for name, value in changes.items():
        many = value if isinstance(value, (list, tuple)) else [value]
        kept += [(name, str(one)) for one in many if one not in {None, ""}]
    return http.url.path + (f"?{urlencode(kept)}" if kept else "")


def see_other(http: Request, url: str) -> Response:
    """After a form: a browser is led to the page that shows what came of it, a program is told its address."""
    headers = {**HEADERS, "Cache-Control": "no-store"}
    if wants_json(http):
        return Response(as_json({"location": url}), 200, {**headers, "Content-Type": "application/json"})
    return RedirectResponse(url, 303, headers)


async def body(http: Request, model: type[Model]) -> Model:
    """A JSON object or a form as ``model``; raises :class:`Invalid` with a message for each field."""
    try:
        return model.model_validate(await _fields(http, model))
    except ValidationError as error:
        said = words(language_of(http, http.scope.get("state", {}).get("me")), "common")["invalid"]
        raise Invalid({_field(one["loc"]): _message(one, said) for one in reversed(error.errors())}) from error


async def _fields(http: Request, model: type[BaseModel]) -> Any:
    if http.headers.get("content-type", "").startswith("application/json"):
        try:
            sent = orjson.loads(await http.body())
        except orjson.JSONDecodeError as error:
            raise Invalid({"body": "JSON?"}) from error
        return sent
    lists = {name for name, known in model.model_fields.items() if "list" in str(known.annotation)}
    async with http.form() as form:
        return {name: form.getlist(name) if name in lists else form[name] for name in form}


def _field(location: tuple[int | str, ...]) -> str:
    return str(location[0]) if location else "body"


def _message(error: Mapping[str, Any], said: Mapping[str, str]) -> str:
    """Our own words for the kinds of mistake that people make; a model's own sentence as it is."""
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return said.get(error["type"], said["other"])


def phone_for(me: Account, phone: str | None) -> str | None:
    """A number as this account may see it: ``+237 6•• •• •• 12`` for viewers."""
    return phone if phone is None or me.role != "viewer" else mask(phone)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader(__package__ or ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters.update(FILTERS)
    return made
