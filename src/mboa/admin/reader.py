"""Figures as one reader sees them: in his language, with his signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mboa.admin import marks
from mboa.admin.words import words
from mboa.notifications.phrasebook import NARROW_SPACE, fill
from mboa.storage.admin.span import UNKNOWN


@dataclass(frozen=True, slots=True)
class Reader:
    """Writes figures and names in ``language``."""

    language: str

    @property
    def said(self) -> Mapping[str, Any]:
        """The words of the page."""
        return words(self.language, "analytics")

    def say(self, sentence: str, /, **known: str) -> str:
        """A sentence of the page's with its blanks filled."""
        return fill(self.said[sentence], known)

    def number(self, figure: float) -> str:
        """``1 250`` or ``4,2``."""
        return marks.number(int(figure) if figure == int(figure) else round(figure, 1), self.language)

    def share(self, share: float | None) -> str:
        """``82 %``; a dash for none."""
        if share is None:
            return "–"
        return f"{100 * share:.0f}" + ("%" if self.language == "en" else f"{NARROW_SPACE}%")

    def duration(self, seconds: float | None) -> str:
        """``4 min 10 s``."""
        return marks.duration(seconds)

    def day(self, text: str) -> str:
        """``23/11`` for ``2026-11-23``."""
        day = date.fromisoformat(text)
        return f"{day:%d/%m}"

    def name(self, kind: str, row: Mapping[str, Any]) -> str:
        """What a bucket is called."""
        code = row["bucket"]
        if kind == "provider":
            return str(row.get("name") or f"n° {code}")
        if code in {"", UNKNOWN}:
            return str(self.said["unknown"])
        if kind == "zone":
            return marks.zone(code)
        return str(words(self.language, "common")["service"].get(code, code))

    def points(self, now: float | None, before: float | None) -> str:
        """By how many hundredths a share rose or fell: ``+4 pts``; nothing where either is not known."""
        if now is None or before is None:
            return ""
        return self.say("points", n=self._signed(round(100 * now) - round(100 * before)))

    def growth(self, now: float, before: float) -> str:
        """By which share a figure rose or fell: ``−12 %``; nothing where there was none before."""
        if not before:
            return ""
        return self._signed(round(100 * (now / before - 1))) + self.share(0)[1:]

    def later(self, now: float | None, before: float | None) -> str:
        """By how much a duration rose or fell: ``−40 s``."""
        if now is None or before is None:
            return ""
        return ("+" if now >= before else "−") + self.duration(abs(now - before))

    def _signed(self, figure: int) -> str:
        return f"{'+' if figure > 0 else '−' if figure < 0 else '±'}{abs(figure)}"
