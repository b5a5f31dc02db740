"""Everything that the page of figures shows, read from one moment's rows."""

from dataclasses import dataclass

from mboa.storage.admin import costs, misunderstood, response_times, success, unmet
from mboa.storage.admin.span import Span
from mboa.storage.store import Connection, Row

PROVIDERS_SHOWN, ZONES_SHOWN = 10, 12


@dataclass(frozen=True, slots=True)
class Scene:
    """The figures of a span, and the totals of the span before it."""

    span: Span
    zones: list[str]
    requests: Row
    requests_before: Row
    times: Row
    times_before: Row
    exact: bool
    days: list[Row]
    times_by_day: list[Row]
    by: dict[str, list[Row]]
    times_by: dict[str, list[Row]]
    places: list[Row]
    hours: list[Row]
    categories: list[Row]
    sent: int
    completed: int
    texts: list[str]


def look(conn: Connection, span: Span) -> Scene:
    """Read it all."""
    before = span.before()
    exact = response_times.is_exact(conn, span, before)
    providers = success.of_providers(conn, span, 3 * PROVIDERS_SHOWN)[:PROVIDERS_SHOWN]
    sent, completed = costs.totals(conn, span)
    course = success.course(conn, span)
    by_zone, places = success.quarters(conn, span)
    busiest = sorted(by_zone, key=lambda row: -int(row["created"]))[:ZONES_SHOWN]
    times = response_times.views(conn, span, [row["bucket"] for row in busiest], exact=exact)
    ids = [int(row["bucket"]) for row in providers]
    return Scene(
        span=span,
        zones=success.zones(conn, span),
        requests=course.total,
        requests_before=success.total(conn, before),
        times=response_times.whole(times["all"]),
        times_before=response_times.total(conn, before, exact=exact),
        exact=exact,
        days=course.days,
        times_by_day=times["day"],
        by={"service": course.services, "zone": by_zone, "provider": providers},
        times_by={**times, "provider": response_times.of_providers(conn, span, ids)},
        places=places,
        hours=unmet.hours(conn, span),
        categories=costs.categories(conn, span),
        sent=sent,
        completed=completed,
        texts=misunderstood.texts_of_the_week(conn),
    )
