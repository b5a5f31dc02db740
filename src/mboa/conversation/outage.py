"""No current in the whole neighbourhood (délestage): no electrician helps then, so the neighbours are asked about."""

from dataclasses import replace

from mboa import lifecycle
from mboa.conversation import draft
from mboa.conversation.talk import Talk
from mboa.dispatch.request import Request
from mboa.understanding.neighbours import Light, neighbours_light

_TAPPED: dict[str | None, Light] = {
    "words:outage:have": "have",
    "words:outage:none": "none",
    "words:outage:insist": "insist",
}


def is_suspected(talk: Talk) -> bool:
    """Whether the words tell of more than this house; danger at home, or an electrician under way, comes first."""
    known = any(request.service == "electricity" for request in talk.confirmed)
    return talk.facts.outage and talk.facts.danger is None and not known


def ask(talk: Talk) -> None:
    """Have the neighbours current? What was said of place and time is kept meanwhile."""
    request = talk.draft or draft.start(talk)
    draft.fill(talk, request, replace(talk.facts, service="electricity"))
    request.questions += 1
    draft.keep(talk, request)
    talk.contact.misses = 0
    talk.contact.expect("outage", request.id)
    talk.reply("ask_neighbours", request)


def answers(talk: Talk) -> bool:
    """They have: an electrician. They have not: it is ENEO's affair, said honestly, and no request."""
    request = talk.about
    if request is None or not request.is_draft:
        return False
    light = _light(talk)
    if light == "none":
        lifecycle.cancel(talk.unit, request, "client", "outage")
        talk.contact.expect("insist", request.id)
        talk.reply("outage_told", request)
        return True
    if light is not None:
        draft.fill(talk, request, replace(talk.facts, service=None, problem=None))
        draft.ask_next(talk, request)
    elif talk.facts.place is not None or talk.facts.time is not None:
        draft.fill(talk, request, replace(talk.facts, service=None))
        draft.keep(talk, request)
        talk.reply("ask_neighbours", request)
    else:
        return False
    return True


def insists(talk: Talk) -> bool:
    """He wants somebody all the same: then as any request, with all that he told before."""
    told = talk.unit.request(talk.contact.about_id or 0)
    if told is None or told.client_id != talk.contact.id or talk.draft is not None:
        return False
    if _light(talk) in {"insist", "have"} or talk.facts.intent == "confirm":
        request = _again(talk, told)
        draft.fill(talk, request, replace(talk.facts, service=None, problem=None))
        draft.ask_next(talk, request)
    elif talk.facts.intent in {"deny", "thanks"}:
        talk.contact.expect(None)
        talk.reply("outage_left")
    else:
        return False
    return True


def _again(talk: Talk, told: Request) -> Request:
    request = draft.start(talk)
    request.service, request.problem, request.questions = told.service, told.problem, told.questions
    draft.share(told, request)
    return request


def _light(talk: Talk) -> Light | None:
    if talk.said.kind == "tap":
        return _TAPPED.get(talk.said.payload)
    wants = talk.facts.intent == "new_request" and talk.facts.service == "electricity"
    found = neighbours_light(talk.said.text)
    return found or ("insist" if wants and not talk.facts.outage else None)
