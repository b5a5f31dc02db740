"""The house's own rules of dispatch, as figures. Times are real time; the demo divides them by its speed."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

DOUALA = ZoneInfo("Africa/Douala")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local hours in which no new offer and no reminder goes out; they may run over midnight."""

    start: time
    end: time
    zone: tzinfo = DOUALA

    @classmethod
    def parse(cls, text: str) -> "QuietHours | None":
        """Read ``21:30-06:00``; empty means none. Raises ``ValueError`` with the expected form."""
        if not text.strip():
            return None
        try:
            start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
        except ValueError as error:
            raise ValueError(f"quiet hours {text!r} are not of the form 21:30-06:00") from error
        return None if start == end else cls(start, end)

    def ends_after(self, now: datetime) -> datetime | None:
        """When the quiet ends, if ``now`` lies inside it."""
        local = now.astimezone(self.zone)
        if not self._holds(local.time()):
            return None
        day = local.date() + timedelta(days=1) if self.start > self.end and local.time() >= self.start else local.date()
        return datetime.combine(day, self.end, self.zone)

    def began_before(self, moment: datetime) -> datetime | None:
        """When the quiet began, if ``moment`` lies inside it."""
        local = moment.astimezone(self.zone)
        if not self._holds(local.time()):
            return None
        day = local.date() - timedelta(days=1) if self.start > self.end and local.time() < self.end else local.date()
        return datetime.combine(day, self.start, self.zone)

    def _holds(self, clock: time) -> bool:
        if self.start > self.end:
            return clock >= self.start or clock < self.end
        return self.start <= clock < self.end


@dataclass(frozen=True, slots=True)
class Policy:
    """Every figure of dispatch in one place.

    ``offer_timeout`` is one provider's time to answer, counted from the sending. ``offer_limit`` is how many are
    asked before the client is told that it takes longer. ``freshness`` is the age past which nothing is sent
    without asking the client first. ``draft_patience`` closes a conversation left half-way, ``job_patience`` is how
    long a job may run before the client is asked about it, ``done_patience`` how long the provider's word that the
    work is done waits for the client's. ``retention_days`` is how long words and addresses are kept.
    """

    offer_timeout: timedelta = timedelta(seconds=600)
    offer_limit: int = 3
    quiet: QuietHours | None = None
    freshness: timedelta = timedelta(seconds=7200)
    draft_patience: timedelta = timedelta(hours=23)
    job_patience: timedelta = timedelta(hours=24)
    done_patience: timedelta = timedelta(hours=24)
    question_limit: int = 2
    retention_days: int = 90
    served_cities: frozenset[str] = frozenset({"douala"})
    zone: tzinfo = DOUALA

    def quiet_until(self, now: datetime) -> datetime | None:
        """When the quiet hours end, if ``now`` lies inside them."""
        return self.quiet.ends_after(now) if self.quiet else None
