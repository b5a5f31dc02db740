"""The line rests when nobody answers or our account is refused; one message probes, and then everything goes out."""

import httpx2
import pytest

from mboa.fake_meta.double import error
from tests.sending.stage import Town, errors, offers_in, raised


async def test_a_dead_line_is_probed_ever_more_rarely(town: Town) -> None:
    people = await town.crowd(8)
    town.road.cut = True
    await town.settle()
    assert town.seconds(town.road.attempts) == [0.0] * 8
    await town.ticks(63, seconds=1)
    await town.ticks(40, seconds=3)
    assert town.seconds(town.road.attempts)[8:] == [1.0, 3.0, 7.0, 15.0, 31.0, 63.0, 123.0, 183.0]
    assert all(person.inbox == [] for person in people)


@pytest.mark.parametrize(("failures", "served"), [(4, [0.0]), (5, [])])
async def test_it_takes_five_failures_in_a_row(town: Town, failures: int, served: list[float]) -> None:
    people, paul = await town.crowd(failures), town.client("Paul")
    town.road.cut = True
    await town.settle()
    town.road.cut = False
    await paul.writes("bonjour")
    assert town.taken() == served
    await town.passes(seconds=1)
    assert [len(person.inbox) for person in (*people, paul)] == [1] * (failures + 1)


async def test_everything_goes_out_once_the_cable_is_whole(town: Town) -> None:
    people = await town.crowd(8)
    town.road.cut = True
    await town.ticks(20, seconds=10)
    for person in people:
        await town.post(town.double.text(person.address, "menu"))
    await town.ticks(10, seconds=10)
    town.road.cut = False
    await town.ticks(7, seconds=10)
    assert [len(person.inbox) for person in people] == [2] * 8
    assert all(row["status"] == "sent" for row in await outbound(town))
    assert [message.key for message in people[0].inbox] == [row["key"] for row in await outbound(town, contact=1)]


async def outbound(town: Town, contact: int | None = None) -> list[dict[str, str]]:
    """Every message out (to one contact), in the order they were written."""
    rows = await town.rows("SELECT status, key, contact_id FROM v_messages WHERE direction = 'out' ORDER BY id")
    return [row for row in rows if contact in {None, row["contact_id"]}]


async def test_after_a_success_the_count_begins_anew(town: Town) -> None:
    await town.crowd(8)
    town.road.cut = True
    await town.ticks(40, seconds=1)
    town.road.cut = False
    await town.ticks(63, seconds=1)
    assert len(town.taken()) == 8
    before = len(town.road.attempts)
    town.road.cut = True
    await town.crowd(8)
    await town.ticks(3, seconds=1)
    assert len(town.road.attempts) - before == 8 + 1


async def test_an_offer_loses_no_minutes_while_the_line_is_dead(town: Town) -> None:
    paul, awa = await town.provider("Paul"), await town.provider("Awa")
    town.road.cut = True
    await town.asked_for()
    await town.ticks(40, minutes=1)
    assert await town.offers() == ["open"]
    town.road.cut = False
    await town.passes(minutes=1)
    assert (len(offers_in(paul)), len(awa.inbox)) == (1, 0)
    await town.passes(minutes=9, seconds=59)
    assert await town.offers() == ["open"]
    await town.passes(seconds=1)
    assert await town.offers() == ["expired", "open"]


async def test_an_offer_that_is_too_old_after_the_outage_is_not_made(town: Town) -> None:
    paul, awa = await town.provider("Paul"), await town.provider("Awa")
    town.road.cut = True
    mireille = await town.asked_for()
    await town.ticks(125, minutes=1)
    town.road.cut = False
    await town.ticks(5, minutes=1)
    assert (paul.inbox, awa.inbox) == ([], [])
    assert await town.offers() == ["undeliverable"]
    assert mireille.heard("toujours besoin") == 1
    await mireille.writes("oui")
    assert await town.offers() == ["undeliverable", "open"]
    assert len(offers_in(awa)) == 1


async def test_a_named_time_is_waited_by_the_whole_line(town: Town) -> None:
    mireille, paul = town.client("Mireille"), town.client("Paul")
    town.road.says.append(httpx2.Response(429, headers={"retry-after": "40"}))
    await mireille.writes("bonjour")
    await paul.writes("bonjour")
    await town.ticks(39, seconds=1)
    assert len(town.road.attempts) == 1
    await town.ticks(3, seconds=1)
    assert (town.taken(mireille), town.taken(paul)) == ([40.0], [40.0])


async def test_an_offer_made_while_the_line_waits_a_named_time_keeps_its_minutes(town: Town) -> None:
    paul, awa = await town.provider("Paul"), await town.provider("Awa")
    town.road.says.append(httpx2.Response(429, headers={"retry-after": "1800"}))
    await town.client("Ngono").writes("bonjour")
    await town.asked_for()
    await town.ticks(31, minutes=1)
    assert await town.offers() == ["open"]
    assert (len(offers_in(paul)), len(awa.inbox)) == (1, 0)


async def test_a_refused_account_stops_the_line_and_calls_a_person(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    mireille, paul = town.client("Mireille"), town.client("Paul")
    town.double.fail_next(mireille.address, code=190)
    with raised("channel_paused_total", by=1, channel="whatsapp"):
        await mireille.writes("bonjour")
    assert errors(caplog.records) == ["channel_paused"]
    await paul.writes("bonjour")
    await town.passes(seconds=59)
    assert len(town.road.attempts) == 1
    await town.ticks(2, seconds=1)
    assert (town.taken(mireille), town.taken(paul)) == ([60.0], [60.0])


@pytest.mark.parametrize("code", [131056, 131048, 131026])
async def test_a_probe_that_is_refused_for_its_own_sake_opens_the_line(town: Town, code: int) -> None:
    await town.crowd(6)
    town.road.cut = True
    await town.settle()
    town.road.cut = False
    town.road.says.append(httpx2.Response(400, json=error(code, "for its own sake")))
    await town.passes(seconds=1)
    assert town.taken() == [1.0] * 5


async def test_a_probe_that_finds_nobody_after_a_refusal_for_throughput_is_soon_repeated(town: Town) -> None:
    people = await town.crowd(3)
    town.road.says.append(httpx2.Response(400, json=error(130429, "too fast")))
    await town.settle()
    await people[0].writes("menu")
    town.road.cut = True
    await town.passes(seconds=1)
    town.road.cut = False
    await town.ticks(5, seconds=1)
    assert max(town.taken()) <= 3.0
    assert sum(len(person.inbox) for person in people) == 4
