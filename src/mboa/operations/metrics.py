"""What is counted and timed, under the mission's names; Prometheus spells their dots as underscores.

A count is first one of this process, held in memory; :mod:`mboa.operations.ledger` brings it to the database, where it
is added to what all other processes counted.
"""

import logging
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from mboa.dispatch.events import Event
from mboa.operations.tally import Series, Tally

logger = logging.getLogger(__name__)

ANSWER_BUCKETS_SECONDS = (5, 15, 30, 60, 120, 240, 360, 480, 600, 1200)
HTTP_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: ``name`` with the mission's dots, what it tells, its labels; ``buckets`` in seconds make a timing."""

    name: str
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def spelled(self) -> str:
        """As Prometheus spells it, without the ending that its kind asks for."""
        return self.name.replace(".", "_")


COUNTERS: dict[str, Metric] = {
    name: Metric(name, text, labels)
    for name, text, labels in (
        ("request.drafted", "Conversations that began to describe a need", ()),
        ("request.created", "Requests confirmed by their client", ()),
        ("request.accepted", "Requests that a provider took", ()),
        ("request.completed", "Requests whose work is done", ()),
        ("request.cancelled", "Requests ended before the work was done", ()),
        ("request.unserved", "Times a request went to the waiting pool", ()),
        ("offer.made", "Offers made to providers", ()),
        ("offer.closed", "Offers that ended", ("verdict",)),
        ("feedback.received", "Ratings given", ("rating",)),
        ("message.received", "Messages in, by channel", ("channel",)),
        ("message.sent", "Messages out, by channel and outcome", ("channel", "outcome")),
        ("message.understood", "Readings, by intent and whether they were sure", ("intent", "sure")),
        ("message.misunderstood", "Messages that had to be asked about again", ()),
        ("message.failed", "Messages that reached nobody", ()),
        ("channel.paused", "Times that a way out was closed for a while", ("channel",)),
        ("template.paused", "Refusals that paused a template", ("channel",)),
        ("webhook.refused", "Webhook bodies refused, by reason", ("reason",)),
        ("http.requests", "Requests answered, by part of the site and status", ("area", "method", "status")),
        ("limit.refused", "Requests answered 429, by limit", ("limit",)),
        ("llm.asked", "Questions to the language model, by what came of them", ("outcome",)),
        ("voice.transcribed", "Voice notes to be written down, by what came of them", ("outcome",)),
        ("flood.calmed", "Times that somebody wrote so much that he is heard more seldom", ()),
        ("connection.cut", "Connections closed by this side, by reason", ("reason",)),
        ("log.lines_dropped", "Log lines that could not be written", ()),
    )
}
TIMINGS: dict[str, Metric] = {
    name: Metric(name, text, labels, buckets)
    for name, text, labels, buckets in (
        ("provider.response_time", "From an offer's sending to its answer", (), ANSWER_BUCKETS_SECONDS),
        ("webhook.latency", "Webhook to durable", (), HTTP_BUCKETS_SECONDS),
        ("http.request_time", "Request to the end of its answer", ("area",), HTTP_BUCKETS_SECONDS),
    )
}
# Read from the rows whenever somebody looks (storage/gauges.py); ages are those of the oldest, and 0 when none waits.
GAUGES: dict[str, Metric] = {
    name: Metric(name, text, labels)
    for name, text, labels in (
        ("success.rate", "Completed share of the requests created in the last 30 days, 0 to 1", ()),
        ("requests.live", "Requests that are not over, by status", ("status",)),
        ("offers.open", "Offers that wait for an answer", ()),
        ("inbox.waiting", "Messages in that were not heard yet", ()),
        ("inbox.age_seconds", "For how long the oldest message that is due has not been heard", ()),
        ("outbox.waiting", "Messages that wait to go out", ()),
        ("outbox.age_seconds", "For how long the oldest message that is due has not gone out", ()),
        ("deadline.lateness_seconds", "For how long the oldest timer should have rung", ()),
        ("messages.parked", "Messages that nobody could read or hear", ()),
        ("worker.beat_age_seconds", "Since a worker last said that its loops turn; missing: none ever did", ()),
        ("backup.age_seconds", "Since the newest backup was made; missing: there is none", ()),
        ("backup.verified_age_seconds", "Since a backup was last read back and counted; missing: never", ()),
    )
}

OF_EVENTS: dict[str, str] = {
    "request_drafted": "request.drafted",
    "request_created": "request.created",
    "request_accepted": "request.accepted",
    "request_completed": "request.completed",
    "request_cancelled": "request.cancelled",
    "request_unserved": "request.unserved",
    "offer_made": "offer.made",
    "message_misunderstood": "message.misunderstood",
    "message_failed": "message.failed",
}
VERDICTS = frozenset({"offer_accepted", "offer_declined", "offer_expired", "offer_withdrawn", "offer_undeliverable"})
# What this process counted and has not brought to the database yet.
TALLY = Tally()


def track_metric(name: str, value: float = 1, **labels: str) -> None:
    """Count, or time (seconds), the metric of this name, and say so in the log at DEBUG.

    Raises ``KeyError`` for a name that is not declared, ``ValueError`` for other labels than the declared ones.
    """
    count(name, value, **labels)
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug("metric", extra={"metric": name, "value": value, **labels})


def count(name: str, value: float = 1, **labels: str) -> None:
    """As :func:`track_metric`, without a word in the log: for the log itself."""
    kept = _kept(name, tuple(labels.items()))
    if isinstance(kept, Series):
        TALLY.add((kept, value))
    else:
        TALLY.add((kept.places[bisect_left(kept.edges, value)], 1), (kept.total, value))


class _Timing(NamedTuple):
    """The series of a timing: one for each bucket, by its upper edge, and one for the sum."""

    edges: tuple[float, ...]
    places: tuple[Series, ...]
    total: Series


@lru_cache(maxsize=4096)
def _kept(name: str, labels: tuple[tuple[str, str], ...]) -> Series | _Timing:
    """Where a metric with these labels is counted; looked up once."""
    metric, given = COUNTERS.get(name) or TIMINGS[name], dict(labels)
    if set(given) != set(metric.labels):
        raise ValueError(f"{name} has the labels {metric.labels}, not {tuple(given)}")
    known = tuple((label, given[label]) for label in metric.labels)
    if not metric.buckets:
        return Series(f"{metric.spelled}_total", known)
    spelled = f"{metric.spelled}_seconds"
    edges = (*(f"{edge:g}" for edge in metric.buckets), "+Inf")
    places = tuple(Series(f"{spelled}_bucket", (*known, ("le", edge))) for edge in edges)
    return _Timing(metric.buckets, places, Series(f"{spelled}_sum", known))


def track_event(event: Event) -> None:
    """The metrics that a committed event means."""
    if event.name in OF_EVENTS:
        track_metric(OF_EVENTS[event.name], 1)
    elif event.name in VERDICTS:
        track_metric("offer.closed", 1, verdict=event.name.removeprefix("offer_"))
    elif event.name == "feedback_received":
        track_metric("feedback.received", 1, rating=str(event.data["rating"]))
    if "answer_seconds" in event.data:
        track_metric("provider.response_time", event.data["answer_seconds"])
