"""The story of a request for the client's follow page: what was, what is, what comes. No number, no client's name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from mboa.dispatch.offer import Offer
from mboa.dispatch.policy import DOUALA
from mboa.dispatch.request import Request
from mboa.dispatch.status import OfferStatus
from mboa.notifications.counts import ordinal
from mboa.notifications.phrasebook import fill, wording
from mboa.notifications.when import clock

MILESTONES = frozenset(
    {
        *("request_created", "request_deferred", "request_unserved", "request_doubted", "request_renewed"),
        *("request_accepted", "request_released", "provider_en_route", "provider_arrived", "work_reported_done"),
        *("work_disputed", "request_completed", "request_cancelled", "request_reopened"),
    }
)
# What the client has not been told of is no part of his story: withdrawn with his request, or never delivered.
ASKED = frozenset({OfferStatus.OPEN, OfferStatus.DECLINED, OfferStatus.EXPIRED, OfferStatus.ACCEPTED})
NEXT = ("next_found", "next_en_route", "next_arrived", "next_completed")
STEPS_DONE = {None: 1, "en_route": 2, "arrived": 3, "done": 3}


@dataclass(frozen=True, slots=True)
class Step:
    """One milestone in words. ``at`` (aware) is ``None`` for what is still to come: nobody can promise the hour."""

    at: datetime | None
    text: str
    state: Literal["done", "now", "next"]


def story(
    request: Request, offers: Sequence[Offer], events: Sequence[tuple[datetime, str]], language: str
) -> list[Step]:
    """The milestones in order of time, then what comes next; ``events`` are times and names from the diary.

    The last thing that happened is ``now`` while the request is live.
    """
    told = sorted([*_events(events, language), *_offers(offers, language, DOUALA)], key=lambda told: told[0])
    steps = [Step(at, text, "done") for at, text in told]
    if not request.is_live:
        return steps
    if steps:
        steps[-1] = Step(steps[-1].at, steps[-1].text, "now")
    return steps + [Step(None, wording(language, "story", name), "next") for name in _ahead(request)]


def _events(events: Sequence[tuple[datetime, str]], language: str) -> Iterator[tuple[datetime, str]]:
    last: str | None = None
    for at, name in events:
        # Every refusal in the waiting pool is one more of the same event; once is enough for the reader.
        if name in MILESTONES and name != last:
            yield at, wording(language, "story", name)
            last = name


def _offers(offers: Sequence[Offer], language: str, zone: tzinfo) -> Iterator[tuple[datetime, str]]:
    for offer in offers:
        if offer.status in ASKED and offer.sent_at is not None:
            pattern = wording(language, "story", "offer_open" if offer.is_open else "offer_over")
            known = {"ordinal": ordinal(language, offer.position), "answer_by": clock(offer.expires_at, language, zone)}
            yield offer.sent_at, fill(pattern, known)


def _ahead(request: Request) -> Sequence[str]:
    """What has not happened yet, in order."""
    if request.is_assigned:
        return NEXT[STEPS_DONE.get(request.progress, 1) :]
    return NEXT
