"""What a provider says about offers and jobs. What is not about either, he says as a client."""

from mboa import lifecycle
from mboa.conversation import answers
from mboa.conversation.talk import Talk
from mboa.dispatch.events import EventName
from mboa.dispatch.offer import Offer
from mboa.dispatch.people import Provider

STEPS = ("en_route", "arrived", "done")
YES_OR_NO = ("confirm", "deny")


def provider_hears(talk: Talk) -> bool:
    """Take what is about an offer, a job or his availability; False leaves it to the client's side."""
    provider = talk.unit.provider_of(talk.contact)
    if provider is None or talk.said.kind not in {"text", "tap"}:
        return False
    offers = talk.unit.open_offers(provider.id)
    named = named_offer(talk, provider)
    if named is not None and talk.facts.intent in YES_OR_NO:
        answers.answer_offer(talk, provider, named, yes=talk.facts.intent == "confirm")
    elif talk.facts.intent in {"available", "unavailable"}:
        _availability(talk, provider, available=talk.facts.intent == "available")
    elif talk.facts.keyword in STEPS and talk.contact.expecting is None:
        return _step(talk, provider, offers)
    elif offers:
        return _about_open_offers(talk, provider, offers)
    else:
        return _after_the_offer(talk, provider)
    return True


def named_offer(talk: Talk, provider: Provider) -> Offer | None:
    """The offer that the message quotes, or whose code it carries."""
    if talk.said.offer_id is not None:
        offer = talk.unit.offer(talk.said.offer_id)
        return offer if offer is not None and offer.provider_id == provider.id else None
    return talk.unit.last_offer(provider.id, talk.facts.offer_code) if talk.facts.offer_code else None


def _availability(talk: Talk, provider: Provider, available: bool) -> None:
    """DISPO, PAUSE. Whoever comes back gets the oldest fitting request of the waiting pool at once."""
    talk.unit.set_available(provider, available)
    happened: EventName = "provider_available" if available else "provider_paused"
    talk.unit.happened(happened, "provider", contact_id=talk.contact.id)
    talk.reply("available_noted" if available else "pause_noted")
    if available:
        lifecycle.offer_waiting(talk.unit, provider)


def _step(talk: Talk, provider: Provider, offers: list[Offer]) -> bool:
    """En route, arrivé, TERMINE; "j'arrive" to an open offer means OUI."""
    jobs, step = talk.unit.jobs(provider.id), str(talk.facts.keyword)
    if len(offers) == 1 and step == "en_route" and not jobs:
        answers.answer_offer(talk, provider, offers[0], yes=True)
    elif len(jobs) == 1:
        answers.job_step(talk, jobs[0].id, step)
    elif jobs:
        talk.reply("which_job", requests=jobs[:3], step=step)
    elif offers:
        talk.reply("which_offer", offers=offers[:3])
    elif talk.confirmed:
        return False
    else:
        talk.reply("no_job")
    return True


def _about_open_offers(talk: Talk, provider: Provider, offers: list[Offer]) -> bool:
    intent = talk.facts.intent
    if intent in YES_OR_NO and talk.contact.expecting is not None:
        # He was asked something as a client, too: never guess which of the two he means.
        talk.reply("offer_or_request", talk.draft, offers[0])
    elif intent in YES_OR_NO and len(offers) > 1:
        talk.reply("which_offer", offers=offers[:3])
    elif intent in YES_OR_NO:
        answers.answer_offer(talk, provider, offers[0], yes=intent == "confirm")
    elif intent in {"question", "help"}:
        talk.reply("offer_question", offer=offers[0])
    elif intent == "other" and talk.contact.expecting is None:
        talk.reply("offer_unclear", offer=offers[0])
    else:
        return False
    return True


def _after_the_offer(talk: Talk, provider: Provider) -> bool:
    """No open offer: a late OUI or NON to the last one, or a job given back."""
    if talk.contact.expecting is not None or talk.live:
        return False
    if talk.facts.intent in {"cancel", "deny"} and (jobs := talk.unit.jobs(provider.id)):
        talk.reply("ask_release", jobs[0])
        return True
    if talk.facts.intent not in YES_OR_NO:
        return False
    offer = talk.unit.last_offer(provider.id)
    if offer is None:
        return False
    answers.answer_offer(talk, provider, offer, yes=talk.facts.intent == "confirm")
    return True
