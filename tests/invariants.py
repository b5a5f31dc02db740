"""The promises as a judge sees them: from the contract's views and from what the double of Meta was sent.

The numbers are those of the invariants in ``docs/testing.md``. Nothing here asks the program what it believes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from mboa.storage.store import Connection, Row

FINAL = frozenset({"completed", "cancelled"})
DRAFT = frozenset({"gathering", "confirming"})
# What an event makes of a request's status; a withdrawn offer or a changed detail is followed by another event.
FOLD = {
    "request_drafted": "draft",
    "request_created": "pending",
    "offer_made": "offered",
    "offer_declined": "pending",
    "offer_expired": "pending",
    "offer_undeliverable": "pending",
    "offer_withdrawn": "pending",
    "offer_accepted": "accepted",
    "request_accepted": "accepted",
    "provider_en_route": "in_progress",
    "provider_arrived": "in_progress",
    "work_reported_done": "in_progress",
    "request_unserved": "unserved",
    "request_released": "pending",
    "request_reopened": "pending",
    "request_completed": "completed",
    "request_cancelled": "cancelled",
}
# The three places that tell who the other side is.
CONTACT_KEYS = ("contact-client:", "contact-provider:")
Log = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Views:
    """Every row of the contract's views, in the order of their ids."""

    requests: list[Row]
    offers: list[Row]
    messages: list[Row]
    events: list[Row]
    timers: list[Row]


def look(conn: Connection) -> Views:
    """Read everything in one snapshot; a transaction function for ``store.read``."""
    return Views(
        conn.all("SELECT * FROM v_requests ORDER BY id"),
        conn.all("SELECT * FROM v_offers ORDER BY id"),
        conn.all("SELECT * FROM v_messages ORDER BY id"),
        conn.all("SELECT id, at, name, request_id, actor, cause FROM v_events ORDER BY id"),
        conn.all("SELECT * FROM v_timers"),
    )


def violations(
    views: Views, log: Log, *, now: datetime, acked: Collection[str] = (), kills: int = 0, settled: bool = True
) -> list[str]:
    """Every broken promise in words; none for a healthy system.

    ``log`` is what the double of Meta was sent (``GET /log``), ``acked`` the ids of the messages whose webhook was
    answered 200, ``kills`` how often a process was killed. ``settled`` says that everything had time to come to
    rest: then nothing may be late.
    """
    found = [
        *_one_provider(views),
        *_durable(views, acked),
        *_timers(views, now, settled=settled),
        *_offers(views),
        *_final(views),
        *_outbox(views, log, kills, settled=settled),
        *_fold(views),
    ]
    return sorted(found)


def accepted_keys(log: Log) -> Counter[str]:
    """How often each message key was accepted by the double."""
    return Counter(
        entry["payload"]["biz_opaque_callback_data"]
        for entry in log
        if entry["status"] == 200 and entry["payload"].get("biz_opaque_callback_data")
    )


def _by_request(rows: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row["request_id"] is not None:
            grouped[row["request_id"]].append(row)
    return grouped


def _one_provider(views: Views) -> Iterable[str]:
    """I1: one assigned provider, and contacts go to nobody else unless the job was given back."""
    offers, messages, events = _by_request(views.offers), _by_request(views.messages), _by_request(views.events)
    for request in views.requests:
        number = request["id"]
        accepted = [offer for offer in offers[number] if offer["status"] == "accepted"]
        if len(accepted) > 1:
            yield f"I1 request {number}: {len(accepted)} accepted offers"
        if request["status"] in {"accepted", "in_progress", "completed"} and [
            offer["provider_id"] for offer in accepted
        ] != [request["provider_id"]]:
            yield f"I1 request {number}: provider {request['provider_id']} holds no accepted offer"
        releases = sum(event["name"] in {"request_released", "request_reopened"} for event in events[number])
        for prefix in CONTACT_KEYS:
            told = sum((message["key"] or "").startswith(prefix) for message in messages[number])
            if told > 1 + releases:
                yield f"I1 request {number}: {prefix} said {told} times with {releases} releases"
        if accepted and not releases and not any(_is_contact(message) for message in messages[number]):
            yield f"I1 request {number}: accepted and nobody was given a contact"


def _is_contact(message: Row) -> bool:
    # An answer to the person who spoke bears the contact inside a reply.
    return (message["key"] or "").startswith((*CONTACT_KEYS, "reply:"))


def _durable(views: Views, acked: Collection[str]) -> Iterable[str]:
    """I2: whatever was answered 200 is there, once, and was heard."""
    kept = Counter(message["external_id"] for message in views.messages if message["direction"] == "in")
    yield from (f"I2 {wamid} was acknowledged and is lost" for wamid in acked if not kept[wamid])
    yield from (f"I2 {wamid} is kept {count} times" for wamid, count in kept.items() if count > 1)


def _timers(views: Views, now: datetime, *, settled: bool) -> Iterable[str]:
    """I3: what is not over has exactly one timer; at rest, none is late and nothing is unread or unsent."""
    timers = Counter(timer["request_id"] for timer in views.timers)
    late = now - timedelta(seconds=5)
    for request in views.requests:
        wanted = 0 if request["status"] in FINAL else 1
        if timers[request["id"]] != wanted:
            yield f"I3 request {request['id']} ({request['status']}) has {timers[request['id']]} timers"
    if settled:
        yield from (
            f"I3 the {timer['kind']} timer is late: {dict(timer)}" for timer in views.timers if timer["due_at"] < late
        )
        yield from (f"I3 message {row['id']} is not heard" for row in views.messages if row["status"] == "received")


def _offers(views: Views) -> Iterable[str]:
    """I4: one open offer, no provider twice, the next only after the last was answered."""
    for number, offers in _by_request(views.offers).items():
        if sum(offer["status"] == "open" for offer in offers) > 1:
            yield f"I4 request {number}: several open offers"
        if len({offer["provider_id"] for offer in offers}) < len(offers):
            yield f"I4 request {number}: a provider was asked twice"
        ordered = sorted(offers, key=lambda offer: int(offer["position"]))
        for earlier, later in pairwise(ordered):
            # A late OUI moves the answer of an expired offer behind the next one's beginning.
            if earlier["answered_at"] is None or (
                earlier["answered_at"] > later["offered_at"] and earlier["status"] not in {"accepted", "withdrawn"}
            ):
                yield f"I4 request {number}: offer {later['position']} came before offer {earlier['position']} was over"
    open_offers = {offer["request_id"] for offer in views.offers if offer["status"] == "open"}
    for request in views.requests:
        if (request["status"] == "offered") != (request["id"] in open_offers):
            yield f"I4 request {request['id']} is {request['status']}, and open offers say otherwise"


def _final(views: Views) -> Iterable[str]:
    """I6: about what is over nothing is begun; answers and the news of its end are fine.

    A transaction's time is that of its beginning: one that waited for a lock may end after a later one.
    """
    ended = {request["id"]: request["closed_at"] for request in views.requests if request["status"] in FINAL}
    for message in views.messages:
        end = ended.get(message["request_id"])
        said_by_itself = message["direction"] == "out" and not (message["key"] or "").startswith("reply:")
        if end is not None and said_by_itself and message["created_at"] > end + timedelta(seconds=1):
            yield f"I6 message {message['key']} was begun after its request was over"


def _outbox(views: Views, log: Log, kills: int, *, settled: bool) -> Iterable[str]:
    """I7: nothing is said twice but where the outcome was unknown, at most once for each kill."""
    accepted = accepted_keys(log)
    known = {message["key"]: message for message in views.messages if message["direction"] == "out"}
    repeats = sum(count - 1 for count in accepted.values())
    if repeats > kills:
        often = {key: count for key, count in accepted.items() if count > 1}
        yield f"I7 {repeats} repeats with {kills} kills: {often}"
    yield from (f"I7 {key} was sent {count} times" for key, count in accepted.items() if count > 2)
    yield from (f"I7 {key} was sent and is not known" for key in accepted if key not in known)
    if settled:
        for key, message in known.items():
            if message["status"] == "queued":
                yield f"I7 {key} was never sent"
            elif message["status"] in {"sent", "delivered", "read"} and not accepted[key]:
                yield f"I7 {key} is {message['status']} and never reached Meta"


def _fold(views: Views) -> Iterable[str]:
    """I10: the diary leads to the state."""
    events = _by_request(views.events)
    for request in views.requests:
        told = [FOLD[event["name"]] for event in events[request["id"]] if event["name"] in FOLD]
        state = "draft" if request["status"] in DRAFT else request["status"]
        if not told or told[-1] != state:
            yield f"I10 request {request['id']} is {state}, its diary says {told[-3:]}"
