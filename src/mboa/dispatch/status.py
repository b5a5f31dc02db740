"""The states of a request and of an offer, and the one table of moves."""

from enum import StrEnum


class Status(StrEnum):
    """Where a request stands."""

    GATHERING = "gathering"
    CONFIRMING = "confirming"
    PENDING = "pending"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UNSERVED = "unserved"


class OfferStatus(StrEnum):
    """Where an offer stands; only an open one can move, but for an expired one whose late OUI still helps."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    UNDELIVERABLE = "undeliverable"


DRAFTS = frozenset({Status.GATHERING, Status.CONFIRMING})
SEARCHING = frozenset({Status.PENDING, Status.OFFERED, Status.UNSERVED})
ASSIGNED = frozenset({Status.ACCEPTED, Status.IN_PROGRESS})

# Offers that used up one of the client's three: an undeliverable or withdrawn one is not a provider's answer.
ASKED = frozenset({OfferStatus.OPEN, OfferStatus.ACCEPTED, OfferStatus.DECLINED, OfferStatus.EXPIRED})

MOVES: dict[Status, frozenset[Status]] = {
    Status.GATHERING: frozenset({Status.CONFIRMING, Status.CANCELLED}),
    Status.CONFIRMING: frozenset({Status.GATHERING, Status.PENDING, Status.CANCELLED}),
    Status.PENDING: frozenset({Status.OFFERED, Status.ACCEPTED, Status.UNSERVED, Status.CANCELLED}),
    # Back to pending when the offer closes; a provider who said OUI late may take a request that nobody holds.
    Status.OFFERED: frozenset({Status.PENDING, Status.ACCEPTED, Status.CANCELLED}),
    # Released by the provider or by an operator: the search starts again.
    Status.ACCEPTED: frozenset({Status.IN_PROGRESS, Status.COMPLETED, Status.PENDING, Status.CANCELLED}),
    Status.IN_PROGRESS: frozenset({Status.COMPLETED, Status.PENDING, Status.CANCELLED}),
    Status.COMPLETED: frozenset(),
    Status.CANCELLED: frozenset(),
    # The waiting pool: a provider who becomes free is offered the request.
    Status.UNSERVED: frozenset({Status.PENDING, Status.ACCEPTED, Status.CANCELLED}),
}


class IllegalMove(Exception):
    """Code asked for a move that the table does not allow: a bug, never a person's doing."""

    def __init__(self, was: Status, to: Status) -> None:
        super().__init__(f"a request that is {was} cannot become {to}")
        self.was = was
        self.to = to
