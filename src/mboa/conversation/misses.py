"""What was not understood, and what is none of the house's affair."""

from mboa.conversation import affairs, draft
from mboa.conversation.talk import Talk

# Not understood twice in a row: the menu; three times: a person.
MENU_AFTER, HUMAN_AFTER = 2, 3
# Read as none of our affair: from this confidence on, or by these rules of the understanding.
PLAINLY_OTHER = 0.8
NOT_FOR_US = frozenset({"advert", "provider", "offtopic", "insult"})


def is_nothing_for_us(talk: Talk) -> bool:
    """An advertisement, small talk, an insult: understood well enough, and no need that we could serve."""
    facts = talk.facts
    known = facts.confidence >= PLAINLY_OTHER or facts.rule.split(" ")[0] in NOT_FOR_US
    return facts.intent == "other" and facts.keyword is None and known


def not_for_us(talk: Talk) -> None:
    """One line, however often it comes: nobody of the team is called for it. A question that was asked still stands."""
    talk.reply("not_for_us")
    if talk.draft is not None:
        draft.ask_next(talk, talk.draft)


def misunderstood(talk: Talk) -> None:
    """Say so and ask again; the second time with the menu, the third time call a person."""
    talk.contact.misses += 1
    talk.unit.happened("message_misunderstood", "client", contact_id=talk.contact.id, times=talk.contact.misses)
    if talk.contact.misses >= HUMAN_AFTER:
        affairs.human(talk)
    elif talk.contact.misses >= MENU_AFTER:
        menu(talk)
    elif talk.draft is not None and talk.contact.expecting is not None:
        talk.reply("not_understood")
        draft.ask_next(talk, talk.draft)
    else:
        talk.reply("not_understood_open")


def menu(talk: Talk) -> None:
    """The four things one can do here, as choices."""
    if talk.draft is None:
        talk.contact.expect("service")
    talk.reply("menu")
