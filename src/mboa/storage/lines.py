"""One line out for each channel: its pace, its breaker, and the rest it needs after a refusal. Shared by all workers.

The breaker trips after :data:`FAILURES` failures in a row (nobody answers, 5xx), at once when our account is refused or
the channel names a time to wait. When the rest is over one message probes: it opens the line again, or doubles the
rest. Meanwhile everything stays queued, and an offer that could not go out loses none of its provider's minutes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

from mboa.channels.base import Limits, SendFailed
from mboa.channels.numbers import masked
from mboa.dispatch.policy import Policy
from mboa.storage.store import Connection

FAILURES = 5
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 1.0, 60.0
# A probe that never comes back (its process died) is followed by another after this: longer than any send may take.
PROBE = timedelta(seconds=20)
# The share of a level that flows evenly; the rest may run ahead, so that no second sees more than the level.
EVEN = 0.95
LOWERED_FOR = timedelta(hours=1)
COLD_REST = timedelta(hours=1)

_ENTER = "INSERT INTO lines (channel) VALUES (:channel) ON CONFLICT DO NOTHING"
_LINE = """
SELECT channel, level, ahead_at, failures, closings, closed_until_at, probing_at, cold_until_at,
       lowered_at
FROM lines WHERE channel = :channel FOR NO KEY UPDATE"""
_KEEP = """
UPDATE lines SET level = :level, ahead_at = :ahead_at, failures = :failures, closings = :closings,
       closed_until_at = :closed_until_at, probing_at = :probing_at, cold_until_at = :cold_until_at,
       lowered_at = :lowered_at
WHERE channel = :channel"""
_REASON = "UPDATE lines SET reason = :reason WHERE channel = :channel"
_HOLD_QUESTIONS = """
UPDATE requests SET due_at = :guard WHERE due_kind = 'give_up' AND due_at < :guard
  AND id IN (SELECT request_id FROM messages WHERE channel = :channel AND kind = 'still_needed'
             AND status IN ('queued', 'sending'))"""
# What could not go out while the line rests has not been heard: its minutes wait with it.
_HOLD_OFFERS = """
UPDATE offers SET expires_at = :guard WHERE status = 'open' AND sent_at IS NULL AND expires_at < :guard
  AND id IN (SELECT offer_id FROM messages WHERE channel = :channel AND kind = 'offer'
             AND status IN ('queued', 'sending'))"""


@dataclass(slots=True)
class Line:
    """A channel's line, locked. ``ahead_at`` is when the last message would have gone out at an even pace (GCRA)."""

    channel: str
    level: int
    ahead_at: datetime | None
    failures: int
    closings: int
    closed_until_at: datetime | None
    probing_at: datetime | None
    cold_until_at: datetime | None
    lowered_at: datetime | None

    @property
    def is_ailing(self) -> bool:
        """Whether a success is news."""
        return bool(self.failures or self.closed_until_at)


def line(conn: Connection, channel: str) -> Line:
    """The line, locked; a channel that was never used gets its own."""
    row = conn.one(_LINE, channel=channel)
    if row is None:
        conn.run(_ENTER, channel=channel)
        row = conn.one(_LINE, channel=channel)
    assert row is not None
    return Line(**row)


def room(line: Line, limits: Limits, now: datetime, most: int) -> tuple[int, datetime | None]:
    """How many messages may go out now, and when to ask again if none may. Half-open: one, the probe."""
    if line.closed_until_at is not None:
        return (0, line.closed_until_at) if now < line.closed_until_at else (min(1, most), None)
    if not limits.levels:
        return most, None
    step, burst = _pace(line, limits)
    ahead = max(line.ahead_at or now, now)
    free = floor((burst * step - (ahead - now)) / step)
    return (min(free, most), None) if free >= 1 else (0, ahead - (burst - 1) * step)


def _pace(line: Line, limits: Limits) -> tuple[timedelta, int]:
    level = limits.levels[min(line.level, len(limits.levels) - 1)]
    return timedelta(seconds=1 / (EVEN * level)), max(1, round((1 - EVEN) * level))


def spend(conn: Connection, line: Line, limits: Limits, count: int) -> None:
    """``count`` messages go out now."""
    now = conn.now
    if limits.levels:
        line.ahead_at = max(line.ahead_at or now, now) + count * _pace(line, limits)[0]
        if line.level and line.lowered_at is not None and now - line.lowered_at > LOWERED_FOR:
            line.level, line.lowered_at = line.level - 1, now
    if line.closed_until_at is not None:
        line.probing_at, line.closed_until_at = now, now + PROBE
    if limits.levels or line.closed_until_at is not None:
        _keep(conn, line)


def failed(conn: Connection, channel: str, failure: SendFailed, limits: Limits, policy: Policy) -> bool:
    """Take note of a refusal that blames more than its message; whether the line closed that was open before."""
    this, now = line(conn, channel), conn.now
    asked = failure.retry_after_seconds
    if failure.blamed == "cold":
        this.cold_until_at = now + max(COLD_REST, timedelta(seconds=asked or 0.0))
    elif failure.blamed == "throughput":
        closed = _lower(this, limits, now, asked)
    else:
        closed = _count_failure(this, failure, now)
    _keep(conn, this)
    if failure.blamed == "cold" or not closed:
        return False
    conn.run(_REASON, channel=channel, reason=masked(str(failure))[:500])
    hold(conn, this, policy)
    return this.closings <= 1


def hold(conn: Connection, line: Line, policy: Policy) -> None:
    """While the line is closed, what waits for it keeps its time: an offer the provider's, a question the client's."""
    opens_at = line.closed_until_at
    if opens_at is not None:
        conn.run(_HOLD_OFFERS, channel=line.channel, guard=opens_at + policy.offer_timeout)
        conn.run(_HOLD_QUESTIONS, channel=line.channel, guard=opens_at + policy.freshness)


def _lower(this: Line, limits: Limits, now: datetime, asked: float | None) -> bool:
    """The next lower level, after the rest that the channel asks for."""
    if this.closed_until_at is not None and this.probing_at is None:
        return False
    this.level = min(this.level + 1, max(0, len(limits.levels) - 1))
    this.lowered_at = now
    _close(this, now, asked or FIRST_REST_SECONDS)
    return True


def _count_failure(this: Line, failure: SendFailed, now: datetime) -> bool:
    """One more in a row; what was still on its way when the line closed does not close it longer. A probe does."""
    this.failures += 1
    resting = this.closed_until_at is not None and this.probing_at is None
    at_once = failure.outcome == "account" or failure.retry_after_seconds is not None or this.probing_at is not None
    if resting or not (at_once or this.closings or this.failures >= FAILURES):
        return False
    rest = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2**this.closings)
    rest = LONGEST_REST_SECONDS if failure.outcome == "account" else max(rest, failure.retry_after_seconds or 0.0)
    this.closings += 1
    _close(this, now, rest)
    return True


def _close(this: Line, now: datetime, seconds: float) -> None:
    this.closed_until_at, this.probing_at = now + timedelta(seconds=seconds), None


def recovered(conn: Connection, channel: str) -> None:
    """A message went out: the line is open."""
    this = line(conn, channel)
    this.failures, this.closings, this.closed_until_at, this.probing_at = 0, 0, None, None
    _keep(conn, this)
    conn.wake("outbox")


def _keep(conn: Connection, line: Line) -> None:
    conn.run(
        _KEEP,
        channel=line.channel,
        level=line.level,
        ahead_at=line.ahead_at,
        failures=line.failures,
        closings=line.closings,
        closed_until_at=line.closed_until_at,
        probing_at=line.probing_at,
        cold_until_at=line.cold_until_at,
        lowered_at=line.lowered_at,
    )
