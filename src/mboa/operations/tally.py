"""What one process counted and has not handed on yet; adding costs a dictionary's look-up."""

from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple


class Series(NamedTuple):
    """One line of a metric: its name as Prometheus spells it, and the pairs of label and value."""

    name: str
    labels: tuple[tuple[str, str], ...]


class Tally:
    """Counts by series; threads may add at the same time."""

    def __init__(self) -> None:
        self._counts: dict[Series, float] = {}
        self._lock = Lock()

    def add(self, *counted: tuple[Series, float]) -> None:
        """Add each amount to its series."""
        with self._lock:
            for series, amount in counted:
                self._counts[series] = self._counts.get(series, 0) + amount

    def take(self) -> Mapping[Series, float]:
        """Everything since the last time, which is no longer in here."""
        with self._lock:
            taken, self._counts = self._counts, {}
        return taken

    def value(self, name: str, **labels: str) -> float:
        """What is in here for one series."""
        wanted = set(labels.items())
        return next((n for one, n in self._counts.items() if one.name == name and set(one.labels) == wanted), 0.0)
