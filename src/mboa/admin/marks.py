"""How values look on a page: times of Douala, durations, figures, and the names of codes."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from mboa.admin.words import words
from mboa.dispatch.policy import DOUALA
from mboa.notifications.phrasebook import NARROW_SPACE
from mboa.understanding.gazetteer import city_of, zone_name

MINUTE, HOUR, DAY = 60, 3600, 86400


def when(moment: datetime | None) -> Markup:
    """``22/11/2026 14:30`` of Douala, with the exact time for machines; nothing for nothing."""
    return _time(moment, "%d/%m/%Y %H:%M")


def clock(moment: datetime | None) -> Markup:
    """``14:30``."""
    return _time(moment, "%H:%M")


def _time(moment: datetime | None, pattern: str) -> Markup:
    if moment is None:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(
        f"{moment.astimezone(DOUALA):%Y-%m-%dT%H:%M%z}", f"{moment.astimezone(DOUALA):{pattern}}"
    )


def duration(seconds: float | None) -> str:
    """``45 s``, ``4 min 10 s``, ``2 h 05``, ``3 j`` (``d`` would be read as *décembre* by nobody, ``j`` by all)."""
    if seconds is None:
        return "–"
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        rest = f" {whole % MINUTE} s" if whole % MINUTE and whole < 10 * MINUTE else ""
        return f"{whole // MINUTE} min{rest}"
    if whole < 2 * DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02}"
    return f"{whole // DAY} j"


@pass_context
def until(context: Context, moment: datetime | None) -> Markup:
    """``14:30``, or ``demain 09:15``: a time that is less than a day away."""
    if moment is None or moment.astimezone(DOUALA).date() <= context["now"].astimezone(DOUALA).date():
        return clock(moment)
    return Markup("{} {}").format(context["c"]["tomorrow"], clock(moment))


@pass_context
def num(context: Context, figure: float | None) -> str:
    """``1 250`` in French, ``1,250`` in English; one decimal for a fraction."""
    return number(figure, context.get("lang", "fr"))


@pass_context
def mark(context: Context, figure: float) -> str:
    """A part of a score, 0 to 1, with two decimals: ``0,88`` in French."""
    return f"{figure:.2f}".replace(".", "." if context.get("lang") == "en" else ",")


def number(figure: float | None, language: str) -> str:
    """A figure as readers of this language write it; a dash for none."""
    if figure is None:
        return "–"
    text = f"{figure:,}" if isinstance(figure, int) else f"{figure:,.1f}"
    return text if language == "en" else text.replace(",", NARROW_SPACE).replace(".", ",")


@pass_context
def pct(context: Context, share: float | None) -> str:
    """``82 %``; a dash for none."""
    if share is None:
        return "–"
    return f"{share * 100:.0f}" + ("%" if context.get("lang") == "en" else f"{NARROW_SPACE}%")


@pass_context
def service(context: Context, code: str | None) -> str:
    """The trade's name in the page's language."""
    return _named(context, "service", code)


@pass_context
def status(context: Context, code: str | None) -> str:
    """The name of a request's, an offer's or a message's state."""
    return _named(context, "status", code)


def _named(context: Context, table: str, code: str | None) -> str:
    return str(words(context.get("lang", "fr"), "common")[table].get(code, code)) if code else "–"


def zone(slug: str | None) -> str:
    """The quarter's name."""
    return (zone_name(slug) or slug) if slug else "–"


def by_city(options: Iterable[tuple[str, str]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices of quarters (slug and name) under the names of their towns, Douala first; what has none stands bare."""
    towns: dict[str, list[tuple[str, str]]] = {}
    for slug, name in options:
        towns.setdefault(city_of(slug) or "", []).append((slug, name))
    # Under one town alone its name says nothing.
    bare = len(towns.keys() - {""}) <= 1
    ordered = sorted(towns.items(), key=lambda town: (town[0] != "", town[0] != "douala", town[0]))
    return [("" if bare or not town else zone_name(town), listed) for town, listed in ordered]


FILTERS: dict[str, Callable[..., Any]] = {
    "when": when,
    "clock": clock,
    "until": until,
    "duration": duration,
    "num": num,
    "mark": mark,
    "pct": pct,
    "service": service,
    "status": status,
    "zone": zone,
    "by_city": by_city,
}
