"""The one door of the conversation: who speaks? STOP before all, then buttons, the provider's affairs, the client's."""

from collections.abc import Sequence

from mboa import lifecycle
from mboa.conversation import privacy
from mboa.conversation.client import client_hears
from mboa.conversation.held import BY_OPERATOR, held_hears
from mboa.conversation.provider import provider_hears
from mboa.conversation.talk import Talk, Utterance
from mboa.conversation.taps import tap
from mboa.dispatch.people import Contact
from mboa.dispatch.ports import UnitOfWork
from mboa.dispatch.status import OfferStatus

# A language is taken over from words that show it, not from "ok" or "5".
WORDS_THAT_SHOW_A_LANGUAGE = 3
SHOWING = frozenset({"new_request", "greeting", "help", "human"})


def hear(unit: UnitOfWork, contact: Contact, utterances: Sequence[Utterance]) -> list[Utterance]:
    """Everything that one person (locked) said in one burst, in order, in one transaction.

    Returns what is left to the operator who answers him; nothing when nobody does.
    """
    left: list[Utterance] = []
    for said in utterances:
        latest = contact.last_inbound_at
        contact.last_inbound_at = said.said_at if latest is None else max(latest, said.said_at)
        if not _hear_one(Talk(unit, contact, said)):
            left.append(said)
    unit.keep_contact(contact)
    return left


def slow_down(unit: UnitOfWork, contact: Contact) -> None:
    """Whoever writes faster than anybody can be answered is asked, kindly and seldom, to write less."""
    Talk(unit, contact, Utterance("text", (), unit.now)).reply("slow_down")


def _hear_one(talk: Talk) -> bool:
    """Whether the house is done with it."""
    if talk.facts.intent == "stop":
        _opt_out(talk.unit, talk.contact)
        return True
    if talk.contact.opted_out:
        talk.contact.opted_out = False
        talk.unit.happened("person_returned", "client", contact_id=talk.contact.id)
    if len(talk.said.text.split()) >= WORDS_THAT_SHOW_A_LANGUAGE or talk.facts.intent in SHOWING:
        talk.contact.language = talk.facts.language
    if talk.contact.is_held(talk.unit.now):
        return held_hears(talk)
    if talk.contact.expecting == BY_OPERATOR:
        talk.contact.expect(None)
    if not (talk.said.kind == "tap" and tap(talk)) and not (talk.contact.is_provider and provider_hears(talk)):
        client_hears(talk)
    privacy.tell_first(talk)
    return True


def _opt_out(unit: UnitOfWork, contact: Contact) -> None:
    """STOP is obeyed at once and in silence: what he asked is that nothing be sent."""
    provider = unit.provider_of(contact)
    if provider is not None:
        unit.set_available(provider, available=False)
        for offer in unit.open_offers(provider.id):
            request = unit.request(offer.request_id)
            if request is not None and offer.status is OfferStatus.OPEN:
                lifecycle.decline(unit, request, offer)
    for request in unit.live_requests(contact.id):
        lifecycle.cancel(unit, request, "client", "stop")
    contact.opted_out = True
    contact.expect(None)
    unit.happened("person_opted_out", "client", contact_id=contact.id)
