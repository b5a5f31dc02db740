"""Counts of many processes become one; no restart takes anything off, and no lost answer adds anything twice."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mboa.operations.exposition import exposition
from mboa.operations.ledger import Ledger
from mboa.operations.metrics import COUNTERS, GAUGES, TALLY, TIMINGS, track_metric
from mboa.operations.tally import Series, Tally
from mboa.storage import counters
from mboa.storage.store import Store, StoreAway
from tests.city import NEED, City


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> Iterator[None]:
    TALLY.take()
    yield
    TALLY.take()


async def figures(store: Store) -> dict[str, float]:
    """``name{label,…}`` to value, of everything that is not about this very process."""
    text = (await exposition(store, Ledger(store))).decode()
    return {
        sample.name + "".join(f"|{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not family.name.startswith(("process", "python"))
    }


def counts(**named: float) -> Tally:
    """A process that counted so much."""
    tally = Tally()
    for name, value in named.items():
        tally.add((Series(name, ()), value))
    return tally


async def test_what_every_process_counted_is_added_up(store: Store) -> None:
    for tally in (counts(request_created_total=2), counts(request_created_total=3), counts(offer_made_total=1)):
        await Ledger(store, tally).bring()
    found = await figures(store)
    assert (found["request_created_total"], found["offer_made_total"]) == (5, 1)


async def test_a_restart_takes_nothing_off(store: Store) -> None:
    for _ in range(3):
        await Ledger(store, counts(request_created_total=2)).bring()
    await store.write(counters.forget)
    assert (await figures(store))["request_created_total"] == 6


class Unsure:
    """A store whose answer to the first commit is lost."""

    def __init__(self, store: Store) -> None:
        self.store, self.lost = store, False

    async def write(self, *given: Any) -> Any:
        done: Any = await self.store.write(*given)
        if not self.lost:
            self.lost = True
            raise StoreAway("the answer was lost")
        return done


async def test_a_batch_whose_commit_was_not_confirmed_counts_once(store: Store) -> None:
    tally = counts(request_created_total=2)
    ledger = Ledger(Unsure(store), tally)  # type: ignore[arg-type]
    with pytest.raises(StoreAway):
        await ledger.bring()
    tally.add((Series("request_created_total", ()), 1))
    await ledger.try_to_bring()
    assert (await figures(store))["request_created_total"] == 3


async def test_a_timing_says_how_many_were_as_fast(store: Store) -> None:
    for seconds in (0.004, 0.005, 0.02, 7):
        track_metric("webhook.latency", seconds)
    found = await figures(store)
    told = [found[f"webhook_latency_seconds_bucket|{edge}"] for edge in ("0.005", "0.01", "0.025", "2.5", "+Inf")]
    assert told == [2, 2, 3, 3, 4]
    assert found["webhook_latency_seconds_count"] == 4
    assert found["webhook_latency_seconds_sum"] == pytest.approx(7.029)


async def test_one_word_feeds_log_figures_and_admin_alike(city: City, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "mboa.operations.metrics")
    track_metric("message.sent", 1, channel="whatsapp", outcome="sent")
    assert [vars(line)["metric"] for line in caplog.records if line.message == "metric"] == ["message.sent"]
    assert 'message_sent_total{channel="whatsapp",outcome="sent"} 1.0' in (await city.web.get("/metrics")).text


def test_undeclared_names_and_labels_are_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        track_metric("request.dreamt")
    with pytest.raises(ValueError, match="labels"):
        track_metric("message.sent", 1, channel="whatsapp")


async def test_every_declared_figure_is_there_from_the_beginning(store: Store) -> None:
    text = (await exposition(store, Ledger(store))).decode()
    told = {family.name for family in text_string_to_metric_families(text)}
    timings = {f"{metric.spelled}_seconds" for metric in TIMINGS.values()}
    assert {metric.spelled for metric in (*COUNTERS.values(), *GAUGES.values())} | timings <= told
    assert {"request_created_total 0.0", "success_rate 0.0"} <= set(text.splitlines())


async def test_what_waits_shows_with_its_age(city: City) -> None:
    await city.provider("Paul")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await city.post(city.double.text(mireille.address, "STATUT"))
    city.clock.advance(700)
    found = await figures(city.mboa.office.store)
    assert (found["inbox_waiting"], found["inbox_age_seconds"]) == (1, 700)
    assert (found["offers_open"], found["deadline_lateness_seconds"]) == (1, 100)
    assert (found["requests_live|offered"], found["outbox_age_seconds"]) == (1, 0)
    assert "backup_age_seconds" not in found


async def test_figures_equal_a_recount_of_the_rows(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    for words in (NEED, "OUI"):
        await mireille.writes(words)
    await paul.writes("OUI")
    found = await figures(city.mboa.office.store)
    for name in ("request_created", "request_accepted", "offer_made"):
        [row] = await city.rows("SELECT COUNT(*) AS n FROM v_events WHERE name = :name", name=name)
        assert found[f"{name}_total"] == row["n"] == 1
    [row] = await city.rows("SELECT COUNT(*) AS n FROM v_messages WHERE direction = 'in'")
    assert found["message_received_total|whatsapp"] == row["n"]
