"""Two problems in one message: asked once whether to open both; then two requests with the same place and time."""

from dataclasses import replace
from typing import Literal

from mboa.conversation import draft
from mboa.conversation.talk import Talk
from mboa.dispatch.request import Request
from mboa.understanding.neighbours import words_of

Choice = Literal["both", "first", "second"]
_TAPPED: dict[str, Choice] = {"words:both:yes": "both", "words:both:first": "first", "words:both:second": "second"}
# What was asked, and the second trade: "both:electricity".
ASKING = "both:"
_TWO = frozenset({"deux", "2", "both", "two", "tous", "toutes", "all"})
_ONE = frozenset({"seulement", "juste", "only", "just", "uniquement", "seul", "that", "abord", "first"})


def leave_the_live_one(talk: Talk) -> None:
    """Of two trades, one of which somebody is working on already, only the other is news."""
    live = {request.service for request in talk.confirmed}
    fresh = tuple(service for service in talk.facts.services if service not in live)
    if len(talk.facts.services) > 1 and len(fresh) == 1:
        facts = replace(talk.facts, service=fresh[0], services=fresh)
        talk.said = replace(talk.said, facts=facts)


def second(talk: Talk, request: Request) -> str | None:
    """The other trade that these words ask for beside the request's, when that is to be asked about."""
    live = {other.service for other in talk.live}
    others = [service for service in talk.facts.services if service in draft.SERVED and service not in live]
    return others[0] if others and request.service in talk.facts.services else None


def ask(talk: Talk, request: Request, service: str) -> None:
    """Both, or one of them?"""
    request.questions += 1
    draft.keep(talk, request)
    talk.contact.expect(ASKING + service, request.id)
    talk.reply("ask_both", request, second=service)


def answers(talk: Talk) -> bool:
    """Both, the first, the second; anything else leaves it at the first for now, and says so."""
    request = talk.about
    errand = talk.facts.intent in {"cancel", "human", "status", "help"} and talk.facts.service is None
    if request is None or not request.is_draft or errand:
        return False
    service = str(talk.contact.expecting).removeprefix(ASKING)
    chosen = _chosen(talk, service)
    if chosen == "second":
        request.service = service
    draft.fill(talk, request, replace(talk.facts, service=None, problem=None))
    if chosen == "both":
        _open(talk, request, service)
    elif chosen is None:
        talk.reply("one_first", request)
    draft.ask_next(talk, request)
    return True


def _open(talk: Talk, request: Request, service: str) -> None:
    other = draft.start(talk)
    other.service, other.problem = service, request.problem
    # What is unsaid of the one is unsaid of the other: it is not asked for twice.
    other.questions = talk.unit.policy.question_limit
    draft.keep(talk, other)


def _chosen(talk: Talk, service: str) -> Choice | None:
    facts, said = talk.facts, words_of(talk.said.text)
    if talk.said.payload in _TAPPED:
        return _TAPPED[talk.said.payload]
    named = set(facts.services) if facts.services else {facts.service}
    if len(named - {None}) == 1 and facts.service in {service, talk.about and talk.about.service}:
        return "second" if facts.service == service else "first"
    if _ONE.isdisjoint(said) and (facts.intent == "confirm" or len(named) > 1 or not _TWO.isdisjoint(said)):
        return "both"
    return "first" if facts.intent == "deny" else None
