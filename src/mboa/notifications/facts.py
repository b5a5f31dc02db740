"""Facts become words: whatever a wording may speak of, as text in the reader's language, ``""`` when unknown."""

from typing import Any

from mboa.dispatch.offer import Offer
from mboa.dispatch.people import Contact
from mboa.dispatch.request import Request
from mboa.notifications.counts import duration, ordinal, rating
from mboa.notifications.letter import Scene
from mboa.notifications.past import so_far
from mboa.notifications.phrasebook import has_wording, wording
from mboa.notifications.places import address, area, maps_link, place
from mboa.notifications.plain import one_line, without_numbers
from mboa.notifications.when import clock, dated, day_and_clock, stamp
from mboa.understanding.gazetteer import zone_name

NAME_CHARS, PROBLEM_CHARS, WISH_CHARS = 40, 300, 60


def words(scene: Scene) -> dict[str, str]:
    """Every word that a catalogue may use as a blank."""
    return {
        **request_words(scene, scene.request),
        **offer_words(scene, scene.offer),
        **_people_words(scene),
        **_house_words(scene),
        **_event_words(scene),
    }


def request_words(scene: Scene, request: Request | None) -> dict[str, str]:
    """The request: what, where, when, and its numbers."""
    if request is None:
        return dict.fromkeys(REQUEST_WORDS, "")
    language, zone_of_time = scene.reader.language, scene.policy.zone
    problem = one_line(request.problem or "", PROBLEM_CHARS) or wording(language, "word", "unsaid")
    return {
        "request": str(request.id),
        "version": str(request.version),
        "code": request.code,
        "service": service(language, request.service),
        "someone": someone(language, request.service),
        "place": place(request),
        "address": address(request),
        "area": area(request),
        "pin": maps_link(request),
        "problem": problem,
        "fault": without_numbers(problem),
        "time": wish(scene, request),
        "urgent": wording(language, "word", "urgent") if request.urgent else "",
        "since": stamp(request.confirmed_at or request.created_at, language, zone_of_time),
        "resume": day_and_clock(request.due_at, scene.now, language, zone_of_time) if request.due_at else "",
        "link": f"{scene.base_url.rstrip('/')}/suivi/{request.token}" if request.token else "",
        "given": str(request.rating or ""),
    }


REQUEST_WORDS = (
    *("request", "version", "code", "service", "someone", "place", "address", "area", "pin", "problem", "fault"),
    *("time", "urgent", "since", "resume", "link", "given"),
)


def offer_words(scene: Scene, offer: Offer | None) -> dict[str, str]:
    """The offer: its code, its place in the row, and its two times."""
    if offer is None:
        return dict.fromkeys(("offer", "offer_code", "ordinal", "asked_at", "answer_by", "after_him"), "")
    language, zone_of_time = scene.reader.language, scene.policy.zone
    last = offer.position >= scene.policy.offer_limit
    return {
        "after_him": wording(language, "word", "first_free" if last else "next_one"),
        "offer": str(offer.id),
        "offer_code": offer.code,
        "ordinal": ordinal(language, offer.position),
        "asked_at": clock(offer.sent_at or offer.offered_at, language, zone_of_time),
        "answer_by": clock(offer.expires_at, language, zone_of_time),
    }


def _people_words(scene: Scene) -> dict[str, str]:
    language, provider = scene.reader.language, scene.provider
    provider_name = one_line(provider.name, NAME_CHARS) if provider else ""
    client_name = one_line(scene.client.name or "", NAME_CHARS) if scene.client else ""
    return {
        "provider": provider_name or wording(language, "word", "the_provider"),
        "provider_phone": _phone(language, scene.provider_contact),
        "score": rating(language, provider.rating, provider.rating_count) if provider and provider.rating else "",
        "provider_id": str(provider.id) if provider else "",
        "client": client_name or wording(language, "word", "the_client"),
        "client_phone": _phone(language, scene.client),
        "reader": one_line(scene.reader.name or "", NAME_CHARS),
    }


def _phone(language: str, contact: Contact | None) -> str:
    return contact.phone if contact and contact.phone else wording(language, "word", "on_whatsapp")


def _house_words(scene: Scene) -> dict[str, str]:
    seconds = scene.policy.offer_timeout.total_seconds()
    return {
        "patience": duration(scene.reader.language, seconds),
        "minutes": str(max(1, round(seconds / 60))),
        "story": so_far(scene.offers, scene.reader.language, scene.policy.zone),
    }


def _event_words(scene: Scene) -> dict[str, str]:
    """The particulars that came with the event or reply."""
    language, facts = scene.reader.language, scene.facts
    until = facts.get("until")
    messages: list[Any] = list(facts.get("messages") or ())
    return {
        "trade": one_line(str(facts.get("trade") or ""), NAME_CHARS),
        "named_place": one_line(str(facts.get("place") or ""), NAME_CHARS),
        "rating": str(facts.get("rating") or ""),
        "step": str(facts.get("step") or ""),
        "until": day_and_clock(until, scene.now, language, scene.policy.zone) if until else "",
        "reason": wording(language, "reason", "withdrawn" if facts.get("actor") == "client" else "house"),
        "cause": wording(language, "reason", "cancelled" if facts.get("actor") == "client" else "house"),
        "message": str(messages[-1]) if messages else "",
    }


def items(scene: Scene, each: str) -> list[dict[str, str]]:
    """The words of each offer, request or zone that a reply lists."""
    listed = scene.facts.get(each) or ()
    step = str(scene.facts.get("step") or "")
    if each == "offers":
        return [offer_words(scene, offer) for offer in listed]
    if each == "requests":
        return [{**request_words(scene, request), "step": step} for request in listed]
    return [{"slug": slug, "zone": zone_name(slug)} for slug in listed]


def service(language: str, code: str | None) -> str:
    """The trade's name (``Plomberie``); ``""`` when there is none."""
    return wording(language, "service", code) if code and has_wording(language, "service", code) else ""


def someone(language: str, code: str | None) -> str:
    """Who does such work, with the article: ``un plombier``."""
    known = code if code and has_wording(language, "someone", code) else "anyone"
    return wording(language, "someone", known)


def wish(scene: Scene, request: Request) -> str:
    """The client's own words for when; with the date as soon as they were meant or are read on another day."""
    language, local = scene.reader.language, scene.policy.zone
    said = one_line(request.time_text or "", WISH_CHARS)
    if not said:
        return wording(language, "word", "soon")
    if request.wished_from_at is None:
        return said
    wished = request.wished_from_at.astimezone(local).date()
    if {wished, scene.now.astimezone(local).date()} == {request.created_at.astimezone(local).date()}:
        return said
    return f"{said} ({dated(wished, language)})"
