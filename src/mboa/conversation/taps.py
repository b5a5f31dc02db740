"""Buttons: each names exactly what it is about, so that nothing is guessed. Payloads are in the contract, section 7."""

from collections.abc import Callable

from mboa import lifecycle
from mboa.conversation import answers, draft
from mboa.conversation.affairs import cancel_request, status_of_request
from mboa.conversation.talk import Talk
from mboa.dispatch.request import Request


def tap(talk: Talk) -> bool:
    """Act on a tapped button; False when it only stands for the words on it (a slot's quick answer)."""
    noun, _, rest = (talk.said.payload or "").partition(":")
    number, _, verb = rest.partition(":")
    # Twelve digits are more ids than there will be; more is no id of ours.
    if noun == "words" or not number.isascii() or not number.isdigit() or len(number) > 12:
        return False
    if noun == "offer":
        answers.answer_named_offer(talk, int(number), yes=verb == "accept")
        return True
    if noun == "job":
        answers.job_step(talk, int(number), verb)
        return True
    request = talk.unit.request(int(number))
    if request is None or request.client_id != talk.contact.id:
        talk.reply("not_yours")
        return True
    _request_tap(talk, request, noun, verb)
    return True


def _request_tap(talk: Talk, request: Request, noun: str, verb: str) -> None:
    if noun == "rating" and verb in {"1", "2", "3", "4", "5"}:
        answers.rate(talk, request, int(verb))
    elif noun == "request" and verb in VERBS:
        VERBS[verb](talk, request)
    else:
        status_of_request(talk, request)


def _confirm(talk: Talk, request: Request) -> None:
    if request.is_draft:
        draft.confirm(talk, request)
    else:
        status_of_request(talk, request)


def _edit(talk: Talk, request: Request) -> None:
    draft.ask_correction(talk, request)


def _keep(talk: Talk, request: Request) -> None:
    if request.due_kind == "give_up":
        talk.reply("searching_again", request)
        lifecycle.still_needed(talk.unit, request)
    else:
        status_of_request(talk, request)


def _done(talk: Talk, request: Request) -> None:
    answers.client_says_done(talk, request)


def _not_done(talk: Talk, request: Request) -> None:
    answers.client_says_not_done(talk, request)


VERBS: dict[str, Callable[[Talk, Request], None]] = {
    "confirm": _confirm,
    "edit": _edit,
    "cancel": cancel_request,
    "keep": _keep,
    "done": _done,
    "not_done": _not_done,
}
