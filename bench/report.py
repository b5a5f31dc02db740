"""How a figure is printed: what was measured, the figure, its goal, and what it is beside a reference."""

import statistics
import time
from collections.abc import Callable


def say(what: str, figure: str, goal: str = "", beside: str = "") -> None:
    """One aligned line."""
    print(f"  {what:<46} {figure:>14}  {f'goal {goal}' if goal else '':<16} {beside}".rstrip(), flush=True)


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
