"""The offers that are over, told to the client in a line each: when, and what came of it."""

from collections.abc import Sequence
from datetime import tzinfo

from mboa.dispatch.offer import Offer
from mboa.dispatch.status import OfferStatus
from mboa.notifications.counts import ordinal
from mboa.notifications.phrasebook import fill, wording
from mboa.notifications.when import clock

# The client hears of those who were asked and did not come; the rest is the house's own business.
TOLD = {OfferStatus.DECLINED: "declined", OfferStatus.EXPIRED: "expired"}
MOST = 3


def so_far(offers: Sequence[Offer], language: str, zone: tzinfo) -> str:
    """The last three answers that were no OUI, oldest first; ``""`` when there is none."""
    over = [offer for offer in offers if offer.status in TOLD and offer.sent_at is not None][-MOST:]
    return "\n".join(_line(offer, language, zone) for offer in over)


def _line(offer: Offer, language: str, zone: tzinfo) -> str:
    known = {
        "ordinal": ordinal(language, offer.position),
        "asked_at": clock(offer.sent_at or offer.offered_at, language, zone),
    }
    return fill(wording(language, "past", TOLD[offer.status]), known)
