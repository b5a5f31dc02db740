"""What an operator may ask of a request, and why not: the checks that stand before every act of ``intervention``."""

from datetime import timedelta
from typing import Literal

from mboa.dispatch.matching import reason_against
from mboa.dispatch.people import Candidate
from mboa.dispatch.ports import UnitOfWork
from mboa.dispatch.request import Request
from mboa.dispatch.status import MOVES, Status

# How long an operator may take back a cancellation: later the client has made other plans.
UNDO_TIME = timedelta(minutes=10)
# Only the client's own words move a draft to and fro; a provider's name belongs to these two.
CLIENTS_OWN = frozenset({Status.GATHERING, Status.CONFIRMING})
OF_A_PROVIDER = frozenset({Status.OFFERED, Status.ACCEPTED})

Why = Literal[
    "move", "stale", "quiet", "clients_own", "needs_provider", "unknown_provider", "already_his", "asked_before",
    "is_the_client", "blocked", "opted_out", "not_by_operator", "too_late", "draft", "client_left", "live_twin",
]  # fmt: skip

# Whom no operator can choose: he is the client, the two are kept apart, or he wants to hear nothing more.
FINAL_REASONS: tuple[Why, ...] = ("is_the_client", "blocked", "opted_out")


class UnknownRequest(LookupError):
    """No request has this number."""


class NotAllowed(Exception):
    """An operator asked for what cannot be: from which status to which, and why not."""

    def __init__(self, was: Status, to: Status, why: Why = "move") -> None:
        super().__init__(f"a request that is {was} cannot become {to}: {why}")
        self.was = was
        self.to = to
        self.why = why


def allowed(request: Request) -> list[Status]:
    """The statuses that an operator may set now, in the order of the journey; two of them need a provider."""
    return [status for status in Status if status in MOVES[request.status] - CLIENTS_OWN]


def at_version(unit: UnitOfWork, request_id: int, version: int | None, to: Status) -> Request:
    """The request, if it is still as the operator saw it (``None``: however it is); raises :class:`UnknownRequest`."""
    request = unit.request_after_client(request_id)
    if request is None:
        raise UnknownRequest(f"no request {request_id}")
    if version is not None and request.version != version:
        raise NotAllowed(request.status, to, "stale")
    return request


def to_be_offered(unit: UnitOfWork, request_id: int) -> Request:
    """A confirmed request that nobody has, at an hour in which providers may be written to."""
    request = at_version(unit, request_id, None, Status.OFFERED)
    if not request.is_searching:
        raise NotAllowed(request.status, Status.OFFERED)
    if unit.policy.quiet_until(unit.now) and not request.urgent:
        raise NotAllowed(request.status, Status.OFFERED, "quiet")
    return request


def fit(unit: UnitOfWork, request: Request, provider_id: int, to: Status) -> Candidate:
    """The provider an operator chose. Reasons of the hour he may have talked over on the phone; three are final."""
    candidate = unit.candidate(request, provider_id)
    if candidate is None:
        raise NotAllowed(request.status, to, "unknown_provider")
    against = reason_against(candidate, unit.now)
    final = next((why for why in FINAL_REASONS if why == against), None)
    if final is not None:
        raise NotAllowed(request.status, to, final)
    return candidate


def against_undoing(unit: UnitOfWork, request: Request) -> Why | None:
    """Why this cancellation cannot be taken back, or ``None`` when it can."""
    if request.status is not Status.CANCELLED or request.closed_at is None:
        return "move"
    if unit.cancelled_by(request) != "operator":
        return "not_by_operator"
    if unit.now - request.closed_at > UNDO_TIME:
        return "too_late"
    if request.confirmed_at is None:
        return "draft"
    if unit.person(request.client_id).opted_out:
        return "client_left"
    twins = (other for other in unit.live_requests(request.client_id) if other.service == request.service)
    return "live_twin" if any(twins) else None
