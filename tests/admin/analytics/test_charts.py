"""Charts: what is drawn for gaps, few cases, goals and strange names; and what percentiles and intervals are worth."""

import re

import pytest

from mboa.admin import charts
from mboa.admin.charts import Axis, Series
from mboa.storage.admin import response_times
from mboa.storage.admin.figures import CLASSES
from mboa.storage.admin.span import Span
from mboa.storage.store import Connection
from tests.admin.analytics.test_figures import busy_day
from tests.city import City


def percent(share: float) -> str:
    """As an axis writes it."""
    return f"{share:.0%}"


def drawn(values: list[float | None], cases: list[int] | None = None, target: float | None = None) -> str:
    """A line over days."""
    labels = [f"{number}/11" for number in range(len(values))]
    series = [Series("Réussite", values, cases or [])]
    return charts.line("Sept sur dix", labels, series, charts.share_axis(percent), target)


def test_a_day_without_figures_is_a_gap_and_no_nought() -> None:
    pen = re.search(r'class=l0 d="([^"]*)"', drawn([0.5, None, 1.0, 0.0]))
    assert pen is not None
    assert pen[1] == "M60 89h0M333 10L470 168"


def test_what_rests_on_few_cases_is_grey() -> None:
    told = drawn([0.5, 0.6], [charts.FEW, charts.FEW - 1])
    assert re.findall(r'class="dot (\w+)"', told) == ["d0", "few"]


def test_the_goal_is_drawn_at_its_height() -> None:
    assert '<path class=goal d="M60 57H470"/>' in drawn([0.5], target=0.7)
    assert "goal" not in drawn([0.5])


def test_no_name_can_break_out_of_a_chart() -> None:
    axis = Axis(1, (0, 1), lambda _: "<b>")
    line = charts.line("<script>", ["<i>"], [Series("<u>", [1.0])], axis)
    told = line + charts.heat("<a>", ["<q>"], [("<s>", [1])], lambda _: "<em>") + charts.table(["<p>"], [["<o>"]])
    assert not re.search(r"<(script|i|b|u|a|q|s|em|p|o)>", told)


def test_no_colour_stands_in_a_chart() -> None:
    told = drawn([0.5, 0.6]) + charts.bar(0.5, 0.4, 0.6) + charts.spark([1, 2, 3])
    assert not re.search(r"style=|fill=|stroke=|#[0-9a-f]{3}", told)


@pytest.mark.parametrize(
    ("most", "marks"), [(3, [0, 1, 2, 3]), (17, [0, 5, 10, 15, 20]), (420, [0, 100, 200, 300, 400, 500])]
)
def test_counts_are_marked_in_round_steps(most: float, marks: list[float]) -> None:
    assert list(charts.count_axis([most, None], str).marks) == marks


@pytest.mark.parametrize(("most", "step"), [(20, 5), (290, 60), (1500, 300), (86400 * 12, 86400 * 3)])
def test_durations_are_marked_in_steps_that_people_count_in(most: float, step: float) -> None:
    assert charts.time_axis([most], str).marks[1] == step


def test_the_greatest_cell_is_the_darkest() -> None:
    told = charts.heat("Quartier", ["Plomberie"], [("Akwa", [9]), ("Deido", [1]), ("Bali", [0])], str)
    assert re.findall(r"<td class=(h\d)>(\d*)", told) == [("h9", "9"), ("h1", "1"), ("h0", "")]


def test_a_share_of_few_cases_may_be_far_off() -> None:
    low, high = charts.wilson(7, 10) or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.397, 0.892)  # Newcombe's tables give the same
    assert charts.wilson(0, 0) is None


def test_a_percentile_is_placed_within_its_class() -> None:
    counts = [0] * len(CLASSES)
    counts[CLASSES.index(60)] = 10  # all between 60 and 80 seconds
    assert response_times.within(counts, 0.5) == pytest.approx(70)
    assert response_times.within([0] * len(CLASSES), 0.5) == 0


async def test_classes_and_answers_tell_much_the_same(city: City) -> None:
    await busy_day(city)  # answers after 90 and 120 seconds

    def both(conn: Connection) -> list[dict[str, float]]:
        days = Span(conn.now.date(), conn.now.date())
        return [response_times.total(conn, days, exact=exact) for exact in (True, False)]

    exact, classed = await city.mboa.office.store.read(both)
    assert (classed["n"], classed["mean_seconds"]) == (exact["n"], exact["mean_seconds"])
    assert classed["p50_seconds"] == pytest.approx(exact["p50_seconds"], rel=1 / 3)
    assert classed["p90_seconds"] == pytest.approx(exact["p90_seconds"], rel=1 / 3)
