"""A request: what a client needs, where, when, and how far the house has come with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mboa.dispatch.status import ASSIGNED, DRAFTS, MOVES, SEARCHING, IllegalMove, Status


@dataclass(slots=True)
class Request:
    """One client's need. Times are aware UTC; ``due_at`` with ``due_kind`` is its one timer."""

    id: int
    client_id: int
    status: Status
    created_at: datetime
    token: str = ""
    service: str | None = None
    zone: str | None = None
    city: str | None = None
    place_text: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    time_text: str | None = None
    time_kind: str | None = None
    wished_from_at: datetime | None = None
    wished_until_at: datetime | None = None
    problem: str | None = None
    urgent: bool = False
    danger: str | None = None
    questions: int = 0
    provider_id: int | None = None
    progress: str | None = None
    fallback_told: bool = False
    cancel_reason: str | None = None
    rating: int | None = None
    comment: str | None = None
    confirmed_at: datetime | None = None
    promised_at: datetime | None = None
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    due_kind: str | None = None
    version: int = 1

    @property
    def code(self) -> str:
        """The number that people say on the phone (the same expression stands in the view ``v_requests``)."""
        return f"MB-{self.id}"

    @property
    def is_draft(self) -> bool:
        """Not confirmed yet."""
        return self.status in DRAFTS

    @property
    def is_searching(self) -> bool:
        """Confirmed, and nobody has it: pending, offered, or in the waiting pool."""
        return self.status in SEARCHING and self.closed_at is None

    @property
    def is_assigned(self) -> bool:
        """A provider has the job."""
        return self.status in ASSIGNED

    @property
    def is_live(self) -> bool:
        """Not over."""
        return self.closed_at is None

    @property
    def spot(self) -> tuple[float, float] | None:
        """Latitude and longitude: the client's pin, else the centre of his zone (set when the zone is)."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)

    def move(self, to: Status) -> None:
        """Take the one step that the table allows; raises :class:`IllegalMove`."""
        if to not in MOVES[self.status]:
            raise IllegalMove(self.status, to)
        self.status = to
        self.due_at = self.due_kind = None

    def reopen(self) -> None:
        """Undo a cancellation: back to where the search begins. The one way out of a final state, for operators alone.

        Raises :class:`IllegalMove` for a request that is not cancelled.
        """
        if self.status is not Status.CANCELLED:
            raise IllegalMove(self.status, Status.PENDING)
        self.status = Status.PENDING
        self.provider_id = self.accepted_at = self.progress = None
        self.closed_at = self.cancel_reason = self.due_at = self.due_kind = None

    def wait(self, kind: str, until: datetime) -> None:
        """Set the one timer."""
        self.due_kind, self.due_at = kind, until

    def is_stale(self, now: datetime, freshness: timedelta) -> bool:
        """Whether so much time has passed (an outage) that the client must be asked before anything is sent."""
        return self.promised_at is not None and now - self.promised_at > freshness
