"""Facts become words: whatever a wording may speak of, as text in the reader's language, ``""`` when unknown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mboa.dispatch.offer import Offer
from mboa.dispatch.people import Contact, Holding
from mboa.dispatch.request import Request
from mboa.notifications.counts import duration, ordinal, rating
from mboa.notifications.letter import Scene
from mboa.notifications.past import so_far
from mboa.notifications.phrasebook import has_wording, wording
from mboa.notifications.places import address, area, maps_link, place
from mboa.notifications.plain import one_line, without_numbers
from mboa.notifications.when import clock, dated, day_and_clock, stamp
from mboa.notifications.wishes import slot, wish
from mboa.understanding.gazetteer import city_of, zone_name

NAME_CHARS, PROBLEM_CHARS = 40, 300
# The longest title of a WhatsApp button (Meta, interactive reply buttons).
TITLE_CHARS = 20

Word = Callable[[Scene], str]
"""Says one word of a scene, ``""`` when it is unknown."""


class Blanks(dict[str, str]):
    """The words of a scene, each worked out when it is first asked for; ``KeyError`` for one not in the table."""

    def __init__(self, scene: Scene, table: Mapping[str, Word]) -> None:
        super().__init__()
        self._scene = scene
        self._table = table

    def __missing__(self, name: str) -> str:
        self[name] = word = self._table[name](self._scene)
        return word


def words(scene: Scene) -> Blanks:
    """Every word that a catalogue may use as a blank."""
    return Blanks(scene, _WORDS)


def _of_request(tell: Callable[[Scene, Request], str]) -> Word:
    return lambda scene: "" if scene.request is None else tell(scene, scene.request)


def _of_offer(tell: Callable[[Scene, Offer], str]) -> Word:
    return lambda scene: "" if scene.offer is None else tell(scene, scene.offer)


def _problem(scene: Scene, request: Request) -> str:
    return one_line(request.problem or "", PROBLEM_CHARS) or _word(scene, "unsaid")


def _since(scene: Scene, request: Request) -> str:
    return stamp(request.confirmed_at or request.created_at, scene.reader.language, scene.policy.zone)


def _link(scene: Scene, request: Request) -> str:
    return f"{scene.base_url.rstrip('/')}/suivi/{request.token}" if request.token else ""


def _after_him(scene: Scene, offer: Offer) -> str:
    return _word(scene, "first_free" if offer.position >= scene.policy.offer_limit else "next_one")


def _provider(scene: Scene) -> str:
    return (one_line(scene.provider.name, NAME_CHARS) if scene.provider else "") or _word(scene, "the_provider")


def _score(scene: Scene) -> str:
    provider = scene.provider
    return rating(scene.reader.language, provider.rating, provider.rating_count) if provider and provider.rating else ""


def _client(scene: Scene) -> str:
    return (one_line(scene.client.name or "", NAME_CHARS) if scene.client else "") or _word(scene, "the_client")


def _phone(scene: Scene, contact: Contact | None) -> str:
    return contact.phone if contact and contact.phone else _word(scene, "on_whatsapp")


def _message(scene: Scene) -> str:
    messages: list[Any] = list(scene.facts.get("messages") or ())
    return str(messages[-1]) if messages else ""


def _reason(scene: Scene, of_client: str) -> str:
    return wording(scene.reader.language, "reason", of_client if scene.facts.get("actor") == "client" else "house")


def _fact(scene: Scene, name: str) -> str:
    return str(scene.facts.get(name) or "")


def _held(scene: Scene, what: str) -> str:
    held: Holding | None = scene.facts.get("held")
    return str(getattr(held, what)) if held else ""


def _word(scene: Scene, name: str) -> str:
    return wording(scene.reader.language, "word", name)


def _clock(scene: Scene, moment: datetime) -> str:
    return clock(moment, scene.reader.language, scene.policy.zone)


def _day_and_clock(scene: Scene, moment: datetime | None) -> str:
    return day_and_clock(moment, scene.now, scene.reader.language, scene.policy.zone) if moment else ""


def _patience(scene: Scene) -> float:
    return scene.policy.offer_timeout.total_seconds()


# The request: what, where, when, and its numbers.
_REQUEST_WORDS: Mapping[str, Word] = {
    "request": _of_request(lambda _, request: str(request.id)),
    "version": _of_request(lambda _, request: str(request.version)),
    "code": _of_request(lambda _, request: request.code),
    "service": _of_request(lambda scene, request: service(scene.reader.language, request.service)),
    "someone": _of_request(lambda scene, request: someone(scene.reader.language, request.service)),
    "place": _of_request(lambda _, request: place(request)),
    "address": _of_request(lambda _, request: address(request)),
    "area": _of_request(lambda _, request: area(request)),
    "pin": _of_request(lambda _, request: maps_link(request)),
    "problem": _of_request(_problem),
    "fault": _of_request(lambda scene, request: without_numbers(_problem(scene, request))),
    "time": _of_request(wish),
    "slot": _of_request(slot),
    "urgent": _of_request(lambda scene, request: _word(scene, "urgent") if request.urgent else ""),
    "since": _of_request(_since),
    "resume": _of_request(lambda scene, request: _day_and_clock(scene, request.due_at)),
    "link": _of_request(_link),
    "given": _of_request(lambda _, request: str(request.rating or "")),
}

# The offer: its code, its place in the row, and its two times.
_OFFER_WORDS: Mapping[str, Word] = {
    "after_him": _of_offer(_after_him),
    "offer": _of_offer(lambda _, offer: str(offer.id)),
    "offer_code": _of_offer(lambda _, offer: offer.code),
    "ordinal": _of_offer(lambda scene, offer: ordinal(scene.reader.language, offer.position)),
    "asked_at": _of_offer(lambda scene, offer: _clock(scene, offer.sent_at or offer.offered_at)),
    "answer_by": _of_offer(lambda scene, offer: _clock(scene, offer.expires_at)),
}

# The two people, and the house.
_PEOPLE_WORDS: Mapping[str, Word] = {
    "provider": _provider,
    "provider_phone": lambda scene: _phone(scene, scene.provider_contact),
    "score": _score,
    "provider_id": lambda scene: str(scene.provider.id) if scene.provider else "",
    "client": _client,
    "client_phone": lambda scene: _phone(scene, scene.client),
    "own_phone": lambda scene: scene.reader.phone or "",
    "known_since": lambda scene: dated(
        scene.reader.created_at.astimezone(scene.policy.zone).date(), scene.reader.language
    ),
    "receipt": lambda scene: f"E{scene.reader.id}",
    "retention_days": lambda scene: str(scene.policy.retention_days),
    "reader": lambda scene: one_line(scene.reader.name or "", NAME_CHARS),
    "patience": lambda scene: duration(scene.reader.language, _patience(scene)),
    "minutes": lambda scene: str(max(1, round(_patience(scene) / 60))),
    "story": lambda scene: so_far(scene.offers, scene.reader.language, scene.policy.zone),
}

# The particulars that came with the event or reply.
_EVENT_WORDS: Mapping[str, Word] = {
    "trade": lambda scene: one_line(_fact(scene, "trade"), NAME_CHARS),
    "second": lambda scene: service(scene.reader.language, _fact(scene, "second")),
    "named_place": lambda scene: one_line(_fact(scene, "place"), NAME_CHARS),
    "rating": lambda scene: _fact(scene, "rating"),
    "step": lambda scene: _fact(scene, "step"),
    "held_messages": lambda scene: _held(scene, "messages"),
    "held_requests": lambda scene: _held(scene, "requests"),
    "until": lambda scene: _day_and_clock(scene, scene.facts.get("until")),
    "reason": lambda scene: _reason(scene, "withdrawn"),
    "cause": lambda scene: _reason(scene, "cancelled"),
    "message": _message,
}

_LISTED_REQUEST_WORDS = {**_REQUEST_WORDS, "step": _EVENT_WORDS["step"]}
_WORDS = {**_REQUEST_WORDS, **_OFFER_WORDS, **_PEOPLE_WORDS, **_EVENT_WORDS}


def items(scene: Scene, each: str) -> list[dict[str, str]]:
    """The words of each offer, request or zone that a reply lists."""
    listed = scene.facts.get(each) or ()
    if each == "offers":
        return [Blanks(replace(scene, offer=offer), _OFFER_WORDS) for offer in listed]
    if each == "requests":
        return [Blanks(replace(scene, request=request), _LISTED_REQUEST_WORDS) for request in listed]
    return zone_titles(listed)


def zone_titles(slugs: Sequence[str]) -> list[dict[str, str]]:
    """Slug and name of each zone, short enough for a button; with its town where two bear one name."""
    names = [zone_name(slug) for slug in slugs]
    alike = {name for name in names if names.count(name) > 1}
    titles = [
        f"{one_line(name, 8)} ({one_line(zone_name(city_of(slug) or slug), 9)})" if name in alike else name
        for slug, name in zip(slugs, names, strict=True)
    ]
    return [{"slug": slug, "zone": one_line(title, TITLE_CHARS)} for slug, title in zip(slugs, titles, strict=True)]


def service(language: str, code: str | None) -> str:
    """The trade's name (``Plomberie``); ``""`` when there is none."""
    return wording(language, "service", code) if code and has_wording(language, "service", code) else ""


def someone(language: str, code: str | None) -> str:
    """Who does such work, with the article: ``un plombier``."""
    known = code if code and has_wording(language, "someone", code) else "anyone"
    return wording(language, "someone", known)
