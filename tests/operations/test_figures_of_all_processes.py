"""Two web and two worker processes: each web process tells the figures of all, and a death takes nothing off."""

from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.database_faults.town import Town, settle_providers, views_of
from tests.engines import Database
from tests.processes import Meta, Process, eventually, web

COUNTED = ("request_created", "offer_made", "request_accepted", "message_received")


@pytest.fixture
def meta() -> Iterator[Meta]:
    with Meta() as meta:
        yield meta


def figures(process: Process) -> dict[str, float]:
    """What one process says, without labels: a sum over them."""
    text = web().get(f"http://127.0.0.1:{process.port}/metrics").text
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


def test_every_web_process_tells_the_figures_of_all(postgresql_database: Database, meta: Meta) -> None:
    database = settle_providers(postgresql_database)
    webs = [Process(database, meta, "web") for _ in range(2)]
    workers = [Process(database, meta, "worker") for _ in range(2)]
    for process in (*webs, *workers):
        process.start()
    with Town(meta, webs) as town:
        for _ in range(6):
            town.journey()
        eventually(lambda: not differences(database, webs), "both say what the rows say", 15)
        before = figures(webs[0])
        webs[0].kill()
        workers[0].kill()
        for process in (webs[0], workers[0]):
            process.start()
        town.journey()
        eventually(lambda: figures(webs[0])["request_created_total"] == 7, "the seventh is counted, too", 15)
    after = figures(webs[0])
    fallen = [name for name, value in before.items() if name.endswith("_total") and after[name] < value]
    assert [name for name in fallen if not name.startswith(("process_", "python_"))] == []


def differences(database: Database, webs: list[Process]) -> list[str]:
    """Where a process says something else than the rows."""
    events = [event["name"] for event in views_of(database).events]
    rows = {name: float(events.count(name)) for name in COUNTED if name != "message_received"}
    said = [figures(process) for process in webs]
    found = [
        f"{name}: {value} {one[f'{name}_total']}"
        for name, value in rows.items()
        for one in said
        if one[f"{name}_total"] != value
    ]
    received = {one["message_received_total"] for one in said}
    return found + ([f"message_received: {received}"] if len(received) > 1 else [])
