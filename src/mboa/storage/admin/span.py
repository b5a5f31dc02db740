"""A span of Douala's days, and what of it is looked at."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from mboa.dispatch.policy import DOUALA

By = Literal["day", "service", "zone", "provider"]
# Buckets that stand for "no service", "no quarter" or "nobody": rows can lack them.
UNKNOWN = "unknown"
# So many providers, those with most to do: a series of ten thousand helps nobody.
MOST_PROVIDERS = 100


@dataclass(frozen=True, slots=True)
class Span:
    """Days from ``first`` to ``last``, both included; only this service and this quarter when they are given."""

    first: date
    last: date
    service: str | None = None
    zone: str | None = None

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def starts(self) -> datetime:
        """The first day's midnight in Douala."""
        return datetime.combine(self.first, time.min, DOUALA)

    @property
    def ends(self) -> datetime:
        """The midnight after the last day."""
        return datetime.combine(self.last + timedelta(days=1), time.min, DOUALA)

    def before(self) -> "Span":
        """As many days just before."""
        days = timedelta(days=self.days)
        return Span(self.first - days, self.last - days, self.service, self.zone)

    def where(self, row: str = "") -> str:
        """SQL for rows of figures, with :meth:`values`."""
        return f"{row}day BETWEEN :first AND :last" + self.narrowed(row)

    def during(self, column: str, row: str = "") -> str:
        """SQL for rows that bear a time in ``column``, with :meth:`values`."""
        return f"{column} >= :starts AND {column} < :ends" + self.narrowed(row)

    def narrowed(self, row: str = "") -> str:
        """SQL that keeps to the service and the quarter."""
        kept = {"service": self.service, "zone": self.zone}
        return "".join(f" AND {row}{name} = :{name}" for name, value in kept.items() if value)

    def values(self) -> dict[str, Any]:
        """What the SQL names. Each engine takes no more than a statement's own."""
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "starts": self.starts,
            "ends": self.ends,
            "service": self.service,
            "zone": self.zone,
        }
