"""The wished slot of a job: when both sides are reminded of it, and when it is time to ask whether the work is done."""

from datetime import datetime, timedelta

from mboa.dispatch.policy import Policy
from mboa.dispatch.request import Request

# The reminder goes out two hours before the slot begins; one that would fall into the quiet hours, the evening before.
REMIND_AHEAD = timedelta(hours=2)
EVENING_AHEAD = timedelta(minutes=90)
# Nobody is reminded of what was agreed a moment ago.
LEAST_WAIT = timedelta(hours=2)


def next_look(request: Request, now: datetime, policy: Policy) -> tuple[str, datetime]:
    """The timer of an accepted job: ``remind`` before its slot while there is time for it, else ``check``, a
    ``job_patience`` after the slot's end (or after now, when no slot was wished)."""
    at = _reminder(request, policy)
    if at is not None and at - now >= LEAST_WAIT:
        return "remind", at
    return "check", not_before(request.wished_until_at, now) + policy.job_patience


def not_before(slot: datetime | None, moment: datetime) -> datetime:
    """``moment``, or the slot's own, whichever is later."""
    return moment if slot is None else max(slot, moment)


def _reminder(request: Request, policy: Policy) -> datetime | None:
    if request.wished_from_at is None:
        return None
    at = request.wished_from_at - REMIND_AHEAD
    evening = policy.quiet.began_before(at) if policy.quiet else None
    return at if evening is None else evening - EVENING_AHEAD
