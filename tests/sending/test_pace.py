"""How fast one person, and the whole line, is written to."""

from dataclasses import replace
from itertools import pairwise

from mboa.fake_meta.faults import PROFILES
from tests.sending.stage import Town, most_within


async def test_one_person_gets_a_burst_and_then_an_even_flow(town: Town) -> None:
    mireille, paul = town.client("Mireille"), town.client("Paul")
    await town.tells(mireille, 50)
    assert town.taken(mireille) == [0.0] * 45
    await paul.writes("bonjour")
    assert town.taken(paul) == [0.0]
    await town.ticks(32, seconds=1)
    assert town.taken(mireille)[45:] == [6.0, 12.0, 18.0, 24.0, 30.0]


async def test_who_was_silent_for_a_while_gets_as_much_at_once_again(town: Town) -> None:
    mireille = town.client("Mireille")
    await town.tells(mireille, 45)
    await town.passes(seconds=60)
    await town.tells(mireille, 11)
    assert town.taken(mireille) == [0.0] * 45 + [60.0] * 10
    await town.passes(seconds=6)
    assert len(mireille.inbox) == 56


async def test_too_much_for_one_person_holds_up_him_alone(town: Town) -> None:
    mireille, paul = town.client("Mireille"), town.client("Paul")
    town.double.fail_next(mireille.address, code=131056)
    for words in ("bonjour", "menu", "statut", "aide"):
        await mireille.writes(words)
    await paul.writes("bonjour")
    assert (town.taken(mireille), town.taken(paul)) == ([], [0.0])
    await town.ticks(30, seconds=1)
    assert town.taken(mireille) == [6.0, 12.0, 18.0, 24.0]
    order = await town.rows("SELECT key FROM v_messages WHERE direction = 'out' AND contact_id = 1 ORDER BY id")
    assert [message.key for message in mireille.inbox] == [row["key"] for row in order]


async def test_a_channel_that_wants_its_burst_back_refuses_once(town: Town) -> None:
    town.double.adopt(replace(PROFILES["calm"], messages_per_second=0))
    mireille = town.client("Mireille")
    await town.tells(mireille, 50)
    await town.ticks(72, seconds=5)
    assert len(town.refused(131056)) == 1
    assert len(town.taken(mireille)) == 50
    assert all(later - earlier >= 6 for earlier, later in pairwise(town.taken(mireille)[44:]))


async def test_a_number_that_may_send_a_thousand_a_second_sends_no_more(town: Town) -> None:
    await town.crowd(160)
    await town.settle()
    await town.ticks(30, seconds=0.01)
    moments = town.taken()
    assert len(moments) == 160
    # An even thousand, and a twentieth of it ahead: then no second can hold more.
    assert all(most_within(moments, span) <= 1_000 * span + 50 for span in (0.01, 0.02, 0.05, 0.1))


async def test_a_refusal_for_throughput_leads_a_step_down(town: Town) -> None:
    people = await town.crowd(200)
    town.double.fail_next(people[70].address, code=130429)
    await town.settle()
    await town.ticks(90, seconds=0.05)
    (refused,) = town.refused(130429)
    after = [moment for moment in town.taken() if moment > refused]
    assert len(after) > 90
    assert most_within(after, 1.0) in range(60, 81)
    assert [len(person.inbox) for person in people] == [1] * 200


async def test_a_second_refusal_leads_to_the_lowest_step(town: Town) -> None:
    people = await town.crowd(110)
    in_turn = await town.in_turn(people)
    for person in (in_turn[0], in_turn[55]):
        town.double.fail_next(person.address, code=130429)
    await town.settle()
    await town.ticks(21, seconds=0.1)
    await town.ticks(60, seconds=0.018)
    await town.ticks(50, seconds=0.1)
    _, refused = town.refused(130429)
    after = [moment for moment in town.taken() if moment > refused]
    assert most_within(after, 1.0) in range(15, 21)
    assert [len(person.inbox) for person in people] == [1] * 110
