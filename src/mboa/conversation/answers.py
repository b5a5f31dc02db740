"""Answers to what the house asked: a provider's OUI or NON, his steps on the job, the client's verdict on the work."""

from mboa import lifecycle
from mboa.conversation.affairs import status_of_request
from mboa.conversation.talk import Talk
from mboa.dispatch.offer import Offer
from mboa.dispatch.people import Provider
from mboa.dispatch.request import Request
from mboa.dispatch.status import OfferStatus, Status


def answer_named_offer(talk: Talk, offer_id: int, yes: bool) -> None:
    """An answer that names its offer: by button, by quoted message or by code."""
    provider = talk.unit.provider_of(talk.contact)
    offer = talk.unit.offer(offer_id)
    if provider is None or offer is None or offer.provider_id != provider.id:
        talk.reply("not_yours")
    else:
        answer_offer(talk, provider, offer, yes)


def answer_offer(talk: Talk, provider: Provider, offer: Offer, yes: bool) -> None:
    """OUI or NON to one offer, in time or late."""
    request = talk.unit.request(offer.request_id)
    # Read again under the request's lock: another's OUI, the clock or the client may have been first.
    fresh = talk.unit.offer(offer.id)
    if request is None or fresh is None:
        talk.reply("not_yours")
    elif yes:
        if not lifecycle.accept(talk.unit, request, fresh, provider):
            _say_why_not(talk, request, fresh)
    elif fresh.is_open:
        talk.reply("decline_noted")
        lifecycle.decline(talk.unit, request, fresh)
    elif request.is_assigned and request.provider_id == provider.id:
        talk.reply("ask_release", request)
    else:
        talk.reply("offer_over")


def _say_why_not(talk: Talk, request: Request, offer: Offer) -> None:
    if offer.status is OfferStatus.ACCEPTED:
        talk.reply("offer_yours_already", request)
    elif request.status is Status.CANCELLED or offer.status is OfferStatus.WITHDRAWN:
        talk.reply("offer_cancelled")
    elif request.is_searching:
        talk.reply("offer_too_late")
    else:
        talk.reply("offer_taken")


def job_step(talk: Talk, request_id: int, step: str) -> None:
    """The provider is on his way, there, done, or gives the job back."""
    request, provider = talk.unit.request(request_id), talk.unit.provider_of(talk.contact)
    if request is None or provider is None or request.provider_id != provider.id:
        talk.reply("not_yours")
    elif not request.is_assigned:
        talk.reply("job_over", request)
    elif step == "release":
        talk.reply("release_noted", request)
        lifecycle.release(talk.unit, request, "provider")
    elif step in {"en_route", "arrived", "done"} and not lifecycle.progress(talk.unit, request, step):
        talk.reply("step_known", request)


def client_says_done(talk: Talk, request: Request) -> None:
    """The client confirms that the work is done, and is asked what it was worth."""
    if not request.is_assigned:
        return status_of_request(talk, request)
    lifecycle.complete(talk.unit, request, "client")
    return talk.reply("ask_rating", request)


def client_says_not_done(talk: Talk, request: Request) -> None:
    """It is not done, whatever the provider said."""
    if not request.is_assigned:
        return status_of_request(talk, request)
    talk.reply("dispute_noted", request)
    return lifecycle.dispute(talk.unit, request)


def rate(talk: Talk, request: Request, rating: int) -> None:
    """The client's 1–5; words that come with it are kept as the comment."""
    words = talk.said.text.strip() if talk.said.kind == "text" else ""
    comment = words if len(words.split()) > 1 else None
    if not lifecycle.rate(talk.unit, request, rating, comment):
        return talk.reply("rating_known" if request.rating else "nothing_to_rate", request)
    talk.contact.expect(None if comment else "comment", request.id)
    return talk.reply("rating_noted" if comment else "rating_thanks", request, rating=rating)
