"""What the law of 2024 gives a person: to be told what is kept and why, to see it, and to have it erased."""

from mboa.conversation import affairs
from mboa.conversation.talk import Talk
from mboa.forgetting import begin_forgetting


def tell_first(talk: Talk) -> None:
    """Whoever is answered for the first time is told what is kept of him; repairers signed up with a person."""
    contact = talk.contact
    if contact.consent_told_at is None and talk.unit.has_answered and not contact.is_provider:
        contact.consent_told_at = talk.unit.now
        talk.reply("consent")


def my_data(talk: Talk) -> None:
    """MES DONNEES: what is held about him, for how long, and how to have all of it."""
    talk.unit.happened("data_told", "client", contact_id=talk.contact.id)
    talk.reply("my_data", held=talk.unit.held_on(talk.contact))


def ask_erase(talk: Talk) -> None:
    """EFFACER: asked once more, because it cannot be undone. A repairer is taken off the roster by a person."""
    if talk.contact.is_provider:
        affairs.human(talk)
        return
    talk.contact.expect("erase")
    talk.reply("ask_erase", requests=talk.confirmed)


def answers_erase(talk: Talk) -> bool:
    """OUI: what is under way ends, and as soon as his last message has gone out, he is forgotten."""
    if talk.facts.intent not in {"confirm", "deny"}:
        return False
    talk.contact.expect(None)
    if talk.facts.intent == "deny":
        talk.reply("erase_kept")
        return True
    begin_forgetting(talk.unit, talk.contact, "client")
    talk.reply("erase_noted")
    return True
