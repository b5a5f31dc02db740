"""Numbers in words: which in a row, how long, how good."""

from mboa.notifications.phrasebook import fill, has_wording, wording

SECONDS_FIRST = 120


def ordinal(language: str, position: int) -> str:
    """``Deuxième``; with its number where the catalogue's list ends."""
    name = str(position)
    pattern = wording(language, "ordinal", name if has_wording(language, "ordinal", name) else "beyond")
    return fill(pattern, {"number": name})


def duration(language: str, seconds: float) -> str:
    """``10 minutes``; in seconds under two minutes."""
    unit, number = ("seconds", round(seconds)) if seconds < SECONDS_FIRST else ("minutes", round(seconds / 60))
    return fill(wording(language, "duration", unit), {"number": str(number)})


def rating(language: str, mean: float, count: int) -> str:
    """``4,6/5 (12 avis)``."""
    figure = f"{mean:.1f}" if language in {"en", "pcm"} else f"{mean:.1f}".replace(".", ",")
    return fill(wording(language, "rating", "one" if count == 1 else "many"), {"mean": figure, "count": str(count)})
