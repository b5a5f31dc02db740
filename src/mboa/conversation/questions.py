"""Short answers, read by what was asked: by this conversation (``expecting``) or by the house on its own account."""

from collections.abc import Callable

from mboa import lifecycle
from mboa.conversation import affairs, answers, draft, outage, pair, privacy
from mboa.conversation.talk import Talk
from mboa.dispatch.request import Request
from mboa.dispatch.status import Status

# Words that are an errand of their own, never a comment or a reason.
ERRANDS = frozenset({"new_request", "status", "modify"})


def answers_a_question(talk: Talk) -> bool:
    """Take the words as an answer if they can be one; False when they are something else."""
    # A question may carry what it was about: "both:electricity".
    expecting, _, _ = (talk.contact.expecting or "").partition(":")
    if expecting in ASKED and ASKED[expecting](talk):
        return True
    if any(_house_question(talk, request) for request in talk.confirmed):
        return True
    return _late_rating(talk)


def _confirmation(talk: Talk) -> bool:
    request = talk.about
    if request is None or not request.is_draft:
        return False
    if talk.facts.intent == "confirm":
        # "Oui, demain matin" says yes to a recap that did not say so: show it again, corrected.
        changed = not talk.facts.sure and draft.fill(talk, request, talk.facts)
        (draft.ask_next if changed else draft.confirm)(talk, request)
    elif talk.facts.intent == "deny" and not (talk.facts.service or talk.facts.place or talk.facts.time):
        draft.ask_correction(talk, request)
    else:
        return False
    return True


def _correction(talk: Talk) -> bool:
    """After NON: the slot's name asks for it alone; a new value is an ordinary detail and is read as one."""
    request = talk.about
    if request is None:
        return False
    facts = talk.facts
    if facts.correcting and not (facts.time or facts.service or (facts.place and facts.place.zone)):
        draft.ask_again(talk, request, facts.correcting)
        return True
    return False


def _unsaid(talk: Talk) -> bool:
    """ "Je ne sais pas" to when or what exactly: both may stay unsaid."""
    request = talk.about
    if request is None or not request.is_draft or talk.facts.rule != "doubt":
        return False
    draft.leave_open(talk, request)
    return True


def _cancel(talk: Talk) -> bool:
    request = talk.about
    if request is None or talk.facts.intent not in {"confirm", "deny", "cancel"}:
        return False
    talk.contact.expect(None)
    if talk.facts.intent == "deny":
        affairs.status_of_request(talk, request)
    else:
        affairs.cancel_request(talk, request)
    return True


def _cancel_reason(talk: Talk) -> bool:
    """Why he cancelled, if he says so; his next errand is not a reason."""
    return _note(talk, "cancel_reason")


def _comment(talk: Talk) -> bool:
    """Words after the rating."""
    return _note(talk, "comment")


def _note(talk: Talk, what: str) -> bool:
    again = talk.facts.intent == "cancel" and bool(talk.live)
    if again or (talk.facts.intent in ERRANDS and talk.facts.sure):
        talk.contact.expect(None)
        return False
    request = talk.unit.request(talk.contact.about_id or 0)
    talk.contact.expect(None)
    if request is None or request.client_id != talk.contact.id or talk.facts.intent in {"thanks", "confirm", "deny"}:
        return talk.facts.intent in {"thanks", "confirm", "deny"}
    setattr(request, what, talk.said.text.strip()[:1000])
    talk.unit.keep(request)
    talk.unit.happened("comment_received" if what == "comment" else "cancel_reason_given", "client", request)
    talk.reply("words_noted")
    return True


def _phone(talk: Talk) -> bool:
    request = talk.about
    phone = talk.said.phone or talk.facts.phone
    if request is None or phone is None:
        return False
    talk.unit.give_phone(talk.contact, phone)
    if talk.contact.phone is None:
        talk.reply("number_taken")
    draft.ask_next(talk, request)
    return True


def _house_question(talk: Talk, request: Request) -> bool:
    """What the house asked when a timer rang or the provider spoke: still needed? done?"""
    intent = talk.facts.intent
    if request.due_kind == "give_up" and intent in {"confirm", "deny"}:
        if intent == "deny":
            affairs.cancel_request(talk, request)
        else:
            talk.reply("searching_again", request)
            lifecycle.still_needed(talk.unit, request)
        return True
    if not request.is_assigned:
        return False
    if talk.facts.keyword == "done" or (request.progress == "done" and intent == "confirm"):
        answers.client_says_done(talk, request)
    elif request.progress == "done" and talk.facts.rating is not None:
        answers.rate(talk, request, talk.facts.rating)
    elif request.progress == "done" and intent == "deny":
        answers.client_says_not_done(talk, request)
    else:
        return False
    return True


def _late_rating(talk: Talk) -> bool:
    """A rating of the last job, however late it comes."""
    if talk.facts.rating is None or talk.draft is not None:
        return False
    request = talk.unit.last_closed(talk.contact.id)
    if request is None or request.status is not Status.COMPLETED:
        return False
    answers.rate(talk, request, talk.facts.rating)
    return True


ASKED: dict[str, Callable[[Talk], bool]] = {
    "confirmation": _confirmation,
    "correction": _correction,
    "time": _unsaid,
    "problem": _unsaid,
    "cancel": _cancel,
    "cancel_reason": _cancel_reason,
    "comment": _comment,
    "phone": _phone,
    "erase": privacy.answers_erase,
    "both": pair.answers,
    "outage": outage.answers,
    "insist": outage.insists,
}
