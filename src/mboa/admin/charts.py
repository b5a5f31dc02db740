"""Charts made on the server: plain SVG and tables, coloured by class alone, with the figures to read behind them.

A missing value is a gap, never a nought. What rests on fewer than :data:`FEW` cases is grey.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10, sqrt

from markupsafe import Markup, escape

FEW = 20
# The drawing's own measures; the page scales it.
WIDTH, HEIGHT = 480, 190
LEFT, RIGHT, TOP, BOTTOM = 60, 10, 10, 22
SHADES = 9
X_LABELS = 6
DOTS_UP_TO = 45
SECONDS = (1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
# 95 % of a normal distribution lie within so many standard deviations.
Z = 1.96

Write = Callable[[float], str]
Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Series:
    """A line. ``cases`` say on how many cases each value rests, where few of them matter."""

    name: str
    values: Values
    cases: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """The upright axis: its greatest value, the marks on it, and how a value is written."""

    top: float
    marks: Sequence[float]
    write: Write


def _markup(drawn: str) -> Markup:
    return Markup(drawn)  # noqa: S704 - every text from outside went through escape()


def share_axis(write: Write) -> Axis:
    """From nothing to all."""
    return Axis(1.0, (0, 0.25, 0.5, 0.75, 1.0), write)


def count_axis(values: Values, write: Write) -> Axis:
    """Whole steps of 1, 2 or 5 and noughts, five at most."""
    most = max((value for value in values if value is not None), default=0) or 1
    unit = 10 ** max(0, floor(log10(most / 5)))
    return _stepped(most, next(unit * size for size in (1, 2, 5, 10) if unit * size * 5 >= most), write)


def time_axis(values: Values, write: Write) -> Axis:
    """Steps in which people count seconds, minutes and hours."""
    most = max((value for value in values if value is not None), default=0) or 1
    return _stepped(most, next((step for step in SECONDS if step * 5 >= most), -(-most // 432000) * 86400), write)


def _stepped(most: float, step: float, write: Write) -> Axis:
    count = int(-(-most // step))
    return Axis(count * step, [number * step for number in range(count + 1)], write)


def line(
    title: str, labels: Sequence[str], series: Sequence[Series], axis: Axis, target: float | None = None
) -> Markup:
    """Lines over days, with gaps where nothing is known, and a dashed line at the ``target``."""
    drawn = [_grid(axis), _x_labels(labels)]
    if target is not None:
        drawn.append(f'<path class=goal d="M{LEFT} {_y(target, axis)}H{WIDTH - RIGHT}"/>')
    for number, one in enumerate(series):
        drawn.append(f'<path class=l{number} d="{_path(one.values, axis)}"/>{_dots(one, number, axis)}')
    return _markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role=img><title>{escape(title)}</title>'
        f"<desc>{escape(_described(labels, series, axis))}</desc>{''.join(drawn)}</svg>"
    )


def _described(labels: Sequence[str], series: Sequence[Series], axis: Axis) -> str:
    """The last known value of each line, for whoever hears the page."""
    last = (_last(one.values) for one in series)
    known = [(one.name, found) for one, found in zip(series, last, strict=True) if found is not None]
    return "; ".join(f"{name}: {labels[place]}, {axis.write(value)}" for name, (place, value) in known)


def _last(values: Values) -> tuple[int, float] | None:
    return next(((place, value) for place, value in reversed(list(enumerate(values))) if value is not None), None)


def _grid(axis: Axis) -> str:
    """Lines on whole pixels, with what they stand for."""
    lines = "".join(f"M{LEFT} {_y(mark, axis)}H{WIDTH - RIGHT}" for mark in axis.marks)
    names = "".join(
        f"<text x={LEFT - 6} y={_y(mark, axis) + 4} text-anchor=end>{escape(axis.write(mark))}</text>"
        for mark in axis.marks
    )
    return f'<path class=grid d="{lines}"/>{names}'


def _x_labels(labels: Sequence[str]) -> str:
    if not labels:
        return ""
    count = min(X_LABELS, len(labels))
    places = sorted({round(number * (len(labels) - 1) / max(1, count - 1)) for number in range(count)})
    return "".join(
        f"<text x={_x(place, len(labels))} y={HEIGHT - 5} text-anchor={_anchor(place, len(labels))}>"
        f"{escape(labels[place])}</text>"
        for place in places
    )


def _anchor(place: int, count: int) -> str:
    if count > 1 and place == count - 1:
        return "end"
    return "start" if count > 1 and place == 0 else "middle"


def _path(values: Values, axis: Axis) -> str:
    """One pen stroke for each run of known values; a lone one is a point (of no length, with round ends)."""
    steps, pen = [], "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        alone = pen == "M" and (place + 1 == len(values) or values[place + 1] is None)
        steps.append(f"{pen}{_x(place, len(values))} {_y(value, axis)}" + ("h0" if alone else ""))
        pen = "L"
    return "".join(steps)


def _dots(one: Series, number: int, axis: Axis) -> str:
    """A point for every value, grey where it rests on few cases; none when they would run into each other."""
    if len(one.values) > DOTS_UP_TO:
        return ""
    sure: list[str] = []
    unsure: list[str] = []
    for place, value in enumerate(one.values):
        if value is not None:
            few = bool(one.cases) and one.cases[place] < FEW
            (unsure if few else sure).append(f"M{_x(place, len(one.values))} {_y(value, axis)}h0")
    points = f'<path class="dot d{number}" d="{"".join(sure)}"/>' if sure else ""
    return points + (f'<path class="dot few" d="{"".join(unsure)}"/>' if unsure else "")


def _x(place: int, count: int) -> int:
    span = WIDTH - RIGHT - LEFT
    return round(LEFT + (span * place / (count - 1) if count > 1 else span / 2))


def _y(value: float, axis: Axis) -> int:
    height = HEIGHT - TOP - BOTTOM
    return round(TOP + height * (1 - min(1.0, max(0.0, value / axis.top))))


def bar(share: float | None, low: float | None = None, high: float | None = None, *, few: bool = False) -> Markup:
    """A bar of a table row: a ``share`` of the whole width, and the span that it may lie in."""
    if share is None:
        return _markup("")
    end = round(100 * min(1.0, share), 1)
    span = f'<path d="M{100 * low:.0f} 5H{100 * high:.0f}"/>' if low is not None and high is not None else ""
    return _markup(
        f'<svg class="bar{" few" if few else ""}" viewBox="0 0 100 10" preserveAspectRatio=none aria-hidden=true>'
        f"<rect width={end:g} height=10 />{span}</svg>"
    )


def spark(values: Values) -> Markup:
    """A line without axes, as high as the text around it."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return _markup("")
    axis = Axis(max(known) or 1, (), str)
    scale = HEIGHT - TOP - BOTTOM
    steps, pen = [], "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        steps.append(f"{pen}{round(100 * place / (len(values) - 1))} {round(2 + 16 * (_y(value, axis) - TOP) / scale)}")
        pen = "L"
    return _markup(
        f'<svg class=spark viewBox="0 0 100 20" aria-hidden=true><path class=l0 d="{"".join(steps)}"/></svg>'
    )


def heat(corner: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]], write: Write) -> Markup:
    """A table whose cells are the darker the greater they are (classes ``h0`` to ``h9``); nought is empty."""
    most = max((value for _, values in rows for value in values), default=0) or 1
    head = "".join(f"<th>{escape(column)}" for column in columns)
    body = "".join(
        f"<tr><th>{escape(name)}" + "".join(_shaded(value, most, write) for value in values) for name, values in rows
    )
    return _markup(f"<table class=heat><tr><th>{escape(corner)}{head}{body}</table>")


def _shaded(value: int, most: int, write: Write) -> str:
    return f"<td class=h{-(-SHADES * value // most)}>{escape(write(value)) if value else ''}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    """The figures behind a chart."""
    titles = "".join(f"<th>{escape(name)}" if name else "<td>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}" for cell in row) for row in rows)
    return _markup(f"<table><tr>{titles}{body}</table>")


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """Between which shares the true one lies, with 95 % certainty, when ``part`` of ``whole`` were seen (Wilson 1927);
    ``None`` when nothing was."""
    if not whole:
        return None
    share = part / whole
    centre = (share + Z * Z / (2 * whole)) / (1 + Z * Z / whole)
    reach = Z * sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole)) / (1 + Z * Z / whole)
    return max(0.0, centre - reach), min(1.0, centre + reach)
