"""The people of the notification tests: Mireille asks, Paul Ebongue is asked and comes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mboa.dispatch.offer import Offer
from mboa.dispatch.people import Contact, Provider
from mboa.dispatch.policy import Policy
from mboa.dispatch.request import Request
from mboa.dispatch.status import OfferStatus, Status
from mboa.notifications.letter import Letter, Scene
from mboa.notifications.phrasebook import catalogue
from mboa.notifications.replies import reply_letter

# 14:12 on Monday 23 November in Douala.
NOW = datetime(2026, 11, 23, 13, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MIREILLE = Contact(1, "whatsapp", NOW, name="Mireille", phone="+237677001122")
PAUL = Contact(2, "whatsapp", NOW, name="Paul", phone="+237699003344", is_provider=True)
EBONGUE = Provider(7, 2, "Paul Ebongue", ("plumbing",), ("bonamoussadi",), True, True, rating_sum=55, rating_count=12)
FIRST = Offer(30, 12, 6, 1, "B3", OfferStatus.EXPIRED, 0.8, NOW - 11 * MINUTE, NOW - MINUTE, NOW - 11 * MINUTE)
SECOND = Offer(31, 12, 7, 2, "A7", OfferStatus.OPEN, 0.8, NOW, NOW + 10 * MINUTE, NOW)
LANGUAGES = ("fr", "en", "pcm")


def leak(**changes: Any) -> Request:
    """Mireille's request for a plumber."""
    request = Request(12, 1, Status.OFFERED, NOW - 20 * MINUTE, token="x7Kq")
    request.service, request.zone, request.city = "plumbing", "bonamoussadi", "douala"
    request.place_text, request.problem = "derrière la pharmacie", "fuite sous l'évier"
    request.confirmed_at = NOW - 15 * MINUTE
    for name, value in changes.items():
        setattr(request, name, value)
    return request


def job(**changes: Any) -> Request:
    """The same once Paul has it."""
    return leak(**{"status": Status.ACCEPTED, "provider_id": 7, **changes})


def scene(request: Request | None = None, language: str = "fr", **facts: Any) -> Scene:
    """Everything around that request; Mireille reads unless said otherwise."""
    client, provider = replace(MIREILLE, language=language), replace(PAUL, language=language)
    return Scene(
        NOW, Policy(), "https://mboa.example", client, request or leak(), SECOND,
        client, EBONGUE, provider, (FIRST, SECOND), facts,
    )  # fmt: skip


FULL: dict[str, Any] = {
    "zones": ("makepe", "kotto", "akwa"),
    "offers": [FIRST, SECOND],
    "requests": [leak(), leak(id=13, service="electricity")],
    "trade": "mécanicien",
    "place": "Kribi",
    "rating": 5,
    "until": NOW + timedelta(hours=16),
    "step": "done",
    "second": "appliance",
    "messages": [4, 5],
    "actor": "client",
}


def every_letter(language: str) -> Iterator[Letter]:
    """Every phrase of the house, with everything known."""
    request = job(urgent=True, due_at=NOW + timedelta(hours=16), rating=4, version=3)
    for phrase in catalogue("fr")["text"]:
        yield reply_letter(phrase, scene(request, language, **FULL))


def bare(language: str) -> Scene:
    """A scene in which next to nothing is known: a draft just begun, nobody asked."""
    reader = Contact(1, "whatsapp", NOW, language=language)
    begun = Request(12, 1, Status.GATHERING, NOW)
    return Scene(NOW, Policy(), "https://mboa.example", reader, begun, client=reader)
