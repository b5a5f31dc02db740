"""Pages that change by themselves: fragments of HTML, looked at once for everybody, sent only when they changed."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex

from fastapi.sse import format_sse_event

# How often the rows are looked at while anybody watches: one look of each process for all of them.
LOOK_SECONDS = 2.0
# Something is sent at least so often: a browser that hears nothing for 45 seconds says that the link is gone.
BEAT_SECONDS = 15.0
# Then the browser comes again, and who he is is looked up again.
STREAM_SECONDS = 600.0
RETRY_MILLISECONDS = 5000
_MARK = re.compile(r"([0-9a-f]{6})\.(\d{1,9})")

Look = Callable[[], Awaitable[Mapping[str, str]]]
"""Reads the present fragments: HTML of one element each, by its id."""


@dataclass
class Watched:
    """What one page shows in one language: its fragments, and the turn in which each changed last."""

    shown: dict[str, str] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    turn: int = 0
    looked_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def take(self, fragments: Mapping[str, str]) -> None:
        """Compare with what was shown; what is gone leaves a mark that takes it off the page."""
        news = {name: html for name, html in fragments.items() if self.shown.get(name) != html}
        gone = {name: f'<i id="{name}" data-gone></i>' for name in self.shown if name not in fragments}
        news.update((name, html) for name, html in gone.items() if self.shown[name] != html)
        if news:
            self.turn += 1
            self.shown.update(news)
            self.changed.update(dict.fromkeys(news, self.turn))

    def since(self, turn: int) -> str:
        """The fragments that changed after that turn, on one line."""
        return "".join(html for name, html in self.shown.items() if self.changed[name] > turn).replace("\n", " ")


class Live:
    """Everything that is watched in this process. A mark (``boot.turn``) says how far a browser has come."""

    def __init__(self) -> None:
        self.boot = token_hex(3)
        self.watched: dict[tuple[str, str], Watched] = {}

    async def now(self, key: tuple[str, str], look: Look) -> Watched:
        """The page as it is, at most :data:`LOOK_SECONDS` old."""
        watched = self.watched.setdefault(key, Watched())
        async with watched.lock:
            if time.monotonic() - watched.looked_at >= LOOK_SECONDS:
                watched.take(await look())
                watched.looked_at = time.monotonic()
        return watched

    def mark(self, watched: Watched) -> str:
        """How far this page is."""
        return f"{self.boot}.{watched.turn}"

    def turn_of(self, mark: str) -> int:
        """The turn that a mark names; 0, everything, for one of another process or life."""
        found = _MARK.fullmatch(mark)
        return int(found[2]) if found and found[1] == self.boot else 0

    async def stream(self, key: tuple[str, str], look: Look, mark: str) -> AsyncIterator[bytes]:
        """Server-sent events from a mark on, until the stream's time is over."""
        turn, until, beat = self.turn_of(mark), time.monotonic() + STREAM_SECONDS, float("-inf")
        yield format_sse_event(retry=RETRY_MILLISECONDS)
        while time.monotonic() < until:
            watched = await self.now(key, look)
            if watched.turn != turn:
                yield format_sse_event(data_str=watched.since(turn), id=self.mark(watched))
                turn, beat = watched.turn, time.monotonic()
            elif time.monotonic() - beat >= BEAT_SECONDS:
                yield format_sse_event(data_str="", event="beat")
                beat = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
