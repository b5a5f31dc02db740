"""How a figure is printed: what was measured, the figure, its goal, and what it is beside a reference."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table in ``docs/performance.md``."""

    what: str
    figure: str
    reference: str
    ratio: str
    goal: str
    met: str


# What `--write` puts on paper once all benchmarks have run.
lines: list[Line] = []


def say(what: str, figure: str, goal: str = "", beside: str = "") -> None:
    """One aligned line."""
    print(f"  {what:<46} {figure:>14}  {f'goal {goal}' if goal else '':<16} {beside}".rstrip(), flush=True)
    lines.append(Line(what, figure, beside, "", goal, ""))


def judge(what: str, figure: str, reference: str, ratio: float, goal: tuple[Literal["<=", ">="], float]) -> None:
    """One aligned line with its reference, what the figure is beside it, and whether the goal is reached."""
    sign, bound = goal
    met = "met" if (ratio <= bound if sign == "<=" else ratio >= bound) else "MISSED"
    how = f"{ratio:.2f} x {reference}"
    print(f"  {what:<46} {figure:>14}  goal {f'{sign} {bound:g} x':<11} {met:<7} {how}", flush=True)
    lines.append(Line(what, figure, reference, f"{ratio:.2f}", f"{sign} {bound:g} x", met))


def within(what: str, figure: float, goal: float, unit: str, beside: str = "") -> None:
    """One aligned line with a figure that must not pass its goal, in the same unit."""
    met = "met" if figure <= goal else "MISSED"
    print(
        f"  {what:<46} {f'{figure:,.1f} {unit}':>14}  goal {f'<= {goal:g} {unit}':<11} {met:<7} {beside}".rstrip(),
        flush=True,
    )
    lines.append(Line(what, f"{figure:,.1f} {unit}", beside, "", f"<= {goal:g} {unit}", met))


def spans(times: int, act: Callable[[], object]) -> list[float]:
    """Milliseconds of each of ``times`` runs, sorted."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        found.append((time.perf_counter() - start) * 1000)
    return sorted(found)


def p50(sorted_spans: list[float]) -> float:
    """The median."""
    return statistics.median(sorted_spans)


def p95(sorted_spans: list[float]) -> float:
    """The 95th percentile."""
    return sorted_spans[int(len(sorted_spans) * 0.95)]


def p99(sorted_spans: list[float]) -> float:
    """The 99th percentile."""
    return sorted_spans[int(len(sorted_spans) * 0.99)]
