"""What a message was found to say. Nothing here is guessed: what is not in the words is ``None``."""

from dataclasses import dataclass
from typing import Literal

Intent = Literal[
    "new_request",
    "inform",
    "status",
    "cancel",
    "modify",
    "rating",
    "confirm",
    "deny",
    "help",
    "human",
    "greeting",
    "thanks",
    "stop",
    "available",
    "unavailable",
    "question",
    "other",
]
Service = Literal["plumbing", "electricity", "appliance", "other"]
Expecting = Literal["service", "place", "problem", "time", "confirmation", "rating", "offer_answer"]
Danger = Literal["gas", "fire", "shock", "sparks", "flood"]
Keyword = Literal["start", "menu", "my_data", "erase", "en_route", "arrived", "done"]
Slot = Literal["service", "place", "time", "problem"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where, in the person's own words, resolved to a zone when the gazetteer knows it.

    ``text`` is a verbatim piece of the message. ``zone`` and ``city`` are slugs (``bonamoussadi``, ``douala``).
    ``choices`` holds the slugs of several zones that bear an ambiguous name; ``zone`` is then ``None``.
    """

    text: str
    zone: str | None = None
    city: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """When, in the person's own words. ``kind`` names the grammar's reading (``tomorrow_morning``, ``now``, …).

    The numbers of the reading: ``weekday`` (0 = Monday), ``hour`` and ``minute``, ``until_hour``, ``day``, ``month``
    and ``days_ahead``. ``bound`` says that the time is a first or a last moment ("from Monday", "before Friday").
    """

    text: str
    kind: str
    urgent: bool = False
    weekday: int | None = None
    hour: int | None = None
    minute: int | None = None
    until_hour: int | None = None
    day: int | None = None
    month: int | None = None
    days_ahead: int | None = None
    bound: Literal["from", "until"] | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """The facts of one message (or one burst of messages of one person).

    ``confidence`` is 0–1; ``sure`` is true when the product may act on the reading without asking back.
    ``services`` lists every service named when a message holds two problems (``service`` is the first).
    ``trade`` is the person's own word for a trade that is not served ("mécanicien").
    ``correcting`` names the slot a ``modify`` message wants changed, when it says so.
    ``offer_code`` is the short code of "OUI A7", upper case. ``phone`` is a number given in the text, E.164.
    ``outage`` marks words that say the whole neighbourhood has no current (délestage).
    ``rule`` names the rule that decided the intent, for debugging.
    """

    intent: Intent
    service: Service | None = None
    services: tuple[Service, ...] = ()
    place: Place | None = None
    time: Wish | None = None
    problem: str | None = None
    rating: int | None = None
    language: Literal["fr", "en", "pcm"] = "fr"
    confidence: float = 0.0
    sure: bool = False
    urgent: bool = False
    danger: Danger | None = None
    keyword: Keyword | None = None
    trade: str | None = None
    correcting: Slot | None = None
    offer_code: str | None = None
    phone: str | None = None
    outage: bool = False
    rule: str = ""
