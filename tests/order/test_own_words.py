"""One person's own messages in an order that is not his: see ``test_permutations.py`` for what is promised."""

from itertools import permutations
from random import Random

import pytest

from tests.city import NEED, City
from tests.engines import Database, HandClock
from tests.invariants import look, violations
from tests.order.world import batch

PIECES = ("j'ai une fuite sous l'évier", "à Bonamoussadi derrière la pharmacie", "demain matin")
SLOTS = "SELECT status, service, zone, time_kind FROM requests"
FULL = [{"status": "confirming", "service": "plumbing", "zone": "bonamoussadi", "time_kind": "tomorrow_morning"}]


@pytest.mark.parametrize("order", list(permutations(PIECES)), ids=lambda order: " - ".join(order))
@pytest.mark.parametrize("together", [True, False])
async def test_pieces_of_a_need_make_the_same_request(city: City, order: tuple[str, ...], together: bool) -> None:
    mireille = city.client("Mireille")
    bodies = [city.double.text(mireille.address, words) for words in order]
    for body in [batch(bodies)] if together else bodies:
        await city.post(body)
        await city.settle()
    assert await city.rows(SLOTS) == FULL


async def test_what_waits_together_is_heard_as_it_was_written(city: City) -> None:
    mireille, bodies = city.client("Mireille"), []
    for words in ("Bonjour, j'ai une fuite d'eau à Makepe", "pardon, c'est à Bonamoussadi", "demain matin"):
        bodies.append(city.double.text(mireille.address, words))
        city.clock.advance(5)
    await city.post(batch(bodies[::-1]))
    await city.settle()
    texts = await city.rows("SELECT problem, zone FROM requests")
    assert [row["zone"] for row in texts] == ["bonamoussadi"]


@pytest.mark.parametrize("seed", range(12))
async def test_words_before_their_questions_break_nothing(sqlite_database: Database, seed: int) -> None:
    city, chance = City(sqlite_database, HandClock()), Random(seed)
    await city.open()
    paul, awa, mireille = await city.provider("Paul"), await city.provider("Awa"), city.client("Mireille")
    tap, text = city.double.tap, city.double.text
    bodies = [text(mireille.address, words) for words in (NEED, NEED, "OUI", "STATUT", "ANNULER", "5")]
    bodies += [tap(mireille.address, f"request:1:{verb}", verb) for verb in ("confirm", "cancel", "keep")]
    for person in (paul, awa):
        bodies += [tap(person.address, f"offer:{n}:{verb}", verb) for n in (1, 2) for verb in ("accept", "decline")]
        bodies += [text(person.address, words) for words in ("OUI", "NON", "TERMINE", "DISPO", "PAUSE")]
    chance.shuffle(bodies)
    for body in bodies:
        await city.post(batch([body, chance.choice(bodies)]))
        if chance.random() < 0.7:
            await city.settle()
    await city.passes(hours=80)
    await city.passes(hours=80)
    views = await city.mboa.office.store.read(look)
    unheard = [row for row in views.messages if row["direction"] == "in" and row["status"] != "understood"]
    await city.close()
    assert (len({row["external_id"] for row in views.messages if row["direction"] == "in"}), unheard) == (27, [])
    assert violations(views, list(city.double.log), now=city.clock()) == []
