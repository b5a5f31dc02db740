"""Whether a queued message should still go out: what was right when it was written may be wrong by now."""

from datetime import datetime

from mboa.channels.base import Outbound, SendFailed
from mboa.dispatch.policy import Policy
from mboa.dispatch.status import ASSIGNED, SEARCHING, Status
from mboa.storage.store import Row

MOST_REPEATS = 1
OVER = frozenset({Status.COMPLETED, Status.CANCELLED})
# How the search stands, said hours later, is no longer so: the client is asked instead (``lifecycle.doubt``).
OF_THE_MOMENT = ("reply:", "unserved:")
# Of no use hours later, or when nobody has the job any more.
REMINDERS = ("visit-soon:", "job-soon:")
# Of no use once the request that they are about is over.
OF_THE_SEARCH = ("doubt:", "unserved:")
# What reaches a person whom an operator answers: the operator's words, what his own words brought about (a warning of
# danger, the answer to his OUI), and the client of a job that he has taken. All else waits for the end.
FOR_THE_HELD = ("operator:", "reply:", "contact-provider:")


def refused(row: Row, message: Outbound, policy: Policy, now: datetime) -> SendFailed | None:
    """Why this must not go out at all; ``row`` is of the query in ``claims``."""
    reason = _no_longer_wanted(row, policy, now)
    if reason is None and row["status"] == "sending" and row["repeats"] >= MOST_REPEATS:
        reason = "outcome unknown, repeated once"
    if reason is not None:
        return SendFailed(reason, outcome="permanent")
    if not message.window_open and message.template is None:
        return SendFailed("24-hour window closed, no template", outcome="window_closed")
    return None


def _no_longer_wanted(row: Row, policy: Policy, now: datetime) -> str | None:
    if row["opted_out"]:
        return "opted out"
    if row["kind"] == "offer" and (row["offer_status"] != "open" or row["offer_expires_at"] <= now):
        return "the offer is over"
    if row["kind"] == "offer" and now - row["offered_at"] > policy.freshness:
        return "the offer is stale"
    if _is_stale(row, policy, now) and row["request_status"] in SEARCHING and row["key"].startswith(OF_THE_MOMENT):
        return "no longer so"
    if row["request_status"] in OVER and row["key"].startswith(OF_THE_SEARCH):
        return "no longer so"
    if row["key"].startswith(REMINDERS) and (row["request_status"] not in ASSIGNED or _is_stale(row, policy, now)):
        return "no longer so"
    return None


def kept_back(row: Row, now: datetime) -> datetime | None:
    """Until when this waits because an operator answers the person; an unknown outcome is cleared up all the same."""
    held = row["held_until_at"] is not None and row["held_until_at"] > now and row["status"] == "queued"
    return row["held_until_at"] if held and not row["key"].startswith(FOR_THE_HELD) else None


def morning(row: Row, policy: Policy, now: datetime) -> datetime | None:
    """What an outage has kept back does not wake anybody at night; what is fresh answers somebody who is awake."""
    return policy.quiet_until(now) if _is_stale(row, policy, now) else None


def _is_stale(row: Row, policy: Policy, now: datetime) -> bool:
    return bool(now - row["created_at"] > policy.freshness)
