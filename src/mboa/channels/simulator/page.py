"""``GET /simulator``: a client's phone and three providers' phones in the browser, with the request's timeline."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader
from pydantic import BaseModel, ConfigDict

from mboa.channels.simulator.routes import Phone
from mboa.notifications.phrasebook import typeset
from mboa.office import Office
from mboa.storage import roster, timeline
from mboa.storage.roster import Entry
from mboa.understanding.gazetteer import centre_of, zone_name

# Who a visitor can be. Mireille's phone is empty; in the demo the others have a past.
CLIENTS = {
    "+237677000101": "Mireille",
    "+237677000102": "Paul",
    "+237677000103": "Awa",
    "+237677000104": "Ebongue",
    "+237677000105": "Ngo Bassong",
    "+237677000106": "Brenda",
}
EXAMPLES = (
    "Bonjour, j'ai une fuite sous l'évier à Bonamoussadi, demain matin",
    "My fridge is not cooling, Bonapriso, tomorrow morning",
    "Water di leak for my kitchen for Makepe, abeg send plumber now now",
    "Gars, la clim est gâtée à Akwa, faut quelqu'un ce soir",
    "J'ai un problème électrique",
)
PHONES_SHOWN = 3
StaticName = Literal["page.css", "page.js", "timeline.js", "icon.svg"]
STATIC: dict[StaticName, str] = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "timeline.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


@dataclass
class Hands:
    """Whose phones a person holds. ``robots`` tells whether anybody answers for the others."""

    robots: bool = False
    by_hand: set[str] = field(default_factory=set)


class TakeOver(BaseModel):
    """A robot answers for this phone (``on``), or the visitor does."""

    model_config = ConfigDict(extra="forbid")
    phone: Phone
    on: bool


@dataclass(frozen=True, slots=True)
class SimulatorPage:
    """The page's doors. ``speed`` is how much faster than real time this system's timeouts run."""

    office: Office
    hands: Hands
    speed: float

    async def show(self, lang: Literal["fr", "en"] = "fr") -> HTMLResponse:
        """The page, in French or English."""
        everybody = await self.office.store.read(roster.everybody)
        words, speed = wording(lang), f"{self.speed:g}"
        shown = {
            "lang": lang,
            "words": words,
            "speed": speed,
            "clients": CLIENTS,
            "providers": [_card(entry, words) for entry in everybody],
            "slots": range(min(PHONES_SHOWN, len(everybody))),
            "examples": EXAMPLES,
            "robots": self.hands.robots,
            "pin": ",".join(str(degrees) for degrees in centre_of("bonamoussadi") or ()),
        }
        return HTMLResponse(_environment().get_template("simulator.html").render(shown), headers=HEADERS)

    async def follow(self, phone: Phone) -> dict[str, Any]:
        """The newest request of a client with its diary and offers, and what the worker is doing."""
        told = await self.office.store.read(timeline.timeline, phone)
        return {**told, "by_hand": sorted(self.hands.by_hand)}

    async def take_over(self, wish: TakeOver) -> dict[str, Any]:
        """Take a provider's phone from its robot, or give it back."""
        if wish.on:
            self.hands.by_hand.discard(wish.phone)
        else:
            self.hands.by_hand.add(wish.phone)
        return {"by_hand": sorted(self.hands.by_hand)}

    async def static(self, name: StaticName) -> Response:
        """The page's own style, script and icon."""
        return Response(_static(name), media_type=STATIC[name], headers=HEADERS)

    def router(self) -> APIRouter:
        """The paths of the page."""
        router = APIRouter()
        router.add_api_route("/simulator", self.show, methods=["GET"])
        router.add_api_route("/simulator/timeline", self.follow, methods=["GET"])
        router.add_api_route("/simulator/robots", self.take_over, methods=["POST"])
        router.add_api_route("/simulator/static/{name}", self.static, methods=["GET"])
        return router


def _card(entry: Entry, words: Mapping[str, Any]) -> dict[str, str]:
    trades = ", ".join(words["service"].get(code, code) for code in entry.services)
    return {"phone": entry.phone, "name": entry.name, "does": f"{trades} · {zone_name(entry.zones[0])}"}


@cache
def wording(language: Literal["fr", "en"]) -> dict[str, Any]:
    """The page's words, in French with its thin spaces."""
    tables: dict[str, Any] = tomllib.loads((files(__package__) / "wording.toml").read_text("utf-8"))[language]
    if language == "en":
        return tables
    return {
        name: typeset(words) if isinstance(words, str) else {key: typeset(word) for key, word in words.items()}
        for name, words in tables.items()
    }


@cache
def _static(name: str) -> bytes:
    return (files(__package__) / "static" / name).read_bytes()


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader(__package__ or ""), autoescape=True, trim_blocks=True, lstrip_blocks=True)
