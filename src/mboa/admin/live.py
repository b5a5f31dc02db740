"""Pages that change by themselves: fragments of HTML, looked at once for everybody, sent only when they changed."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_hex
from typing import Any

from fastapi.sse import format_sse_event

# What stands between two fragments in their template: a sign that no text of a person can hold (it is refused inbound).
BETWEEN = "\x1e"

# How often the rows are looked at while anybody watches: one look of each process for all of them.
LOOK_SECONDS = 2.0
# Something is sent at least so often: a browser that hears nothing for 45 seconds says that the link is gone.
BEAT_SECONDS = 15.0
# Then the browser comes again, and who he is is looked up again.
STREAM_SECONDS = 600.0
RETRY_MILLISECONDS = 5000
# People's words hardly shrink: more of them at once would keep a slow line busy before anything of it can be seen.
PARCEL_CHARS = 500
# Of so many things that are gone a page still hears by themselves; one that missed more gets everything anew.
MOST_GONE = 100
# So many pages are remembered; of those that nobody looks at any more the longest unseen is forgotten first.
MOST_WATCHED = 200
_ID = re.compile(r'<\w+ id="?([\w-]+)')
_MARK = re.compile(r"([0-9a-f]{6})\.(\d{1,9})")

Look = Callable[[], Awaitable[Mapping[str, str]]]
"""Reads the present fragments: HTML of one element each, by its id."""


def pieces(html: str) -> dict[str, str]:
    """The fragments of a rendered template, by their ids: one element each, its ``id`` first."""
    found = ((_ID.match(part.strip()), part.strip()) for part in html.split(BETWEEN))
    return {match[1]: part for match, part in found if match}


def order_of(items: Iterable[Mapping[str, Any]]) -> str:
    """A sign of which rows stand in a list, in which order."""
    return sha256(" ".join(str(item["id"]) for item in items).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Sight:
    """Something to watch. ``key`` names all that its fragments depend on (the page, what it is about, the language, who
    may see them); ``stays``: what is no longer among the fragments is left on the page."""

    key: tuple[str, ...]
    look: Look
    stays: bool = False


@dataclass
class Watched:
    """What one page shows in one language: its fragments, and the turn in which each changed last.

    Turns are counted for all pages of the process together: a page that was forgotten and is looked at again is newer
    than every mark it gave before."""

    shown: dict[str, str] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    turn: int = 0
    forgotten: int = 0
    looked_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def take(self, fragments: Mapping[str, str], turn: int, *, stays: bool = False) -> bool:
        """Compare with what was shown; whether anything changed, which then happened in this ``turn``. What is gone
        leaves a mark that takes it off the page, unless it ``stays``."""
        left = [name for name in self.shown if name not in fragments]
        news = {name: html for name, html in fragments.items() if self.shown.get(name) != html}
        if not stays:
            news.update((name, _gone(name)) for name in left if self.shown[name] != _gone(name))
        self.shown.update(news)
        self.changed.update(dict.fromkeys(news, turn))
        self._forget(left, 0 if stays else MOST_GONE)
        self.turn = turn if news else self.turn
        return bool(news)

    def _forget(self, left: list[str], kept: int) -> None:
        for name in sorted(left, key=self.changed.__getitem__)[: max(0, len(left) - kept)]:
            turn = self.changed.pop(name)
            self.forgotten = max(self.forgotten, turn) if kept else self.forgotten
            del self.shown[name]

    def since(self, turn: int, most: float = float("inf")) -> list[str]:
        """The fragments that changed after that turn, in parcels of up to so many signs; all of them for who has
        missed too much."""
        known, parcels = turn if turn >= self.forgotten else 0, [""]
        for name in [name for name in self.shown if self.changed[name] > known]:
            if len(parcels[-1]) + len(self.shown[name]) > most:
                parcels.append("")
            parcels[-1] += self.shown[name]
        return parcels


def _gone(name: str) -> str:
    return f'<i id="{name}" data-gone></i>'


class Live:
    """Everything that is watched in this process. A mark (``boot.turn``) says how far a browser has come."""

    def __init__(self) -> None:
        self.boot = token_hex(3)
        self.turn = 0
        self.watched: dict[tuple[str, ...], Watched] = {}

    def _watched(self, key: tuple[str, ...]) -> Watched:
        if key not in self.watched and len(self.watched) >= MOST_WATCHED:
            del self.watched[min(self.watched, key=lambda known: self.watched[known].looked_at)]
        return self.watched.setdefault(key, Watched())

    async def now(self, sight: Sight) -> Watched:
        """The page as it is, at most :data:`LOOK_SECONDS` old."""
        watched = self._watched(sight.key)
        async with watched.lock:
            began = time.monotonic()
            if began - watched.looked_at >= LOOK_SECONDS:
                fragments = await sight.look()
                # Whoever opened the page in the meantime may have seen more.
                if began >= watched.looked_at:
                    self._take(watched, fragments, began, stays=sight.stays)
        return watched

    def seen(self, key: tuple[str, ...], fragments: Mapping[str, str]) -> str:
        """Somebody opened the page just now: whoever watches it sees the same. Returns the mark of this moment."""
        watched = self._watched(key)
        self._take(watched, fragments, time.monotonic(), stays=True)
        return self.mark(watched)

    def _take(self, watched: Watched, fragments: Mapping[str, str], began: float, *, stays: bool) -> None:
        self.turn += watched.take(fragments, self.turn + 1, stays=stays)
        watched.looked_at = began

    def mark(self, watched: Watched) -> str:
        """How far this page is."""
        return f"{self.boot}.{watched.turn}"

    def turn_of(self, mark: str) -> int:
        """The turn that a mark names; 0, everything, for one of another process or life."""
        found = _MARK.fullmatch(mark)
        return int(found[2]) if found and found[1] == self.boot else 0

    async def stream(self, sight: Sight, mark: str) -> AsyncIterator[bytes]:
        """Server-sent events from a mark on, until the stream's time is over."""
        turn, until, beat = self.turn_of(mark), time.monotonic() + STREAM_SECONDS, float("-inf")
        yield format_sse_event(retry=RETRY_MILLISECONDS)
        while time.monotonic() < until:
            watched = await self.now(sight)
            if watched.turn != turn:
                *first, last = watched.since(turn, PARCEL_CHARS if sight.stays else float("inf"))
                for parcel in first:
                    yield format_sse_event(data_str=parcel)
                # Whoever is cut off before the last one hears all of them again.
                yield format_sse_event(data_str=last, id=self.mark(watched))
                turn, beat = watched.turn, time.monotonic()
            elif time.monotonic() - beat >= BEAT_SECONDS:
                yield format_sse_event(data_str="", event="beat")
                beat = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
