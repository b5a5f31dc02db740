"""``GET /suivi/{token}``: the live page of one request, for a cheap phone on a slow network. It shows no number."""

import re
import tomllib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse
from starlette.routing import Route

from mboa.dispatch.policy import DOUALA
from mboa.dispatch.status import Status
from mboa.notifications.facts import service
from mboa.notifications.phrasebook import fill, typeset
from mboa.notifications.plain import one_line
from mboa.notifications.story import Step, story
from mboa.notifications.when import clock, day_and_clock
from mboa.office import Office
from mboa.storage import timeline
from mboa.storage.timeline import Followed
from mboa.understanding.gazetteer import zone_name

# The contract, section 4: closed seven days after the end.
OPEN_AFTER_END = timedelta(days=7)
REFRESH_SECONDS = 15
NAME_CHARS = 40
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
# What the one timer of a request means for its client; other timers are the house's own affair.
TIMERS = {"resume": "resumes", "assume_done": "closes", "give_up": "gives_up"}


@dataclass(frozen=True, slots=True)
class FollowPage:
    """The page's door."""

    office: Office

    async def show(self, http: HttpRequest) -> HTMLResponse:
        """200 with the story; 404 for a token of nobody's; 410 when the request ended over seven days ago."""
        token = http.path_params["token"]
        found = await self.office.store.read(timeline.followed, token) if _TOKEN.fullmatch(token) else None
        if found is None:
            return _page("fr", 404, {"closed": "missing"})
        ended = found.request.closed_at
        if ended is not None and found.now - ended > OPEN_AFTER_END:
            return _page(found.language, 410, {"closed": "closed"})
        return _page(found.language, 200, _story_of(found))

    def routes(self) -> list[Route]:
        """The path of the contract."""
        return [Route("/suivi/{token:path}", self.show, methods=["GET"])]


def _story_of(found: Followed) -> dict[str, Any]:
    request, language = found.request, found.language
    steps = story(request, found.offers, found.events, language)
    ahead = next((step for step in steps if step.state == "next"), None)
    words = wording(language)
    provider = _first_name(found.provider)
    return {
        "code": request.code,
        "what": " · ".join(filter(None, (service(language, request.service), zone_name(request.zone or "")))),
        "headline": _headline(found, steps, words),
        "deadline": _deadline(found, words),
        "with": fill(words["with"], {"provider": provider}) if provider and request.is_assigned else "",
        "next": fill(words["next"], {"step": ahead.text}) if ahead else "",
        "steps": [(step.state, _when(step, found.now, language), step.text) for step in steps],
        "live": request.is_live,
        "updated": fill(words["updated" if request.is_live else "over"], {"time": clock(found.now, language, DOUALA)}),
    }


def _headline(found: Followed, steps: list[Step], words: Mapping[str, str]) -> str:
    request = found.request
    if request.is_draft:
        return words["draft"]
    if not request.is_live:
        return words["completed" if request.status is Status.COMPLETED else "cancelled"]
    return next((step.text for step in steps if step.state == "now"), "")


def _deadline(found: Followed, words: Mapping[str, str]) -> tuple[str, str] | None:
    """What happens at the end of the present wait, and when (an open offer's hour stands in the headline already)."""
    if any(offer.is_open and offer.sent_at for offer in found.offers):
        return words["asked"], ""
    kind, until = found.request.due_kind, found.request.due_at
    if kind in TIMERS and until is not None and found.request.is_live:
        return words[TIMERS[kind]], day_and_clock(until, found.now, found.language, DOUALA)
    return None


def _when(step: Step, now: datetime, language: str) -> str:
    if step.at is None:
        return ""
    local = step.at.astimezone(DOUALA)
    day = "" if local.date() == now.astimezone(DOUALA).date() else f"{local:%d/%m} "
    return day + clock(step.at, language, DOUALA)


def _first_name(name: str | None) -> str:
    """His first name alone: enough to know him at the door."""
    return one_line(name or "", NAME_CHARS).split(" ")[0]


@cache
def wording(language: str) -> Mapping[str, str]:
    """The page's words; Pidgin readers get English ones, French is the default."""
    tables = tomllib.loads((files(__package__) / "wording.toml").read_text("utf-8"))
    if language in {"en", "pcm"}:
        return dict(tables["en"])
    return {name: typeset(words) for name, words in tables["fr"].items()}


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader(__package__ or ""), autoescape=True, trim_blocks=True, lstrip_blocks=True)


@cache
def _style() -> str:
    lines = (files(__package__) / "templates" / "suivi.css").read_text("utf-8").splitlines()
    return "".join(line.strip() for line in lines)


@cache
def _headers() -> dict[str, str]:
    """No script, no foreign source, and the one style by its hash; nothing stored, nothing told to other sites."""
    digest = b64encode(sha256(_style().encode()).digest()).decode()
    sources = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:"
    return {
        "Content-Security-Policy": f"{sources}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
        "X-Content-Type-Options": "nosniff",
    }


def _page(language: str, status: int, shown: Mapping[str, Any]) -> HTMLResponse:
    known = {"lang": "en" if language in {"en", "pcm"} else "fr", "words": wording(language), "style": _style()}
    page = _environment().get_template("suivi.html").render(**known, **shown, refresh=REFRESH_SECONDS)
    return HTMLResponse(page, status, headers=_headers())
