"""What a client says when it is not an answer to a question: a need, a change, a question of his own."""

from collections.abc import Callable
from dataclasses import replace

from mboa import lifecycle
from mboa.conversation import affairs, draft, outage, pair, privacy, zones
from mboa.conversation.misses import is_nothing_for_us, menu, misunderstood, not_for_us
from mboa.conversation.questions import answers_a_question
from mboa.conversation.talk import Talk
from mboa.dispatch.request import Request
from mboa.understanding.gazetteer import nearest_zone


def client_hears(talk: Talk) -> None:
    """Route one utterance of a client."""
    warn_of_danger(talk)
    if talk.said.kind in KINDS:
        KINDS[talk.said.kind](talk)
    elif zones.is_chosen(talk):
        _describe(talk)
    elif answers_a_question(talk):
        talk.contact.misses = 0
    elif talk.facts.keyword in WISHES:
        WISHES[talk.facts.keyword](talk)
    elif is_nothing_for_us(talk):
        not_for_us(talk)
    else:
        INTENTS.get(talk.facts.intent, misunderstood)(talk)


def warn_of_danger(talk: Talk) -> None:
    """The safety sentence goes before everything else that is said in this turn."""
    if talk.facts.danger is not None:
        talk.reply(f"danger_{talk.facts.danger}")
        talk.unit.happened("danger_reported", "client", contact_id=talk.contact.id, danger=talk.facts.danger)


def _describe(talk: Talk) -> None:
    """A need, or a detail of one."""
    pair.leave_the_live_one(talk)
    facts, request = talk.facts, talk.draft
    if facts.service == "other" and not (request and request.service):
        talk.unit.happened("trade_unserved", "client", contact_id=talk.contact.id, trade=facts.trade)
        return talk.reply("trade_unserved", trade=facts.trade)
    if _in_unserved_city(talk):
        talk.unit.happened(
            "city_unserved", "client", contact_id=talk.contact.id, place=facts.place and facts.place.text
        )
        return talk.reply("city_unserved", place=facts.place.text if facts.place else "")
    if outage.is_suspected(talk):
        return outage.ask(talk)
    if request is None and talk.confirmed and (same := _already_live(talk)):
        return _change_live(talk, same) if _details(talk) else _say_already_live(talk, same)
    if not facts.sure and facts.service is None and facts.place is None and facts.time is None:
        return misunderstood(talk)
    return _fill(talk, request or draft.start(talk))


def _already_live(talk: Talk) -> Request | None:
    """The live request that these words are about: the one of the same trade, or the only one for a mere detail."""
    service = talk.facts.service
    if service is None:
        return talk.confirmed[0]
    return next((request for request in talk.confirmed if request.service == service), None)


def _details(talk: Talk) -> bool:
    return talk.facts.intent in {"inform", "modify"} and (talk.facts.place is not None or talk.facts.time is not None)


def _say_already_live(talk: Talk, request: Request) -> None:
    talk.reply("already_live", request)
    affairs.status_of_request(talk, request)


def _fill(talk: Talk, request: Request) -> None:
    service = talk.facts.service
    twin = next((other for other in talk.confirmed if service and other.service == service), None)
    if twin is not None:
        lifecycle.cancel(talk.unit, request, "system", "already_live")
        talk.contact.expect(None)
        return _say_already_live(talk, twin)
    # With two needs open, naming the other's trade is speaking of the other.
    request = next((other for other in talk.live if other.is_draft and service and other.service == service), request)
    facts, had = talk.facts, request.service
    # The same words again are no misunderstanding: he is shown where he stands.
    if draft.fill(talk, request, facts) or facts.service or facts.place or facts.time:
        talk.contact.misses = 0
    elif talk.contact.expecting is not None and request.service is not None:
        return misunderstood(talk)
    if had is None and (other := pair.second(talk, request)):
        return pair.ask(talk, request, other)
    if facts.place is not None and facts.place.choices and request.zone is None:
        return zones.ask(talk, request, facts.place.choices)
    return draft.ask_next(talk, request)


def _in_unserved_city(talk: Talk) -> bool:
    place = talk.facts.place
    return place is not None and place.city is not None and place.city not in talk.unit.policy.served_cities


def _modify(talk: Talk) -> None:
    """MODIFIER: with the new value, take it; with the slot's name, ask for it; alone, ask what."""
    facts = talk.facts
    target = talk.draft or (talk.confirmed[0] if talk.confirmed else None)
    if target is None:
        return _describe(talk) if facts.service else talk.reply("nothing_live")
    if facts.place or facts.time or (facts.service and target.is_draft):
        return _fill(talk, target) if target.is_draft else _change_live(talk, target)
    if facts.correcting is not None:
        return draft.ask_again(talk, target, facts.correcting)
    return draft.ask_correction(talk, target)


def _change_live(talk: Talk, request: Request) -> None:
    """A detail of a request that is already on its way; its trade stays once somebody has the job."""
    twin = any(other.service == talk.facts.service for other in talk.live if other is not request)
    facts = replace(talk.facts, service=None) if request.is_assigned or twin else talk.facts
    changed = draft.fill(talk, request, facts)
    if not changed:
        return affairs.status_of_request(talk, request)
    talk.contact.expect(None)
    talk.reply("change_noted", request)
    return lifecycle.modify(talk.unit, request, changed)


def _pin(talk: Talk) -> None:
    said = talk.said
    assert said.latitude is not None
    assert said.longitude is not None
    zone = nearest_zone(said.latitude, said.longitude)
    request = talk.draft or (talk.confirmed[0] if talk.confirmed else draft.start(talk))
    draft.pin(request, zone, (said.latitude, said.longitude))
    talk.unit.attach(said.message_ids, request)
    if not request.is_draft:
        talk.reply("change_noted", request)
        return lifecycle.modify(talk.unit, request, ["zone", "place"] if request.provider_id is None else ["place"])
    if zone is None:
        talk.unit.happened("city_unserved", "client", contact_id=talk.contact.id)
        talk.unit.keep(request)
        talk.contact.expect("place", request.id)
        return talk.reply("pin_outside", request)
    return _ask_on(talk, request)


def _ask_on(talk: Talk, request: Request) -> None:
    """A pin or a picture answers no question about the need itself: that one is asked again."""
    question, _, service = (talk.contact.expecting or "").partition(":")
    if question in {"outage", "both"} and talk.about is request:
        draft.keep(talk, request)
        return talk.reply("ask_both" if question == "both" else "ask_neighbours", request, second=service)
    return draft.ask_next(talk, request)


def _media(talk: Talk) -> None:
    """A voice note or picture is kept for the provider; the missing words are asked for."""
    request = talk.draft or (talk.confirmed[0] if talk.confirmed else draft.start(talk))
    talk.unit.attach(talk.said.message_ids, request)
    talk.reply("media_kept", request)
    if request.is_draft:
        # A caption says as much as a message does.
        draft.fill(talk, request, talk.facts)
        if talk.contact.expecting == "problem":
            return draft.leave_open(talk, request)  # what he says or shows is the answer
        return _ask_on(talk, request)
    if request.is_assigned:
        talk.unit.happened("media_received", "client", request, messages=list(talk.said.message_ids))
    return None


def _card(talk: Talk) -> None:
    if not answers_a_question(talk):
        talk.reply("number_noted")


def _stray_yes_or_no(talk: Talk) -> None:
    """OUI or NON with nothing to say it to: tell where things stand."""
    if talk.draft is not None:
        draft.ask_next(talk, talk.draft)
    elif talk.confirmed:
        affairs.status(talk)
    else:
        talk.reply("nothing_asked")


def _greeting(talk: Talk) -> None:
    if talk.draft is not None:
        draft.ask_next(talk, talk.draft)
    else:
        talk.reply("welcome")


def _help(talk: Talk) -> None:
    talk.reply("help")


def _thanks(talk: Talk) -> None:
    """Thanks need no answer, and each answer costs money."""


KINDS: dict[str, Callable[[Talk], None]] = {
    "pin": _pin,
    "media": _media,
    "card": _card,
    "unreadable": misunderstood,
}
WISHES: dict[str | None, Callable[[Talk], None]] = {
    "menu": menu,
    "my_data": privacy.my_data,
    "erase": privacy.ask_erase,
}
INTENTS: dict[str, Callable[[Talk], None]] = {
    "new_request": _describe,
    "inform": _describe,
    "modify": _modify,
    "status": affairs.status,
    "cancel": affairs.cancel,
    "confirm": _stray_yes_or_no,
    "deny": _stray_yes_or_no,
    "help": _help,
    "question": _help,
    "human": affairs.human,
    "greeting": _greeting,
    "thanks": _thanks,
}
