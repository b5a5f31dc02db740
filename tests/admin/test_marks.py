"""How a time that is near is written."""

from datetime import UTC, datetime, timedelta

import pytest
from jinja2 import Environment

from mboa.admin.marks import FILTERS

EVENING = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "written"), [(1, "20:00"), (4.5, "23:30"), (5.5, "demain 00:30"), (24, "demain 19:00")]
)
def test_a_window_that_ends_tomorrow_says_so(hours: float, written: str) -> None:
    """Nineteen o'clock in Douala, where the day ends an hour before it does in UTC."""
    env = Environment(autoescape=True)
    env.filters.update(FILTERS)
    known = {"at": EVENING + timedelta(hours=hours), "now": EVENING, "c": {"tomorrow": "demain"}}
    assert env.from_string("{{ at|until|striptags }}").render(known) == written
