"""A provider leaves the roster, or is asked nothing more: what he has in hand goes on without him, at once.

The caller locks his person first, takes what he has in hand (which locks the requests), changes his row so that he is
no candidate any more, and then lets him leave: in the order of locks of ``dispatch/ports.py``.
"""

from dataclasses import dataclass

from mboa.dispatch.ports import UnitOfWork
from mboa.dispatch.request import Request
from mboa.dispatch.status import OfferStatus, Status
from mboa.lifecycle import offer_next, release


@dataclass(frozen=True, slots=True)
class InHand:
    """The requests that wait for his answer, and the jobs he has under way."""

    asked: list[Request]
    jobs: list[Request]


def in_hand(unit: UnitOfWork, provider_id: int) -> InHand:
    """What he has in hand, locked."""
    asked = sorted({offer.request_id for offer in unit.open_offers(provider_id)}, reverse=True)
    requests = [request for number in asked if (request := unit.request(number))]
    return InHand(requests, unit.jobs(provider_id))


def ask_him_no_more(unit: UnitOfWork, provider_id: int, held: InHand) -> None:
    """His open offers are withdrawn, he hears so if he had heard of them, and the next provider is asked at once.

    A withdrawn offer is none of the client's three, and the client, who was never told the name, hears nothing.
    """
    for request in held.asked:
        offer = unit.open_offer(request.id)
        if offer is None or offer.provider_id != provider_id or not unit.settle(offer, OfferStatus.WITHDRAWN):
            continue
        unit.happened("offer_withdrawn", "operator", request, offer, heard=offer.sent_at is not None)
        request.move(Status.PENDING)
        offer_next(unit, request)


def leave(unit: UnitOfWork, provider_id: int, held: InHand, reason: str | None = None) -> None:
    """As :func:`ask_him_no_more`; and his jobs are taken back: both sides hear so, and the search starts again."""
    ask_him_no_more(unit, provider_id, held)
    for job in held.jobs:
        release(unit, job, "operator", reason)
