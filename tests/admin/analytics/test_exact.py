"""When every answer is looked at, and when there are too many for that."""

from datetime import date

from mboa.storage.admin import response_times
from mboa.storage.admin.response_times import EXACT_UP_TO, READ_UP_TO
from mboa.storage.admin.span import Span
from mboa.storage.store import Connection
from tests.city import City

DAYS = Span(date(2026, 11, 1), date(2026, 11, 30))
AKWA = Span(DAYS.first, DAYS.last, zone="akwa")


def _counted(conn: Connection, zone: str, answers: int) -> tuple[bool, bool]:
    """So many more answers in a quarter; whether those of Akwa and of the whole city are looked at one by one."""
    names = response_times._FIGURES
    values = ", ".join(str(answers) if name == "n" else "0" for name in names)
    keys = f"'2026-11-{10 + len(zone)}', 'plumbing', '{zone}'"
    conn.run(f"INSERT INTO answer_figures (day, service, zone, {', '.join(names)}) VALUES ({keys}, {values})")
    return response_times.is_exact(conn, AKWA), response_times.is_exact(conn, DAYS)


async def test_few_answers_of_a_quarter_are_not_sought_among_very_many(city: City) -> None:
    count = city.mboa.office.store.write
    assert await count(_counted, "akwa", EXACT_UP_TO) == (True, True)
    assert await count(_counted, "deido", READ_UP_TO - EXACT_UP_TO) == (True, False)
    assert await count(_counted, "bonaberi", 1) == (False, False)
