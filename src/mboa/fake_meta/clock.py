"""A real clock that can be set forward, so that a day passes in a moment."""

from datetime import UTC, datetime, timedelta


class MovableClock:
    """The time of day plus whatever was added."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        """Now (UTC)."""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once; never backwards (``ValueError``)."""
        if not 0 <= seconds < 1e9:
            raise ValueError("time goes forward")
        self._ahead += timedelta(seconds=seconds)
