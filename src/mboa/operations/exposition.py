"""``/metrics``: what all processes counted and what the rows say, as Prometheus reads it."""

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import REGISTRY, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector, CollectorRegistry

from mboa.operations.ledger import Ledger
from mboa.operations.metrics import COUNTERS, GAUGES, TIMINGS, Metric
from mboa.operations.tally import Series
from mboa.storage import counters
from mboa.storage.gauges import gauges
from mboa.storage.store import Connection, Store

Totals = Mapping[Series, float]
Gauges = list[tuple[str, str, float]]


def _read(conn: Connection) -> tuple[Totals, Gauges]:
    return {Series(*series): value for series, value in counters.totals(conn).items()}, gauges(conn)


async def exposition(store: Store, ledger: Ledger) -> bytes:
    """The text: the whole system's figures, then those of the process that answers (its memory, its files).

    Raises ``StoreAway``: then there is no figure that is true.
    """
    await ledger.bring()
    totals, now = await store.read(_read)
    registry = CollectorRegistry()
    registry.register(_Figures(totals, now))
    return generate_latest(registry) + generate_latest(REGISTRY)


class _Figures(Collector):
    """One look at everything."""

    def __init__(self, totals: Totals, now: Gauges) -> None:
        self._totals = totals
        self._now = now

    def collect(self) -> Iterable[Family]:
        """Every declared metric, also one that was never counted."""
        for metric in COUNTERS.values():
            yield self._counter(metric)
        for metric in TIMINGS.values():
            yield self._timing(metric)
        for metric in GAUGES.values():
            yield self._gauge(metric)

    def _counter(self, metric: Metric) -> Family:
        family = CounterMetricFamily(metric.spelled, metric.text, labels=metric.labels)
        for labels in self._labels(metric, f"{metric.spelled}_total"):
            family.add_metric(labels, self._value(f"{metric.spelled}_total", metric, labels))
        return family

    def _timing(self, metric: Metric) -> Family:
        name = f"{metric.spelled}_seconds"
        family = HistogramMetricFamily(name, metric.text, labels=metric.labels)
        for labels in self._labels(metric, f"{name}_sum"):
            total, buckets = 0.0, []
            for edge in (*(f"{edge:g}" for edge in metric.buckets), "+Inf"):
                total += self._value(f"{name}_bucket", metric, labels, edge)
                buckets.append((edge, total))
            family.add_metric(labels, buckets, self._value(f"{name}_sum", metric, labels))
        return family

    def _gauge(self, metric: Metric) -> Family:
        family = GaugeMetricFamily(metric.spelled, metric.text, labels=metric.labels)
        for name, label, value in self._now:
            if name == metric.name:
                family.add_metric([label] if metric.labels else [], value)
        return family

    def _labels(self, metric: Metric, name: str) -> list[list[str]]:
        """The label values that occur; a metric without labels is there from the beginning."""
        found = [[value for _, value in series.labels] for series in self._totals if series.name == name]
        return found if metric.labels else [[]]

    def _value(self, name: str, metric: Metric, labels: list[str], edge: str | None = None) -> float:
        pairs = tuple(zip(metric.labels, labels, strict=True))
        return self._totals.get(Series(name, (*pairs, ("le", edge)) if edge else pairs), 0.0)


async def counted(store: Store, ledger: Ledger) -> list[dict[str, Any]]:
    """Every counter above zero, of all processes: ``name`` with the mission's dots, ``labels``, ``value``."""
    await ledger.bring()
    totals = await store.read(counters.totals)
    names = {f"{metric.spelled}_total": name for name, metric in COUNTERS.items()}
    return [
        {"name": names[name], "labels": dict(labels), "value": value}
        for (name, labels), value in sorted(totals.items())
        if name in names and value
    ]
