"""How many requests a filter finds: exact, and not counted anew with every look where that takes long."""

from time import monotonic, perf_counter

from fastapi import Request

from mboa.storage.admin import request_list
from mboa.storage.admin.request_filters import Filters
from mboa.storage.store import Store

# A count that took longer than this is good for a hundred times as long, and for a minute at most: of a million
# requests, some twenty seconds.
SLOW_SECONDS, TIMES, MOST_SECONDS = 0.02, 100, 60.0
_MOST_KEPT = 500


class Totals:
    """What one process has counted."""

    def __init__(self) -> None:
        self._kept: dict[Filters, tuple[int, float]] = {}

    async def exact(self, store: Store, filters: Filters) -> int:
        """How many requests these filters find; a slow count may be some seconds old."""
        found, good_until = self._kept.get(filters, (0, 0.0))
        if monotonic() < good_until:
            return found
        began = perf_counter()
        found = await store.read(request_list.count, store.dialect, filters)
        self.keep(filters, found, perf_counter() - began)
        return found

    def keep(self, filters: Filters, found: int, seconds: float) -> None:
        """Remember a count that took so long."""
        if seconds < SLOW_SECONDS:
            self._kept.pop(filters, None)
            return
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[filters] = found, monotonic() + min(MOST_SECONDS, TIMES * seconds)


def totals_of(http: Request) -> Totals:
    """The application's counts."""
    state = http.app.state
    if not hasattr(state, "request_totals"):
        state.request_totals = Totals()
    found: Totals = state.request_totals
    return found
