"""What a client may ask about his own requests at any time: where they stand, and to end them."""

from mboa import lifecycle
from mboa.conversation import draft
from mboa.conversation.talk import Talk
from mboa.dispatch.request import Request
from mboa.dispatch.status import OfferStatus, Status


def status(talk: Talk) -> None:
    """The story so far and what comes next, of everything that is under way, else of what ended last."""
    requests = talk.confirmed or [
        request for request in (talk.draft or talk.unit.last_closed(talk.contact.id),) if request
    ]
    if not requests:
        talk.reply("nothing_live")
    for request in requests[:3]:
        status_of_request(talk, request)


def status_of_request(talk: Talk, request: Request) -> None:
    """One request's story."""
    offer = talk.unit.open_offer(request.id)
    if offer is None and request.provider_id is not None:
        offer = next((o for o in talk.unit.offers(request.id) if o.status is OfferStatus.ACCEPTED), None)
    talk.reply(f"status_{_chapter(request, sent=offer is not None and offer.sent_at is not None)}", request, offer)


def _chapter(request: Request, sent: bool) -> str:
    """Which wording tells the request's state."""
    if request.due_kind == "give_up":
        return "doubted"
    if request.status is Status.OFFERED:
        return "offered" if sent else "offering"
    if request.status is Status.PENDING:
        return "deferred" if request.due_at else "offering"
    if request.is_assigned and request.progress:
        return request.progress
    return "draft" if request.is_draft else str(request.status)


def cancel(talk: Talk) -> None:
    """ANNULER: at once when it is clear which and that he means it, else with one question."""
    drafts = [request for request in talk.live if request.is_draft]
    # A draft with nothing in it is no request that one could mean.
    targets = [*talk.confirmed, *(drafts if not talk.confirmed else [d for d in drafts if d.service])]
    if not targets:
        return talk.reply("nothing_to_cancel")
    if len(targets) > 1:
        return talk.reply("which_cancel", requests=targets[:3])
    if not talk.facts.sure:
        talk.contact.expect("cancel", targets[0].id)
        return talk.reply("ask_cancel", targets[0])
    return cancel_request(talk, targets[0])


def cancel_request(talk: Talk, request: Request) -> None:
    """End this one; the reason is asked for afterwards, and may stay unsaid."""
    was_draft = request.is_draft
    if not lifecycle.cancel(talk.unit, request, "client"):
        return status_of_request(talk, request)
    talk.contact.expect(None if was_draft else "cancel_reason", request.id)
    talk.reply("draft_cancelled" if was_draft else "cancelled", request)
    return draft.go_on(talk, request) if was_draft else None


def human(talk: Talk) -> None:
    """A person of the house takes over; the flag is what the operators see."""
    talk.contact.needs_human = True
    talk.contact.misses = 0
    talk.unit.happened("human_requested", "client", contact_id=talk.contact.id)
    # A trade in the same breath is what he complains about, or needs a person for: no second request is opened.
    talk.reply("human_sorry" if talk.facts.intent == "human" and talk.facts.service else "human_called")
