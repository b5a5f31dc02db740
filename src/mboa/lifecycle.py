"""Everything that can happen to a request: one short function each. Read this and you know Mboa.

Each runs in one transaction, its unit of work. Somebody being first is handled, and said kindly where a person asked;
a move that the table of moves forbids is a bug, and raises.
"""

from collections.abc import Sequence
from datetime import datetime

from mboa.dispatch.events import OFFER_EVENTS, PROGRESS_EVENTS, Actor
from mboa.dispatch.matching import Withheld
from mboa.dispatch.offer import Choice, Offer
from mboa.dispatch.people import Provider
from mboa.dispatch.ports import UnitOfWork
from mboa.dispatch.ranking import choose
from mboa.dispatch.request import Request
from mboa.dispatch.slot import next_look, not_before
from mboa.dispatch.status import ASKED, OfferStatus, Status


def confirm(unit: UnitOfWork, request: Request) -> None:
    """The client said OUI to the recap: the search begins, or waits for the morning."""
    request.move(Status.PENDING)
    request.confirmed_at = request.promised_at = unit.now
    unit.happened("request_created", "client", request)
    offer_next(unit, request)


def offer_next(unit: UnitOfWork, request: Request) -> None:
    """Ask the best provider who may still be asked; tell the client honestly when there is none."""
    stale = request.is_stale(unit.now, unit.policy.freshness)
    quiet_ends = unit.policy.quiet_until(unit.now)
    if quiet_ends and (stale or not request.urgent):
        _defer(unit, request, "doubt" if stale else "resume", quiet_ends)
    elif stale:
        doubt(unit, request)
    elif sum(offer.status in ASKED for offer in unit.offers(request.id)) >= unit.policy.offer_limit:
        _fall_back(unit, request, [])
    else:
        choice, withheld = choose(unit.candidates(request), request.spot, unit.now)
        _open_offer(unit, request, choice, withheld) if choice else _fall_back(unit, request, withheld)


def _open_offer(unit: UnitOfWork, request: Request, choice: Choice, withheld: list[Withheld]) -> None:
    if request.status is Status.UNSERVED:
        request.move(Status.PENDING)
    request.move(Status.OFFERED)
    request.promised_at = unit.now
    unit.keep(request)
    offer = unit.make_offer(request, choice, withheld)
    unit.happened("offer_made", "system", request, offer, score=choice.score)


def _defer(unit: UnitOfWork, request: Request, kind: str, until: datetime) -> None:
    """Nothing goes out in the quiet hours; the promise counts from their end."""
    request.wait(kind, until)
    if kind == "resume":
        request.promised_at = until
    unit.keep(request)
    unit.happened("request_deferred", "system", request, until=until)


def _fall_back(unit: UnitOfWork, request: Request, withheld: list[Withheld]) -> None:
    """The waiting pool: the client hears once that it takes longer, the first provider who is free gets it."""
    if request.status is not Status.UNSERVED:
        request.move(Status.UNSERVED)
    request.wait("doubt", not_before(request.wished_from_at, unit.now + unit.policy.freshness))
    first_time, request.fallback_told = not request.fallback_told, True
    unit.keep(request)
    unit.happened("request_unserved", "system", request, told=first_time, withheld=withheld)


def doubt(unit: UnitOfWork, request: Request) -> None:
    """So much time has passed that the client is asked, once and in daytime, whether he still needs anybody."""
    quiet_ends = unit.policy.quiet_until(unit.now)
    if quiet_ends:
        return _defer(unit, request, "doubt", quiet_ends)
    request.wait("give_up", not_before(request.wished_until_at, unit.now + unit.policy.freshness))
    unit.keep(request)
    return unit.happened("request_doubted", "system", request)


def still_needed(unit: UnitOfWork, request: Request) -> None:
    """He does: the search goes on from now."""
    request.promised_at = unit.now
    request.due_at = request.due_kind = None
    unit.happened("request_renewed", "client", request)
    offer_next(unit, request)


def expire_offer(unit: UnitOfWork, offer_id: int) -> None:
    """A provider's minutes are over: silence if he heard, undeliverable if it never went out. The next is asked."""
    offer, request = _offer_and_request(unit, offer_id)
    # The answer, the sending (which starts the minutes anew) or another worker may have been first.
    if offer is None or request is None or not offer.is_open or offer.expires_at > unit.now:
        return
    _pass_over(unit, request, offer, OfferStatus.EXPIRED if offer.sent_at else OfferStatus.UNDELIVERABLE)


def undeliverable(unit: UnitOfWork, offer_id: int, reason: str) -> None:
    """The channel could not reach the provider: that is not his silence, and the next is asked at once."""
    offer, request = _offer_and_request(unit, offer_id)
    if offer is not None and request is not None and offer.is_open:
        _pass_over(unit, request, offer, OfferStatus.UNDELIVERABLE, reason)


def decline(unit: UnitOfWork, request: Request, offer: Offer) -> None:
    """The provider said NON."""
    _pass_over(unit, request, offer, OfferStatus.DECLINED)


def _pass_over(unit: UnitOfWork, request: Request, offer: Offer, to: OfferStatus, reason: str | None = None) -> None:
    if unit.settle(offer, to):
        actor: Actor = "provider" if to is OfferStatus.DECLINED else "system"
        unit.happened(OFFER_EVENTS[to], actor, request, offer, reason=reason)
        request.move(Status.PENDING)
        offer_next(unit, request)


def accept(unit: UnitOfWork, request: Request, offer: Offer, provider: Provider) -> bool:
    """OUI, in time, or late while nobody has the job and nobody else is asked: it is his. Returns whether it is."""
    late = offer.status is OfferStatus.EXPIRED and request.is_searching and unit.open_offer(request.id) is None
    if not (offer.is_open or late) or not unit.settle(offer, OfferStatus.ACCEPTED):
        return False
    request.move(Status.ACCEPTED)
    request.provider_id, request.accepted_at = provider.id, unit.now
    request.wait(*next_look(request, unit.now, unit.policy))
    unit.keep(request)
    unit.count_job(provider.id)
    unit.happened("offer_accepted", "provider", request, offer, late=late)
    unit.happened("request_accepted", "provider", request, offer)
    return True


def progress(unit: UnitOfWork, request: Request, step: str) -> bool:
    """The provider is ``en_route``, ``arrived`` or ``done``; a step said again, or backwards, changes nothing."""
    steps = ("en_route", "arrived", "done")
    if request.progress in steps and steps.index(step) <= steps.index(request.progress):
        return False
    if request.status is Status.ACCEPTED:
        request.move(Status.IN_PROGRESS)
        request.wait("check", unit.now + unit.policy.job_patience)
    request.progress = step
    if step == "done":
        request.wait("assume_done", unit.now + unit.policy.done_patience)
    unit.keep(request)
    unit.happened(PROGRESS_EVENTS[step], "provider", request)
    return True


def complete(unit: UnitOfWork, request: Request, actor: Actor) -> None:
    """The work is done, by the client's word or, after a day of his silence, by the provider's."""
    request.move(Status.COMPLETED)
    request.closed_at = unit.now
    unit.keep(request)
    unit.happened("request_completed", actor, request)
    if request.provider_id is not None:
        offer_waiting(unit, unit.provider(request.provider_id))


def dispute(unit: UnitOfWork, request: Request) -> None:
    """The client says that the work is not done: the job goes on, and a person has a look."""
    request.progress = "arrived"
    request.wait("check", unit.now + unit.policy.job_patience)
    unit.keep(request)
    unit.happened("work_disputed", "client", request)


def rate(unit: UnitOfWork, request: Request, rating: int, comment: str | None = None) -> bool:
    """The client's 1–5, taken once, however late; a rating also says that the work is done."""
    if not 1 <= rating <= 5:
        raise ValueError(f"a rating is 1 to 5, not {rating}")
    if request.rating is not None or request.provider_id is None or request.status is Status.CANCELLED:
        return False
    if request.is_assigned:
        complete(unit, request, "client")
    request.rating, request.comment = rating, comment
    unit.keep(request)
    unit.count_rating(request.provider_id, rating)
    unit.happened("feedback_received", "client", request, rating=rating, comment=comment)
    return True


def cancel(unit: UnitOfWork, request: Request, actor: Actor, reason: str | None = None) -> bool:
    """End it, before or after acceptance: no open offer and no timer stays. Returns False when it was over already."""
    if not request.is_live:
        return False
    _withdraw(unit, request, actor)
    had_provider, was = request.provider_id is not None, request.status
    request.move(Status.CANCELLED)
    request.closed_at, request.cancel_reason = unit.now, reason
    unit.keep(request)
    unit.happened("request_cancelled", actor, request, was=was, had_provider=had_provider, reason=reason)
    return True


def _withdraw(unit: UnitOfWork, request: Request, actor: Actor) -> bool:
    offer = unit.open_offer(request.id)
    if offer is None or not unit.settle(offer, OfferStatus.WITHDRAWN):
        return False
    unit.happened("offer_withdrawn", actor, request, offer, heard=offer.sent_at is not None)
    return True


def release(unit: UnitOfWork, request: Request, actor: Actor, reason: str | None = None) -> None:
    """The provider cannot do the job after all: the client hears so, and the search starts again without him."""
    unit.happened("request_released", actor, request, reason=reason)
    request.move(Status.PENDING)
    request.provider_id = request.accepted_at = request.progress = None
    request.promised_at = unit.now
    unit.free_acceptance(request)
    offer_next(unit, request)


def modify(unit: UnitOfWork, request: Request, changed: Sequence[str]) -> None:
    """A detail changed. Trade or zone: the search starts again; anything else: whoever is asked or coming hears it."""
    unit.happened("request_modified", "client", request, changed=list(changed))
    if request.due_kind in {"remind", "check"}:
        request.wait(*next_look(request, unit.now, unit.policy))
    if not request.is_searching or not {"service", "zone"} & set(changed):
        unit.keep(request)
        return
    if _withdraw(unit, request, "client"):
        request.move(Status.PENDING)
    request.promised_at = unit.now
    offer_next(unit, request)


def offer_waiting(unit: UnitOfWork, provider: Provider) -> bool:
    """A provider is free: the oldest fitting request of the waiting pool is offered to him at once."""
    request = unit.oldest_waiting(provider)
    # Even to somebody awake enough to ask, nothing goes out in the quiet hours but what is urgent.
    if request is None or (unit.policy.quiet_until(unit.now) and not request.urgent):
        return False
    mine = [candidate for candidate in unit.candidates(request) if candidate.provider_id == provider.id]
    choice, withheld = choose(mine, request.spot, unit.now)
    if choice is not None:
        _open_offer(unit, request, choice, withheld)
    return choice is not None


def _offer_and_request(unit: UnitOfWork, offer_id: int) -> tuple[Offer | None, Request | None]:
    """The offer read again under its request's lock (lock order: person, request, offer)."""
    offer = unit.offer(offer_id)
    request = unit.request(offer.request_id) if offer else None
    offers = unit.offers(request.id) if request else []
    return next((offer for offer in offers if offer.id == offer_id), None), request
