"""Describing a need: fill what was said, ask one missing thing at a time, show the recap, correct one slot."""

from mboa import lifecycle
from mboa.conversation.landmark import place_by_landmark
from mboa.conversation.talk import Talk
from mboa.dispatch.request import Request
from mboa.dispatch.status import Status
from mboa.understanding.facts import Place, Understanding, Wish
from mboa.understanding.gazetteer import centre_of, city_of
from mboa.understanding.time import interval

SERVED = ("plumbing", "electricity", "appliance")
# Wishes that name no day: a date is asked for, once. "undated" is such a wish after that question.
DATELESS = frozenset({"holiday"})
UNDATED = "undated"


def start(talk: Talk) -> Request:
    """A new draft for the speaker."""
    request = talk.unit.new_request(talk.contact)
    talk.live.insert(0, request)
    talk.unit.happened("request_drafted", "client", request)
    return request


def fill(talk: Talk, request: Request, facts: Understanding) -> list[str]:
    """Take over what was said; returns the names of the slots that changed."""
    before = (request.service, request.zone, request.place_text, request.time_text, request.problem, request.urgent)
    if facts.service in SERVED:
        request.service = facts.service
    if facts.place is not None:
        _fill_place(request, facts.place)
    if facts.time is not None:
        _fill_time(talk, request, facts.time)
    if facts.problem and (request.problem is None or len(facts.problem) > 3):
        request.problem = facts.problem
    request.urgent = request.urgent or facts.urgent or facts.danger is not None
    request.danger = request.danger or facts.danger
    after = (request.service, request.zone, request.place_text, request.time_text, request.problem, request.urgent)
    names = ("service", "zone", "place", "time", "problem", "urgent")
    return [name for name, was, now in zip(names, before, after, strict=True) if was != now]


def _fill_place(request: Request, place: Place) -> None:
    """The client's own words are the address; a pin or zone that is known is kept unless new words name another."""
    moved = request.zone is not None and place.zone is not None and place.zone != request.zone
    if request.place_text is None or moved:
        request.place_text = place.text
    elif place.text.casefold() not in request.place_text.casefold():
        # "Derrière la pharmacie", then "Makepe": both help the provider to find the door.
        request.place_text = f"{request.place_text}, {place.text}"[:200]
    if place.zone is not None and place.zone != request.zone:
        request.zone, request.city = place.zone, place.city
        request.latitude, request.longitude = centre_of(place.zone) or (None, None)


def _fill_time(talk: Talk, request: Request, wish: Wish) -> None:
    if request.time_kind in DATELESS and wish.kind in DATELESS | {"other"}:
        # "Après les fêtes", then "je ne sais pas encore": the first words say more.
        request.time_kind = UNDATED
        return
    request.time_text, request.time_kind = wish.text, wish.kind
    request.urgent = request.urgent or wish.urgent
    span = interval(wish, talk.unit.now)
    request.wished_from_at, request.wished_until_at = span or (None, None)


def pin(request: Request, zone: str | None, spot: tuple[float, float]) -> None:
    """A location pin beats words."""
    request.latitude, request.longitude = spot
    if zone is not None:
        request.zone, request.city = zone, city_of(zone)


def ask_next(talk: Talk, request: Request) -> None:
    """Ask the most informative missing thing, or show the recap; the draft is kept either way."""
    slot = _missing(talk, request)
    if slot is None:
        return show_recap(talk, request)
    if request.status is Status.CONFIRMING:
        request.move(Status.GATHERING)
    # Time and problem may stay unsaid: asking either counts each time, so that it is never asked for ever.
    if slot in {"time", "problem", "date"} or talk.contact.expecting != slot:
        request.questions += 1
    keep(talk, request)
    phrase = "ask_zone" if slot == "place" and request.place_text else f"ask_{slot}"
    talk.contact.expect("time" if slot == "date" else slot, request.id)
    return talk.reply(phrase, request)


def leave_open(talk: Talk, request: Request) -> None:
    """He cannot say when, or what exactly: he is asked for neither any more."""
    if request.time_kind in DATELESS:
        request.time_kind = UNDATED
    request.questions = max(request.questions, talk.unit.policy.question_limit)
    ask_next(talk, request)


def _missing(talk: Talk, request: Request) -> str | None:
    """Trade, place and a number are needed; time and problem are worth a question only while few were asked."""
    if request.service is None:
        return "service"
    if request.zone is None:
        return "place"
    if talk.contact.phone is None:
        return "phone"
    if request.time_kind in DATELESS:
        return "date"
    if request.questions < talk.unit.policy.question_limit:
        if request.time_text is None and not request.urgent:
            return "time"
        if request.problem is None:
            return "problem"
    return None


def show_recap(talk: Talk, request: Request) -> None:
    """Everything that is known, with buttons: OUI, change, cancel."""
    if request.status is Status.GATHERING:
        request.move(Status.CONFIRMING)
    keep(talk, request)
    talk.contact.expect("confirmation", request.id)
    talk.reply("recap", request)


def confirm(talk: Talk, request: Request) -> None:
    """OUI: unless something indispensable is still missing, the search begins; then his second need has its turn."""
    if request.status is not Status.CONFIRMING:
        return ask_next(talk, request)
    talk.contact.expect(None)
    place_by_landmark(talk, request)
    talk.reply("search_begins", request)
    lifecycle.confirm(talk.unit, request)
    return go_on(talk, request)


def go_on(talk: Talk, after: Request) -> None:
    """The other request that he described in the same breath, if there is one."""
    other = talk.draft
    if other is not None and other is not after:
        ask_next(talk, other)


def share(told: Request, other: Request) -> None:
    """Where and when are the same for both."""
    other.zone, other.city, other.place_text = told.zone, told.city, told.place_text
    other.latitude, other.longitude = told.latitude, told.longitude
    other.time_text, other.time_kind = told.time_text, told.time_kind
    other.wished_from_at, other.wished_until_at = told.wished_from_at, told.wished_until_at
    other.urgent = other.urgent or told.urgent


def ask_correction(talk: Talk, request: Request) -> None:
    """NON to the recap, or MODIFIER: what should be different?"""
    if request.is_live:
        talk.contact.expect("correction", request.id)
        talk.reply("ask_correction", request)
    else:
        talk.reply("nothing_live")


def ask_again(talk: Talk, request: Request, slot: str) -> None:
    """The person named the slot to change: forget it and ask for it alone."""
    talk.contact.expect(slot, request.id)
    talk.reply(f"ask_{slot}", request)


def keep(talk: Talk, request: Request) -> None:
    """Keep a draft, and what it shares with the one after it; both are dropped when nothing more is said."""
    for other in talk.live:
        if other.is_draft and other.id > request.id:
            share(request, other)
            talk.unit.keep(other)
    request.wait("abandon", talk.unit.now + talk.unit.policy.draft_patience)
    talk.unit.keep(request)
