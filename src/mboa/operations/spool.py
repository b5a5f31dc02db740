"""Log lines hold nobody up: a thread writes them; when nobody reads them, some are dropped, and counted."""

import logging
from collections.abc import Callable
from queue import Empty, Full, Queue
from threading import Lock, Thread
from typing import Protocol

# About ten seconds of a flood; more would be memory that nobody reads.
MOST_LINES = 10_000
END_SECONDS = 1.0


class Destination(Protocol):
    """Where lines go: a stream, or a :class:`mboa.operations.log_file.LogFile`; raises ``OSError``, ``ValueError``."""

    def write(self, text: str, /) -> object:
        """Take whole lines."""
        ...

    def flush(self) -> None:
        """Hand them on."""
        ...


class LogSpool(logging.Handler):
    """Formats where the line is said and writes in a thread of its own.

    A full disk, a closed pipe or one that nobody reads costs lines, never the service: ``dropped`` counts them, and a
    line says so once writing works again. ``on_drop`` hears of every loss, in whatever thread it happens.
    """

    def __init__(
        self, stream: Destination, most: int = MOST_LINES, on_drop: Callable[[int], None] = lambda _: None
    ) -> None:
        super().__init__()
        self.dropped = 0
        self._on_drop = on_drop
        self._stream = stream
        self._lines: Queue[str | None] = Queue(most)
        self._thread: Thread | None = None
        self._starting = Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line over; never waits."""
        try:
            self._lines.put_nowait(self.format(record))
        except (Full, TypeError, ValueError):  # the last two: what was said does not fit its own words
            self._drop(1)
        if self._thread is None:
            self._start()

    def close(self) -> None:
        """Write what is there, for at most a second."""
        thread = self._thread
        if thread is not None and thread.is_alive():
            try:
                self._lines.put(None, timeout=END_SECONDS)
                thread.join(END_SECONDS)
            except Full:
                self._drop(self._lines.qsize())
        super().close()

    def _drop(self, lines: int) -> None:
        self.dropped += lines
        self._on_drop(lines)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._serve, name="log", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while (line := self._lines.get()) is not None:
            self._write([line, *self._waiting()])

    def _waiting(self) -> list[str]:
        """What else is there: one write for many lines."""
        lines: list[str] = []
        try:
            while len(lines) < 500 and (line := self._lines.get_nowait()) is not None:
                lines.append(line)
            if len(lines) < 500:
                self._lines.put_nowait(None)  # the end comes after these
        except (Empty, Full):
            pass
        return lines

    def _write(self, lines: list[str]) -> None:
        dropped = self.dropped
        if dropped:
            record = logging.LogRecord(__name__, logging.WARNING, __file__, 0, "log_lines_dropped", None, None)
            record.lines = dropped
            lines = [*lines, self.format(record)]
        try:
            self._stream.write("\n".join(lines) + "\n")
            self._stream.flush()
        except (OSError, ValueError):  # disk full, pipe or stream closed
            self._drop(len(lines) - bool(dropped))
        else:
            self.dropped -= dropped
