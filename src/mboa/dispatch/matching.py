"""Who may be asked: trade and zone are chosen by the index, the rest is decided here, with the reason."""

from datetime import datetime
from typing import TypedDict

from mboa.dispatch.people import Candidate
from mboa.dispatch.policy import DOUALA, QuietHours

# A provider is no longer proposed under this mean, once enough people have spoken.
LOWEST_MEAN = 2.0
ENOUGH_RATINGS = 5


class Withheld(TypedDict):
    """A provider who covers trade and zone and was passed over, and why."""

    provider_id: int
    reason: str


def reason_against(candidate: Candidate, now: datetime) -> str | None:
    """Why this provider must not be asked now, or ``None`` when he may be."""
    if candidate.is_client:
        return "is_the_client"
    if candidate.blocked:
        return "blocked"
    if candidate.opted_out:
        return "opted_out"
    if candidate.asked_before:
        return "asked_before"
    if candidate.held:
        return "taken_over"
    return _reason_of_the_hour(candidate, now) or _reason_of_quality(candidate)


def _reason_of_the_hour(candidate: Candidate, now: datetime) -> str | None:
    if not candidate.available:
        return "paused"
    if candidate.capacity is not None and candidate.jobs_under_way >= candidate.capacity:
        return "at_capacity"
    if candidate.hours and not works_at(candidate.hours, now):
        return "outside_hours"
    return None


def _reason_of_quality(candidate: Candidate) -> str | None:
    # New providers pass: a threshold on no ratings would keep them new for ever.
    if candidate.rating_count >= ENOUGH_RATINGS and candidate.rating_sum / candidate.rating_count < LOWEST_MEAN:
        return "rating_too_low"
    return None


def works_at(hours: str, now: datetime) -> bool:
    """Whether ``now`` lies in local working hours such as ``07:00-19:00`` (they may run over midnight)."""
    window = QuietHours.parse(hours)
    if window is None:
        return True
    return QuietHours(window.start, window.end, DOUALA).ends_after(now) is not None
