"""How requests ended, by the day on which they were confirmed: from the daily figures."""

from dataclasses import dataclass

from mboa.storage.admin.busiest import busiest, listed
from mboa.storage.admin.span import MOST_PROVIDERS, UNKNOWN, By, Span
from mboa.storage.store import Connection, Row

COURSE = ("created", "accepted", "completed", "cancelled", "unserved")
_SUMS = ", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in COURSE)
_BUCKETED = "SELECT {by} AS bucket, {sums} FROM request_figures WHERE {where} GROUP BY {by} ORDER BY {by}"
_OF_PROVIDERS = """
SELECT provider_id AS bucket, {sums} FROM provider_figures
WHERE provider_id IN ({ids}) AND day BETWEEN :first AND :last GROUP BY provider_id"""
_QUARTERS = """
SELECT zone, service, {sums}, CAST(SUM(unmet) AS BIGINT) AS unmet FROM request_figures WHERE {where}
GROUP BY zone, service"""
_PARTS = """
SELECT day, service, {sums}, CAST(SUM(searching) AS BIGINT) AS searching FROM request_figures WHERE {where}
GROUP BY day, service ORDER BY day, service"""


def rate(row: Row) -> float | None:
    """Completed of those that are settled (completed, cancelled or without a provider); ``None`` before the first."""
    settled = row["completed"] + row["cancelled"] + row["unserved"]
    return row["completed"] / settled if settled else None


def by(conn: Connection, span: Span, bucket: By) -> list[Row]:
    """``bucket``, the five counts and ``rate`` for each day, service or quarter of which there is anything, in order;
    for providers the busiest first, with ``name``, whatever the service and the quarter."""
    if bucket == "provider":
        return of_providers(conn, span)
    sql = _BUCKETED.format(by=bucket, sums=_SUMS, where=span.where())
    rows = [row for row in conn.all(sql, **span.values()) if any(row[name] for name in COURSE)]
    return [{**row, "bucket": str(row["bucket"] or UNKNOWN), "rate": rate(row)} for row in rows]


def quarters(conn: Connection, span: Span) -> tuple[list[Row], list[Row]]:
    """The quarters as :func:`by` has them, and where nobody could be found (confirmed requests whose client was told
    so and that no provider ever took): ``zone`` (empty where it was not known), ``service``, ``n``, the worst first."""
    rows = conn.all(_QUARTERS.format(sums=_SUMS, where=span.where()), **span.values())
    groups: dict[str, Row] = {}
    for row in rows:
        group = groups.setdefault(row["zone"], dict.fromkeys(COURSE, 0))
        group.update({name: group[name] + int(row[name]) for name in COURSE})
    zones = [{"bucket": zone or UNKNOWN, **groups[zone], "rate": rate(groups[zone])} for zone in sorted(groups)]
    unmet = [{"zone": row["zone"], "service": row["service"], "n": row["unmet"]} for row in rows if row["unmet"] > 0]
    worst_first = sorted(unmet, key=lambda row: (-row["n"], row["zone"], row["service"]))
    return [row for row in zones if any(row[name] for name in COURSE)], worst_first


@dataclass(frozen=True, slots=True)
class Course:
    """How the requests of a span ended: all of them, by day and by service. Each row has the five counts, ``rate``,
    ``matched``, and what these rest on."""

    total: Row
    days: list[Row]
    services: list[Row]


def course(conn: Connection, span: Span) -> Course:
    """All of it in one reading; days and services of which there is anything, in order."""
    rows = conn.all(_PARTS.format(sums=_SUMS, where=span.where()), **span.values())
    services = _joined(rows, "service")
    named = [{"bucket": str(name or UNKNOWN), **services[name]} for name in sorted(services)]
    return Course(
        total=_matched(_sum(rows)),
        days=[{"day": day, **row} for day, row in _joined(rows, "day").items()],
        services=[row for row in named if any(row[name] for name in COURSE)],
    )


def total(conn: Connection, span: Span) -> Row:
    """All requests of a span together, as :func:`course` has them."""
    sums = f"{_SUMS}, CAST(SUM(searching) AS BIGINT) AS searching"
    row = conn.one(f"SELECT {sums} FROM request_figures WHERE {span.where()}", **span.values()) or {}
    return _matched({name: int(row.get(name) or 0) for name in (*COURSE, "searching")})


def _joined(rows: list[Row], name: str) -> dict[str, Row]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[name], []).append(row)
    return {key: _matched(_sum(group)) for key, group in groups.items()}


def _sum(rows: list[Row]) -> Row:
    return {name: sum(int(row[name]) for row in rows) for name in (*COURSE, "searching")}


def _matched(row: Row) -> Row:
    """``settled``: over, or without a provider; ``assigned``: no longer searching; and the shares of both."""
    assigned = row["created"] - row.pop("searching")
    settled = row["completed"] + row["cancelled"] + row["unserved"]
    shares = {"rate": rate(row), "matched": row["accepted"] / assigned if assigned else None}
    return {**row, **shares, "settled": settled, "assigned": assigned}


def of_providers(conn: Connection, span: Span, most: int = MOST_PROVIDERS) -> list[Row]:
    """The busiest ones, as :func:`by` has them."""
    known = {row["id"]: row["name"] for row in busiest(conn, span, "created", most)}
    if not known:
        return []
    rows = conn.all(_OF_PROVIDERS.format(sums=_SUMS, ids=listed(known)), **span.values())
    found = sorted((row for row in rows if row["created"]), key=lambda row: (-row["created"], row["bucket"]))[:most]
    return [{**row, "bucket": str(row["bucket"]), "name": known[row["bucket"]], "rate": rate(row)} for row in found]


def zones(conn: Connection, span: Span) -> list[str]:
    """Every quarter that a request came from on these days, whichever is looked at."""
    sql = "SELECT DISTINCT zone FROM request_figures WHERE day BETWEEN :first AND :last AND zone <> ''"
    return [row["zone"] for row in conn.all(sql, **span.values())]
