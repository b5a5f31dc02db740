"""What is heard of a person whom an operator answers: his words wait for the operator, but for what cannot wait.

STOP is obeyed before (``hear``). A danger is answered at once with its safety sentence. A provider's OUI or NON to an
open offer counts, because another person waits for it. Nothing else is decided, and nothing else is said.
"""

from mboa.conversation.answers import answer_offer
from mboa.conversation.client import warn_of_danger
from mboa.conversation.provider import YES_OR_NO, named_offer
from mboa.conversation.talk import Talk
from mboa.dispatch.events import Actor
from mboa.dispatch.offer import Offer
from mboa.dispatch.people import Provider

# What he was asked last was asked by an operator: a bare OUI then is no answer to an offer.
BY_OPERATOR = "operator"


def held_hears(talk: Talk) -> bool:
    """Whether the house is done with these words; False leaves them to the operator."""
    if _answers_an_offer(talk):
        return True
    warn_of_danger(talk)
    talk.contact.needs_human = True
    actor: Actor = "provider" if talk.contact.is_provider else "client"
    talk.unit.happened("message_held", actor, contact_id=talk.contact.id)
    return False


def _answers_an_offer(talk: Talk) -> bool:
    provider = talk.unit.provider_of(talk.contact)
    if provider is None:
        return False
    offer, yes = _meant(talk, provider, talk.unit.open_offers(provider.id))
    if offer is None:
        return False
    answer_offer(talk, provider, offer, yes=yes)
    return True


def _meant(talk: Talk, provider: Provider, offers: list[Offer]) -> tuple[Offer | None, bool]:
    """The open offer that is answered, by button, by name, or because it is the only thing he was asked."""
    for offer in offers:
        if talk.said.payload in {f"offer:{offer.id}:accept", f"offer:{offer.id}:decline"}:
            return offer, talk.said.payload.endswith("accept")
    if talk.said.kind != "text" or talk.facts.intent not in YES_OR_NO:
        return None, False
    named = named_offer(talk, provider)
    if named is None and len(offers) == 1 and talk.contact.expecting is None:
        named = offers[0]
    return (named if named in offers else None), talk.facts.intent == "confirm"
