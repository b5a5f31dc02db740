"""A line that fails again and again is left alone for a while."""

import time
from collections import deque
from collections.abc import Callable

FAILURES, WITHIN_SECONDS, REST_SECONDS = 5, 60.0, 120.0


class Breaker:
    """Opens after five failures within a minute; every two minutes one try may show that the line is back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._rests_until: float | None = None

    def allows(self) -> bool:
        """Whether to try now; while it rests, True once in two minutes."""
        now = self._clock()
        if self._rests_until is None:
            return True
        if now < self._rests_until:
            return False
        self._rests_until = now + REST_SECONDS
        return True

    def worked(self) -> None:
        """The line is well."""
        self._failures.clear()
        self._rests_until = None

    def failed(self) -> bool:
        """Take a failure down; True when it opened the breaker."""
        now = self._clock()
        self._failures.append(now)
        full = len(self._failures) == FAILURES and now - self._failures[0] <= WITHIN_SECONDS
        opened = full and self._rests_until is None
        if full:
            self._rests_until = now + REST_SECONDS
        return opened
