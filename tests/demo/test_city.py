"""The demo city and its past."""

import re
from collections import Counter

from mboa.channels.numbers import to_e164
from mboa.demo import city, traffic
from mboa.demo.traffic import Stage
from mboa.roster import SERVICES
from mboa.storage.store import Connection, Row
from mboa.understanding.gazetteer import zones
from tests.demo.stage import browser
from tests.engines import HandClock


def rows(conn: Connection, sql: str) -> list[Row]:
    return conn.all(sql)


def test_everybody_works_where_and_as_what_mboa_knows() -> None:
    known = {zone.slug for zone in zones() if zone.city == "douala"}
    entries = city.entries()
    assert 12 <= len(entries) <= 15
    assert all(set(entry.services) <= SERVICES and set(entry.zones) <= known for entry in entries)
    assert all(to_e164(entry.phone) == entry.phone for entry in entries)
    assert len({entry.phone for entry in entries}) == len({entry.name for entry in entries}) == len(entries)
    assert all(entry.latitude and 3.9 < entry.latitude < 4.2 for entry in entries)


def test_the_first_three_phones_are_one_of_each_trade_in_bonamoussadi() -> None:
    shown = city.entries()[:3]
    assert [entry.services for entry in shown] == [("plumbing",), ("electricity",), ("appliance",)]
    assert all("bonamoussadi" in entry.zones for entry in shown)


async def test_ratings_of_an_earlier_life_count(on: Stage) -> None:
    known = await on.mboa.office.store.read(rows, "SELECT name, rating, rating_count FROM v_providers ORDER BY id")
    assert (known[0]["rating"], known[0]["rating_count"]) == (4.8, 5)
    assert known[12]["rating"] is None


async def test_the_past_is_played_and_leaves_nothing_empty(on: Stage, clock: HandClock) -> None:
    token = await traffic.play(on.mboa)
    store = on.mboa.office.store
    stood = Counter(row["status"] for row in await store.read(rows, "SELECT status FROM requests"))
    assert stood == {"completed": 3, "cancelled": 1, "in_progress": 1, "offered": 1}
    rated = await store.read(rows, "SELECT rating FROM requests WHERE rating IS NOT NULL ORDER BY id")
    assert [row["rating"] for row in rated] == [5, 4, 5]
    unread = await store.read(rows, "SELECT text, status FROM messages WHERE status NOT IN ('read', 'understood')")
    assert unread == []
    async with browser(on.mboa) as client:
        page = await client.get(f"/suivi/{token}")
    assert re.search(r"Prestataire en route", page.text)


async def test_the_past_takes_every_step_in_order(on: Stage) -> None:
    await traffic.play(on.mboa)
    told = await on.mboa.office.store.read(rows, "SELECT name FROM events WHERE request_id = 1 ORDER BY id")
    names = [row["name"] for row in told]
    assert names[-6:] == [
        "provider_en_route",
        "provider_arrived",
        "work_reported_done",
        "request_completed",
        "feedback_received",
        "comment_received",
    ]
