"""How long providers take to answer an offer: exact while the answers are few, from daily classes when they are many.

An answer is an offer accepted or declined, late ones included; its time runs from the sending of the offer and it
counts on the day on which the offer was made. What an operator gave away was not offered, and is no answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mboa.storage.admin.busiest import busiest, listed
from mboa.storage.admin.figures import CLASSES
from mboa.storage.admin.span import MOST_PROVIDERS, UNKNOWN, By, Span
from mboa.storage.store import Connection, Row

# Up to so many answers every one is looked at; beyond, a percentile is placed within its class of times. Those of a
# trade or a quarter are found among all answers of their days, so these may not be too many either.
EXACT_UP_TO, READ_UP_TO = 3_000, 10_000
_HOW_MANY = "SELECT COALESCE(SUM(n), 0) AS n FROM answer_figures WHERE {where}"
_EACH = "SELECT {columns}, ms FROM answers WHERE {where}"
_FIGURES = ("n", "waited_ms", *(f"c{number}" for number in range(len(CLASSES))))
_SUMS = ", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in _FIGURES)
_CLASSED = f"SELECT {{columns}}, {_SUMS} FROM answer_figures WHERE {{where}} GROUP BY {{columns}}"
_TOGETHER = f"SELECT {_SUMS} FROM answer_figures WHERE {{where}}"
_ALL = "all"


def is_exact(conn: Connection, *spans: Span) -> bool:
    """Whether there are so few answers in each of the spans that every one is looked at."""
    return all(
        _how_many(conn, span) <= EXACT_UP_TO and _how_many(conn, replace(span, service=None, zone=None)) <= READ_UP_TO
        for span in spans
    )


def _how_many(conn: Connection, span: Span) -> int:
    row = conn.one(_HOW_MANY.format(where=span.where()), **span.values())
    return int(row["n"]) if row else 0


def by(conn: Connection, span: Span, bucket: By, *, exact: bool) -> list[Row]:
    """``bucket``, ``n``, ``p50_seconds``, ``p90_seconds``, ``mean_seconds`` for each with an answer, in order; for
    providers the busiest first, with ``name``, whatever the service and the quarter. Theirs are always exact."""
    if bucket == "provider":
        known = {row["id"]: row["name"] for row in busiest(conn, span, "answered", MOST_PROVIDERS)}
        found = of_providers(conn, span, list(known))[:MOST_PROVIDERS]
        return [{**row, "name": known[int(row["bucket"])]} for row in found]
    return _series(_rows(conn, span, bucket, exact=exact), bucket, exact=exact)


def views(conn: Connection, span: Span, zones: Iterable[str], *, exact: bool) -> dict[str, list[Row]]:
    """The same by ``day``, ``service`` and ``zone`` (of these ``zones`` at least), and of ``all`` together (no row
    without an answer), in two readings at most."""
    if exact:
        rows = _rows(conn, span, "day, service, zone", exact=True)
        return {name: _series(rows, name, exact=True) for name in ("day", "service", "zone", _ALL)}
    rows = _rows(conn, span, "day, service", exact=False)
    by_zone = _series(_of_zones(conn, span, list(zones)), "zone", exact=False)
    return {**{name: _series(rows, name, exact=False) for name in ("day", "service", _ALL)}, "zone": by_zone}


def total(conn: Connection, span: Span, *, exact: bool) -> Row:
    """The same for all of it together; ``n`` may be 0."""
    if exact:
        return whole(_series(_rows(conn, span, "service", exact=True), _ALL, exact=True))
    row = conn.one(_TOGETHER.format(where=span.where()), **span.values())
    return whole([_of_classes(_ALL, [row])] if row and row["n"] else [])


def whole(found: list[Row]) -> Row:
    """The one row of ``all``, also where nobody answered."""
    return found[0] if found else {"n": 0, "p50_seconds": None, "p90_seconds": None, "mean_seconds": None}


def of_providers(conn: Connection, span: Span, ids: Sequence[int]) -> list[Row]:
    """The same for each of these providers who answered, most answers first."""
    if not ids:
        return []
    everywhere = replace(span, service=None, zone=None)
    where = f"{everywhere.during('offered_at')} AND provider_id IN ({listed(ids)})"
    rows = conn.all(_EACH.format(columns="provider_id", where=where), **everywhere.values())
    found = _series(rows, "provider_id", exact=True)
    return sorted(found, key=lambda row: (-row["n"], int(row["bucket"])))


def _rows(conn: Connection, span: Span, columns: str, *, exact: bool) -> list[Row]:
    """Each answer, or the sums of their classes."""
    if exact:
        return conn.all(_EACH.format(columns=columns, where=span.during("offered_at")), **span.values())
    rows = conn.all(_CLASSED.format(columns=columns, where=span.where()), **span.values())
    return [row for row in rows if row["n"]]


def _of_zones(conn: Connection, span: Span, zones: list[str]) -> list[Row]:
    """The sums of the classes of these quarters alone."""
    named = {f"zone_{number}": "" if zone == UNKNOWN else zone for number, zone in enumerate(zones)}
    if not named:
        return []
    where = f"{span.where()} AND zone IN (:{', :'.join(named)})"
    rows = conn.all(_CLASSED.format(columns="zone", where=where), **span.values(), **named)
    return [row for row in rows if row["n"]]


def _series(rows: list[Row], bucket: str, *, exact: bool) -> list[Row]:
    groups: dict[str | int, list[Row]] = {}
    for row in rows:
        groups.setdefault(_ALL if bucket == _ALL else row[bucket] or "", []).append(row)
    entry = _of_each if exact else _of_classes
    return [entry(name, groups[name]) for name in sorted(groups)]


def _of_each(bucket: str | int, rows: list[Row]) -> Row:
    """A percentile is the smallest time that so many hundredths of the answers did not exceed (nearest rank)."""
    times = sorted(int(row["ms"]) for row in rows)
    p50, p90 = (times[-(-len(times) * share // 100) - 1] / 1000 for share in (50, 90))
    return _entry(bucket, (len(times), sum(times)), p50, p90)


def _of_classes(bucket: str | int, rows: list[Row]) -> Row:
    n, waited, *classes = (sum(int(row[name]) for row in rows) for name in _FIGURES)
    return _entry(bucket, (n, waited), within(classes, 0.5), within(classes, 0.9))


def _entry(bucket: str | int, seen: tuple[int, int], p50: float, p90: float) -> Row:
    n, waited_ms = seen
    return {
        "bucket": str(bucket or UNKNOWN),
        "n": n,
        "p50_seconds": round(p50, 3),
        "p90_seconds": round(p90, 3),
        "mean_seconds": round(waited_ms / n / 1000, 3),
    }


def within(counts: Sequence[int], share: float) -> float:
    """The time, in seconds, that a ``share`` of the answers did not exceed, as if those of a class were spread evenly
    over it: at most one class off (a sixth to a third of the value from 10 s to an hour). The last class, which is
    open, gives its beginning."""
    wanted, before = share * sum(counts), 0
    for number, count in enumerate(counts):
        if before + count >= wanted and count:
            low = CLASSES[number]
            high = CLASSES[number + 1] if number + 1 < len(CLASSES) else low
            return low + (high - low) * (wanted - before) / count
        before += count
    return 0.0
