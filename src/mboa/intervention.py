"""What an operator may do to a request by hand: each act one function of a unit of work, as in ``lifecycle``.

Every act goes by the table of moves and keeps the promises that dispatch keeps: nobody is asked twice, nobody is asked
at night, nobody hears a thing twice. It leaves one ``request_corrected`` in the diary, with the reason and the account,
and raises :class:`NotAllowed`, having changed nothing, when it cannot be; ``UnknownRequest`` for one that is not there.
"""

from typing import Any

from mboa import lifecycle
from mboa.dispatch.offer import Choice
from mboa.dispatch.people import Candidate
from mboa.dispatch.permission import (
    CLIENTS_OWN,
    OF_A_PROVIDER,
    UNDO_TIME,
    NotAllowed,
    UnknownRequest,
    against_undoing,
    allowed,
    at_version,
    fit,
    to_be_offered,
)
from mboa.dispatch.ports import UnitOfWork
from mboa.dispatch.ranking import choose, reasons, score
from mboa.dispatch.request import Request
from mboa.dispatch.slot import next_look
from mboa.dispatch.status import MOVES, OfferStatus, Status

__all__ = ["UNDO_TIME", "NotAllowed", "UnknownRequest", "allowed", "at_version"]


def cancel(unit: UnitOfWork, request_id: int, reason: str) -> bool:
    """End it; client and provider hear so. False when it was over already."""
    request = at_version(unit, request_id, None, Status.CANCELLED)
    if not request.is_live:
        return False
    _note(unit, request, "cancel", reason)
    return lifecycle.cancel(unit, request, "operator", reason)


def offer_again(unit: UnitOfWork, request_id: int, reason: str = "") -> bool:
    """Search anew for a request that waits, beyond the usual number of providers, but for those asked before.

    True when an offer goes out; False when nobody can be asked, and the request waits for whoever becomes free.
    """
    request = to_be_offered(unit, request_id)
    if request.status is Status.OFFERED:
        raise NotAllowed(request.status, Status.OFFERED)
    _note(unit, request, "offer_again", reason)
    request.promised_at = unit.now
    choice, _ = choose(unit.candidates(request), request.spot, unit.now)
    if choice is None:
        lifecycle.offer_next(unit, request)
    else:
        _offer(unit, request, choice)
    return choice is not None


def offer_to(unit: UnitOfWork, request_id: int, provider_id: int, reason: str) -> bool:
    """Ask this provider next, with the usual minutes; whoever is being asked hears that it is no longer open."""
    request = to_be_offered(unit, request_id)
    candidate = fit(unit, request, provider_id, Status.OFFERED)
    if candidate.asked_before:
        raise NotAllowed(request.status, Status.OFFERED, "asked_before")
    _note(unit, request, "offer", reason, provider_id=provider_id)
    if _withdraw(unit, request):
        request.move(Status.PENDING)
    _offer(unit, request, _by_hand(unit, request, candidate))
    return True


def assign(unit: UnitOfWork, request_id: int, provider_id: int, reason: str) -> bool:
    """Give the job to a provider who agreed on the phone; both sides get each other's number.

    An offer that is open is withdrawn, a provider who has the job is released and hears so.
    """
    request = at_version(unit, request_id, None, Status.ACCEPTED)
    if not request.is_searching and not request.is_assigned:
        raise NotAllowed(request.status, Status.ACCEPTED)
    if request.is_assigned and request.provider_id == provider_id:
        raise NotAllowed(request.status, Status.ACCEPTED, "already_his")
    candidate = fit(unit, request, provider_id, Status.ACCEPTED)
    _note(unit, request, "assign", reason, provider_id=provider_id)
    replaced = request.is_assigned
    if replaced:
        _take_back(unit, request, reason)
    else:
        _withdraw(unit, request, but_of=provider_id)
    _give(unit, request, _by_hand(unit, request, candidate), replaced)
    return True


def reassign(unit: UnitOfWork, request_id: int, reason: str, provider_id: int | None = None) -> bool:
    """Release the provider who has the job, who hears so; then the chosen one has it, else the search begins anew."""
    if provider_id is not None:
        return assign(unit, request_id, provider_id, reason)
    request = at_version(unit, request_id, None, Status.PENDING)
    if not request.is_assigned:
        raise NotAllowed(request.status, Status.PENDING)
    _note(unit, request, "reassign", reason)
    lifecycle.release(unit, request, "operator", reason)
    return True


def undo(unit: UnitOfWork, request_id: int, reason: str = "") -> bool:
    """Take back an operator's cancellation within ten minutes: the search begins again, and the client hears so."""
    request = at_version(unit, request_id, None, Status.PENDING)
    against = against_undoing(unit, request)
    if against is not None:
        raise NotAllowed(request.status, Status.PENDING, against)
    _note(unit, request, "undo", reason)
    unit.free_acceptance(request)
    request.reopen()
    request.promised_at = unit.now
    unit.happened("request_reopened", "operator", request)
    lifecycle.offer_next(unit, request)
    return True


def set_status(unit: UnitOfWork, request_id: int, to: Status, reason: str, version: int | None) -> bool:
    """Move a request by the table; each move is one of dispatch's own, so that its timers and messages follow.

    ``pending`` means that the search goes on, so that the request may be ``offered`` or ``unserved`` a moment later.
    """
    request = at_version(unit, request_id, version, to)
    if to not in MOVES[request.status]:
        raise NotAllowed(request.status, to)
    if to in CLIENTS_OWN:
        raise NotAllowed(request.status, to, "clients_own")
    if to in OF_A_PROVIDER:
        raise NotAllowed(request.status, to, "needs_provider")
    if to is Status.CANCELLED:
        return cancel(unit, request_id, reason)
    if to is Status.PENDING and request.status is Status.UNSERVED:
        return offer_again(unit, request_id, reason)
    _note(unit, request, "status", reason, to=to)
    _move(unit, request, to, reason)
    return True


def _move(unit: UnitOfWork, request: Request, to: Status, reason: str) -> None:
    if to is Status.COMPLETED:
        lifecycle.complete(unit, request, "operator")
    elif to is Status.IN_PROGRESS:
        request.progress = None
        lifecycle.progress(unit, request, "en_route")
    elif to is Status.UNSERVED:
        _to_waiting_pool(unit, request)
    elif request.is_assigned:
        lifecycle.release(unit, request, "operator", reason)
    elif request.is_draft:
        _confirm(unit, request)
    else:
        _withdraw(unit, request)
        request.move(Status.PENDING)
        request.promised_at = unit.now
        lifecycle.offer_next(unit, request)


def _confirm(unit: UnitOfWork, request: Request) -> None:
    """The client said OUI on the phone; what he was asked in writing is answered."""
    client = unit.person(request.client_id)
    if client.about_id == request.id:
        client.expect(None)
        unit.keep_contact(client)
    request.move(Status.PENDING)
    request.confirmed_at = request.promised_at = unit.now
    unit.happened("request_created", "operator", request)
    lifecycle.offer_next(unit, request)


def _to_waiting_pool(unit: UnitOfWork, request: Request) -> None:
    request.move(Status.UNSERVED)
    request.wait("doubt", unit.now + unit.policy.freshness)
    first_time, request.fallback_told = not request.fallback_told, True
    unit.keep(request)
    unit.happened("request_unserved", "operator", request, told=first_time, withheld=[])


def _by_hand(unit: UnitOfWork, request: Request, candidate: Candidate) -> Choice:
    why = reasons(candidate, request.spot, unit.now)
    return Choice(candidate.provider_id, round(score(why), 4), why)


def _withdraw(unit: UnitOfWork, request: Request, but_of: int | None = None) -> bool:
    offer = unit.open_offer(request.id)
    if offer is None or offer.provider_id == but_of or not unit.settle(offer, OfferStatus.WITHDRAWN):
        return False
    unit.happened("offer_withdrawn", "operator", request, offer, heard=offer.sent_at is not None)
    return True


def _offer(unit: UnitOfWork, request: Request, choice: Choice) -> None:
    if request.status is Status.UNSERVED:
        request.move(Status.PENDING)
    request.move(Status.OFFERED)
    request.promised_at = unit.now
    unit.keep(request)
    offer = unit.make_offer(request, choice, [])
    unit.happened("offer_made", "operator", request, offer, score=choice.score)


def _take_back(unit: UnitOfWork, request: Request, reason: str) -> None:
    """As ``lifecycle.release``, but that no search begins: the next provider stands ready."""
    unit.happened("request_released", "operator", request, reason=reason, replaced=True)
    request.move(Status.PENDING)
    request.provider_id = request.accepted_at = request.progress = None
    unit.free_acceptance(request)


def _give(unit: UnitOfWork, request: Request, choice: Choice, replaced: bool) -> None:
    offer = unit.give(request, choice)
    request.move(Status.ACCEPTED)
    request.provider_id, request.accepted_at = choice.provider_id, unit.now
    request.wait(*next_look(request, unit.now, unit.policy))
    unit.keep(request)
    unit.count_job(choice.provider_id)
    unit.happened("offer_accepted", "operator", request, offer, late=False)
    unit.happened("request_accepted", "operator", request, offer, replaced=replaced)


def _note(unit: UnitOfWork, request: Request, act: str, reason: str, **more: Any) -> None:
    """The diary's entry on who intervened and why; ``cause`` is ``operator:<account>``."""
    account = (unit.cause or "").removeprefix("operator:")
    who = int(account) if account.isdigit() else None
    unit.happened(
        "request_corrected", "operator", request, act=act, was=request.status, reason=reason, account=who, **more
    )
