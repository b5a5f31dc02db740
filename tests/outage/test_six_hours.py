"""Six hours down, from ten past nine in the evening to ten past three: 2,000 requests under way, 100,000 over."""

import time
from collections import Counter, deque
from datetime import UTC, datetime, timedelta

from mboa.storage.store import Connection, Row
from tests.city import City, Person
from tests.engines import Database, HandClock
from tests.invariants import Views, look, violations
from tests.outage.night import LIVE_COPIES, go_down
from tests.processes import Meta, Process, eventually

# Local time is an hour ahead.
EVENING = datetime(2026, 11, 22, 20, 5, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
MORNING = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
# Asked nobody yet, asked somebody, not even that: all but those whose provider is found.
IN_DOUBT = 3 * LIVE_COPIES
# Meta's throughput: messages a second.
LINE = 80
READY_WITHIN = 15.0


def keys(city: City, since: int) -> list[str]:
    """The keys of what was sent since, in order."""
    return [entry["payload"]["biz_opaque_callback_data"] for entry in list(city.double.log)[since:]]


def live(conn: Connection) -> Views:
    """What is under way, of the whole that the judge looks at."""
    whole = look(conn)
    mine = {row["id"] for row in whole.requests if row["closed_at"] is None}

    def of(rows: list[Row]) -> list[Row]:
        return [row for row in rows if row["request_id"] in mine]

    requests = [row for row in whole.requests if row["id"] in mine]
    return Views(requests, of(whole.offers), of(whole.messages), of(whole.events), whole.timers)


async def test_nothing_at_night_and_one_question_in_the_morning(database: Database) -> None:
    city = City(database, HandClock(EVENING), quiet_hours="21:30-06:00")
    city.double.log = deque()
    await city.open()
    await go_down(city)
    city.clock.set(NIGHT)
    await city.restart()
    down = len(city.double.log)
    for _ in range(10):
        await city.passes(seconds=30)
    up = len(city.double.log)
    assert Counter(key.partition(":")[0] for key in keys(city, down)) == {}
    city.clock.set(MORNING)
    for _ in range(40):
        await city.passes(seconds=1)
    morning, pace = keys(city, up), Counter(entry["at"] for entry in list(city.double.log)[up:])
    await assert_one_question_each(city, morning, pace)
    await assert_who_says_yes_is_served(city)
    found = violations(await city.mboa.office.store.read(live), (), now=city.clock(), settled=False)
    await city.close()
    assert found == []


async def assert_one_question_each(city: City, morning: list[str], pace: Counter[datetime]) -> None:
    """One question to each in doubt, paced, and not one offer of yesterday."""
    asked = Counter(entry["payload"]["to"] for entry in list(city.double.log)[-len(morning) :])
    assert Counter(key.partition(":")[0] for key in morning) == {"doubt": IN_DOUBT}
    assert set(asked.values()) == {1}
    assert max(pace.values()) <= LINE * 2, "a burst of a second may go ahead of the pace, and no more"
    assert len(morning) / len(pace) <= LINE * 1.2
    offers = await city.rows("SELECT status, COUNT(*) AS n FROM v_offers WHERE status = 'open' GROUP BY status")
    assert offers == []


async def assert_who_says_yes_is_served(city: City) -> None:
    """Who says yes is served at once."""
    asked = [entry for entry in city.double.log if entry["payload"]["biz_opaque_callback_data"].startswith("doubt:")]
    number = int(asked[-1]["payload"]["biz_opaque_callback_data"].split(":")[1])
    (need,) = await city.rows("SELECT service, zone FROM v_requests WHERE id = :id", id=number)
    await city.provider("Awa", need["service"], need["zone"])
    before = len(city.double.log)
    mireille = Person(city, "Mireille", f"+{asked[-1]['payload']['to']}")
    await mireille.writes("OUI")
    await city.passes(seconds=1)
    assert sorted(key.partition(":")[0] for key in keys(city, before)[:2]) == ["offer", "reply"]


class Restarted(Process):
    """A process of which nothing is expected before it is ready, however crowded the machine is."""

    def start(self) -> None:
        self._running = self._launch()
        eventually(self._answers, "mboa serve is ready", 120)


async def test_a_process_is_ready_within_fifteen_seconds(database: Database) -> None:
    city = City(database, HandClock(datetime.now(UTC) - timedelta(hours=6)))
    await city.open()
    await go_down(city)
    await city.close()
    with Meta() as meta:
        process, crowd = Restarted(database, meta), crowding()
        began = time.monotonic()
        process.start()
        took = time.monotonic() - began
        crowd = max(crowd, crowding())
        assert process.stop() == 0
    assert took <= READY_WITHIN * crowd


def crowding() -> float:
    """How much longer a computation takes than the processor's time for it: 1 on a machine that is not shared."""
    began, used = time.monotonic(), time.process_time()
    while time.process_time() - used < 0.2:
        pass
    return max(1.0, (time.monotonic() - began) / (time.process_time() - used))
