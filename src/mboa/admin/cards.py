"""The cards of the page of figures: a finding, a chart, what it means, and the figures behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from markupsafe import Markup

from mboa.admin import charts, findings
from mboa.admin.charts import FEW, Series
from mboa.admin.prices import cost_xaf, price_list
from mboa.admin.rare_words import count_words
from mboa.admin.reader import Reader
from mboa.admin.scene import ZONES_SHOWN, Scene
from mboa.storage.admin.funnel import TARGETS
from mboa.storage.store import Row

NOTHING = Markup("")
ROWS_SHOWN = ZONES_SHOWN
HOURS = range(24)
_LAST_COUNT: dict[bytes, list[tuple[str, int]]] = {}


@dataclass(frozen=True, slots=True)
class Card:
    """``keys`` name the lines, with the class of each; ``rows`` are a table of bars; ``data`` the figures behind."""

    id: str
    title: str
    about: str
    chart: Markup = NOTHING
    keys: Sequence[tuple[str, str]] = ()
    rows: Sequence[Row] = ()
    kind: str = ""
    data: Markup = NOTHING


def cards(scene: Scene, reader: Reader) -> list[Card]:
    """All of them, in the order of the page."""
    bars = [_bars(kind, scene, reader) for kind in ("service", "zone", "provider")]
    unmet = [_places(scene, reader), _hours(scene, reader)]
    return [_success(scene, reader), _times(scene, reader), *bars, *unmet, _words(scene, reader), _costs(scene, reader)]


def _every_day(scene: Scene) -> list[str]:
    return [(scene.span.first + timedelta(days=number)).isoformat() for number in range(scene.span.days)]


def _values(rows: Sequence[Row | None], name: str) -> list[float | None]:
    return [row[name] if row else None for row in rows]


def _success(scene: Scene, reader: Reader) -> Card:
    said, days = reader.said, _every_day(scene)
    found = {row["day"]: row for row in scene.days}
    known = [found.get(day) for day in days]
    title = findings.of_success(scene, reader)
    lines = [
        Series(said["success"], _values(known, "rate"), [row["settled"] if row else 0 for row in known]),
        Series(said["matched"], _values(known, "matched"), [row["assigned"] if row else 0 for row in known]),
    ]
    goal = reader.say("goal", goal=reader.share(TARGETS["matched"]))
    labels = [reader.day(day) for day in days]
    head = (said["day"], said["created"], said["settled"], said["success"], said["matched"])
    data = [
        (
            reader.day(day),
            *map(reader.number, (row["created"], row["settled"])),
            *map(reader.share, (row["rate"], row["matched"])),
        )
        for day, row in found.items()
    ]
    return Card(
        "success",
        title,
        f"{said['success_definition']} {said['matched_definition']}",
        charts.line(title, labels, lines, charts.share_axis(reader.share), TARGETS["matched"]) if found else NOTHING,
        (("key", said["success"]), ("key two", said["matched"]), ("key goal", f"{said['matched']}, {goal}")),
        data=charts.table(head, data),
    )


def _times(scene: Scene, reader: Reader) -> Card:
    said, days = reader.said, _every_day(scene)
    found = {row["bucket"]: row for row in scene.times_by_day}
    known = [found.get(day) for day in days]
    title = findings.of_times(scene, reader)
    cases = [row["n"] if row else 0 for row in known]
    slow = _values(known, "p90_seconds")
    lines = [Series("p50", _values(known, "p50_seconds"), cases), Series("p90", slow, cases)]
    axis = charts.time_axis(slow, reader.duration)
    data = [
        (reader.day(day), reader.number(row["n"]), *map(reader.duration, (row["p50_seconds"], row["p90_seconds"])))
        for day, row in found.items()
    ]
    precision = said["times_exact" if scene.exact else "times_classed"]
    return Card(
        "answers",
        title,
        f"{said['times_definition']} {precision}",
        charts.line(title, [reader.day(day) for day in days], lines, axis) if found else NOTHING,
        (("key", "p50"), ("key two", "p90")),
        data=charts.table((said["day"], said["answers"], "p50", "p90"), data),
    )


def _bars(kind: str, scene: Scene, reader: Reader) -> Card:
    """A row for each service, quarter or provider: how well, how sure, how fast."""
    rows = sorted(scene.by[kind], key=lambda row: -int(row["created"]))[:ROWS_SHOWN]
    times = {row["bucket"]: row for row in scene.times_by[kind]}
    about = [reader.said["bars_definition"]] + [reader.said["everywhere"]] * (kind == "provider")
    shown = [_bar_row(kind, row, times.get(row["bucket"]), reader) for row in rows]
    return Card(f"{kind}s", findings.of_buckets(kind, rows, reader), " ".join(about), rows=shown, kind=kind)


def _bar_row(kind: str, row: Row, times: Row | None, reader: Reader) -> Row:
    settled = findings.settled(row)
    few = settled < FEW
    low, high = (None, None) if few else charts.wilson(row["completed"], settled) or (None, None)
    return {
        "name": reader.name(kind, row),
        "code": row["bucket"],
        "few": few,
        "bar": charts.bar(row["rate"], low, high, few=few),
        "rate": reader.share(row["rate"]),
        "created": reader.number(row["created"]),
        "median": reader.duration(times["p50_seconds"] if times else None),
        "n": reader.number(times["n"]) if times else "",
    }


def _places(scene: Scene, reader: Reader) -> Card:
    services = sorted({row["service"] for row in scene.places})
    counts = {(row["zone"], row["service"]): int(row["n"]) for row in scene.places}
    zones = list(dict.fromkeys(row["zone"] for row in scene.places))[:ROWS_SHOWN]
    rows = [(reader.name("zone", {"bucket": zone}), [counts.get((zone, one), 0) for one in services]) for zone in zones]
    columns = [reader.name("service", {"bucket": one}) for one in services]
    chart = charts.heat(reader.said["zone"], columns, rows, reader.number) if rows else NOTHING
    return Card("unmet", findings.of_places(scene, reader), reader.said["unmet_definition"], chart)


def _hours(scene: Scene, reader: Reader) -> Card:
    counts = {(row["service"], row["hour"]): int(row["n"]) for row in scene.hours}
    services = sorted({service for service, _ in counts})
    names = [reader.name("service", {"bucket": one}) for one in services]
    rows = [(f"{hour:02}", [counts.get((one, hour), 0) for one in services]) for hour in HOURS]
    used = [number for number, (_, values) in enumerate(rows) if any(values)]
    rows = rows[used[0] : used[-1] + 1] if used else []
    chart = charts.heat(reader.said["hour"], names, rows, reader.number) if rows else NOTHING
    return Card("hours", findings.of_hours(scene, reader), reader.said["unmet_definition"], chart)


def _words(scene: Scene, reader: Reader) -> Card:
    counted = _counted(scene.texts)
    most = counted[0][1] if counted else 1
    rows = [{"name": word, "bar": charts.bar(n / most), "n": reader.number(n)} for word, n in counted]
    return Card("words", findings.of_words(counted, reader), reader.said["words_definition"], rows=rows, kind="words")


def _counted(texts: Sequence[str]) -> list[tuple[str, int]]:
    """Counting a thousand texts takes longer than finding out that they are those of the look before; of these no text
    is kept, but its sum."""
    sign = sha256("\0".join(texts).encode()).digest()
    if sign not in _LAST_COUNT:
        counted = count_words(texts)
        _LAST_COUNT.clear()
        _LAST_COUNT[sign] = counted
    return _LAST_COUNT[sign]


def _costs(scene: Scene, reader: Reader) -> Card:
    said, price = reader.said, cost_xaf(scene.categories)
    rows = [
        (
            str(said["price"].get(row["category"], row["category"])),
            said["paid" if row["paid"] else "free"],
            reader.number(row["n"]),
        )
        for row in scene.categories
    ]
    rows.append((said["messages_out"], "", reader.number(scene.sent)))
    rows += _per_request(scene, price, reader)
    prices = price_list()
    source = reader.say("price_source", source=prices["source"], rate=reader.number(prices["xaf_per_usd"]))
    about = f"{said['costs_definition']} {said['everywhere']} {source if price is not None else said['no_price']}"
    chart = charts.table((said["category"], "", said["count"]), rows)
    return Card("costs", findings.of_costs(scene, reader), about, chart)


def _per_request(scene: Scene, price: float | None, reader: Reader) -> list[tuple[str, str, str]]:
    said = reader.said
    money: Callable[[float], str] = lambda amount: f"{reader.number(round(amount))} XAF"  # noqa: E731
    rows = (
        [(said["messages_out"], said["per_done"], reader.number(scene.sent / scene.completed))]
        if scene.completed
        else []
    )
    if price is not None:
        rows.append((said["cost"], "", money(price)))
        rows += [(said["cost"], said["per_done"], money(price / scene.completed))] if scene.completed else []
    return rows
