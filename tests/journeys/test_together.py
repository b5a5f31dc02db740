"""Offers that end at the same time: each is a story of its own, though they share a transaction."""

from collections import Counter
from collections.abc import Sequence

import pytest

from mboa.storage.store import Connection
from mboa.work import deadlines
from tests.city import City, opened
from tests.engines import Database, HandClock

CLIENTS = ("Mireille", "Ngono", "Aïcha", "Serge", "Brenda", "Hervé", "Odette")
ASKED_OF_PAUL = 4
# Ratings, how many, offers and answers to them: no two weigh the same, and none outweighs an offer on his hands by far.
RECORDS = {"Paul": (21, 5, 9, 7), "Ebongue": (33, 8, 4, 3), "Awa": (20, 5, 9, 7), "Fatou": (24, 6, 12, 8)}


async def asked_all_at_once(city: City, zone: str = "Bonamoussadi") -> None:
    """Some ask when Paul is alone, the others when Ebongue is; both are silent, both are there, and two more."""
    await enters(city, "Paul", zone)
    await ask(city, zone, CLIENTS[:ASKED_OF_PAUL])
    await change(city, "UPDATE providers SET available = :no WHERE name LIKE 'Paul%'", no=False)
    await enters(city, "Ebongue", zone)
    await ask(city, zone, CLIENTS[ASKED_OF_PAUL:])
    await change(city, "UPDATE providers SET available = :yes WHERE name LIKE 'Paul%'", yes=True)
    for name in ("Awa", "Fatou"):
        await enters(city, name, zone)


async def enters(city: City, name: str, zone: str) -> None:
    await city.provider(f"{name} de {zone}", zones=zone.lower())
    await change(
        city,
        "UPDATE providers SET rating_sum = :sum, rating_count = :rated, offers_count = :offers,"
        " answers_count = :answers WHERE name = :name",
        name=f"{name} de {zone}",
        **dict(zip(("sum", "rated", "offers", "answers"), RECORDS[name], strict=True)),
    )


async def ask(city: City, zone: str, names: Sequence[str]) -> None:
    for client in map(city.client, names):
        await client.writes(f"Bonjour, j'ai une fuite sous l'évier à {zone}, demain matin")
        await client.writes("OUI")


async def change(city: City, sql: str, **values: object) -> None:
    def run(conn: Connection) -> None:
        conn.run(sql, **values)

    await city.mboa.office.store.write(run)


async def test_together_they_go_where_they_would_have_gone_one_by_one(
    database: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "SIDE_BY_SIDE", 1)
    async with opened(City(database, clock)) as city:
        found = {}
        for zone, most in (("Bonamoussadi", 32), ("Akwa", 1)):
            monkeypatch.setattr(deadlines, "TOGETHER", most)
            await asked_all_at_once(city, zone)
            await city.passes(minutes=11)
            found[zone] = await city.rows(
                "SELECT p.name, o.score FROM offers o JOIN providers p ON p.id = o.provider_id"
                " WHERE o.position = 2 AND p.name LIKE :zone ORDER BY o.id",
                zone=f"% de {zone}",
            )
        together, apart = ([(row["name"].split()[0], row["score"]) for row in rows] for rows in found.values())
        assert together == apart
        # Who has an offer on his hands comes after his equals: they are shared out.
        assert len({name for name, _ in together}) >= 3


async def test_the_silent_is_counted_once_for_each(city: City) -> None:
    await asked_all_at_once(city)
    await city.passes(minutes=11)
    assert Counter(await city.offers()) == {"expired": len(CLIENTS), "open": len(CLIENTS)}
    counted = await city.rows("SELECT name, offers_count FROM providers ORDER BY id LIMIT 2")
    paul, ebongue = (row["offers_count"] for row in counted)
    assert (paul, ebongue) == (9 + ASKED_OF_PAUL, 4 + len(CLIENTS) - ASKED_OF_PAUL)


async def test_each_keeps_to_himself_whom_he_may_not_be_sent(city: City) -> None:
    await asked_all_at_once(city)
    await change(city, "UPDATE providers SET active = :no WHERE name NOT LIKE 'Awa%'", no=False)
    await change(
        city,
        "INSERT INTO blocks (client_id, provider_id, created_at)"
        " SELECT r.client_id, p.id, r.created_at FROM requests r, providers p"
        " WHERE p.name LIKE 'Awa%' AND r.id = (SELECT MIN(id) FROM requests)",
    )
    await city.passes(minutes=11)
    second = await city.rows("SELECT request_id FROM v_offers WHERE status = 'open' ORDER BY request_id")
    statuses = [row["status"] for row in await city.rows("SELECT status FROM v_requests ORDER BY id")]
    assert statuses == ["unserved", *["offered"] * (len(CLIENTS) - 1)]
    assert len(second) == len(CLIENTS) - 1


async def test_one_that_cannot_be_ended_holds_up_no_other(city: City) -> None:
    await asked_all_at_once(city)
    first = "(SELECT MIN(id) FROM requests)"
    await change(city, f"UPDATE requests SET full_sealed = 'broken' WHERE id = {first}")
    await city.passes(minutes=11)
    assert Counter(await city.offers()) == {"open": len(CLIENTS), "expired": len(CLIENTS) - 1}
    await change(city, f"UPDATE requests SET full_sealed = NULL WHERE id = {first}")
    await city.passes(seconds=2)
    assert Counter(await city.offers()) == {"open": len(CLIENTS), "expired": len(CLIENTS)}
