"""Counters and timings under the mission's names; Prometheus spells their dots as underscores."""

from prometheus_client import Counter, Gauge, Histogram

from mboa.dispatch.events import Event

ANSWER_BUCKETS_SECONDS = (5, 15, 30, 60, 120, 240, 360, 480, 600, 1200)
HTTP_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)

COUNTERS: dict[str, Counter] = {
    name: Counter(name.replace(".", "_"), text, labels)
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
    )
}
TIMINGS: dict[str, Histogram] = {
    "provider.response_time": Histogram(
        "provider_response_time_seconds", "From an offer's sending to its answer", buckets=ANSWER_BUCKETS_SECONDS
    ),
    "webhook.latency": Histogram("webhook_latency_seconds", "Webhook to durable", buckets=HTTP_BUCKETS_SECONDS),
}
GAUGES: dict[str, Gauge] = {
    "success.rate": Gauge("success_rate", "Completed share of the requests created in the last 30 days, 0 to 1"),
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


def track_metric(name: str, value: float = 1, **labels: str) -> None:
    """Count, time (seconds) or set the metric of this name; raises ``KeyError`` for a name that is not declared."""
    if name in COUNTERS:
        counter = COUNTERS[name]
        (counter.labels(**labels) if labels else counter).inc(value)
    elif name in TIMINGS:
        TIMINGS[name].observe(value)
    else:
        GAUGES[name].set(value)


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
