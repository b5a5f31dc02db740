"""What the timers were set for, and what happens when they ring: an offer's, and a request's own."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from mboa import lifecycle
from mboa.dispatch.ports import UnitOfWork
from mboa.dispatch.request import Request


def offers_due(unit: UnitOfWork, offer_ids: Sequence[int]) -> None:
    """Offers that end together: for each the next provider is asked."""
    unit.foresee(offer_ids)
    for offer_id in offer_ids:
        lifecycle.expire_offer(unit, offer_id)


def request_due(unit: UnitOfWork, request_id: int) -> None:
    """Do what ``due_kind`` says, unless something happened since and the timer is gone."""
    request = unit.request(request_id)
    if request is None or request.due_at is None or request.due_at > unit.now:
        return
    if request.due_kind != "resume" and _wait_for_operator(unit, request):
        return
    DUE[str(request.due_kind)](unit, request)


def _wait_for_operator(unit: UnitOfWork, request: Request) -> bool:
    """While an operator answers the client he is asked nothing, and his silence means nothing: the timer waits for the
    end, and where it counts silence, for as long again as it gave him."""
    client = unit.person(request.client_id)
    if client.held_until_at is None or not client.is_held(unit.now):
        return False
    silence = {"give_up": unit.policy.freshness, "assume_done": unit.policy.done_patience}
    kind = str(request.due_kind)
    request.wait(kind, client.held_until_at + silence.get(kind, timedelta()))
    unit.keep(request)
    return True


def _abandon(unit: UnitOfWork, request: Request) -> None:
    lifecycle.cancel(unit, request, "system", "abandoned")


def _give_up(unit: UnitOfWork, request: Request) -> None:
    lifecycle.cancel(unit, request, "system", "no_answer")


def _check(unit: UnitOfWork, request: Request) -> None:
    """A job that nobody speaks of: the client is asked once, in daytime, and silence means that it is done."""
    quiet_ends = unit.policy.quiet_until(unit.now)
    if quiet_ends:
        request.wait("check", quiet_ends)
        unit.keep(request)
        return
    request.progress = "done"
    request.wait("assume_done", unit.now + unit.policy.done_patience)
    unit.keep(request)
    unit.happened("job_checked", "system", request)


def _remind(unit: UnitOfWork, request: Request) -> None:
    """The slot is near: both sides hear so, unless an outage has outlasted its beginning."""
    quiet_ends = unit.policy.quiet_until(unit.now)
    begins = request.wished_from_at
    if quiet_ends and begins and quiet_ends < begins:
        request.wait("remind", quiet_ends)
        unit.keep(request)
        return
    request.wait("check", (request.wished_until_at or unit.now) + unit.policy.job_patience)
    unit.keep(request)
    if begins and unit.now < begins and not quiet_ends:
        unit.happened("job_reminded", "system", request)


def _assume_done(unit: UnitOfWork, request: Request) -> None:
    lifecycle.complete(unit, request, "system")


DUE: dict[str, Callable[[UnitOfWork, Request], None]] = {
    "abandon": _abandon,
    "resume": lifecycle.offer_next,
    "doubt": lifecycle.doubt,
    "give_up": _give_up,
    "remind": _remind,
    "check": _check,
    "assume_done": _assume_done,
}
