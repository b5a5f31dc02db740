"""Robots: they answer as people do, and keep their hands off a phone that somebody holds."""

import random

from mboa.demo.robots import LAST_ASKED, Robots, verdict
from mboa.demo.traffic import Stage
from mboa.storage import phones, timeline
from tests.demo.stage import MIREILLE, NEED

FAST = 1e9


async def shown(on: Stage, phone: str) -> list[str]:
    """What this phone's owner wrote."""
    screen = await on.mboa.office.store.read(phones.screen, phone, 0)
    return [bubble["text"] for bubble in screen if bubble["direction"] == "in"]


async def act(robots: Robots, on: Stage) -> None:
    """One look round, what the robots write, and all that follows."""
    await robots.look()
    await robots.idle()
    await on.turn()


async def test_a_robot_answers_an_open_offer_with_its_code(on: Stage) -> None:
    await on.says(MIREILLE, NEED, "oui")
    phone = await on.asked()
    await act(Robots(on.mboa, FAST, seed=1), on)
    assert len(answers := await shown(on, phone)) == 1
    assert answers[0].upper().startswith(("OUI ", "NON "))


async def test_a_robot_leaves_a_taken_phone_alone_until_it_is_given_back(on: Stage) -> None:
    await on.says(MIREILLE, NEED, "oui")
    phone = await on.asked()
    robots = Robots(on.mboa, FAST, seed=1)
    on.mboa.hands.by_hand.add(phone)
    await act(robots, on)
    assert await shown(on, phone) == []
    on.mboa.hands.by_hand.clear()
    await act(robots, on)
    assert len(await shown(on, phone)) == 1


async def test_a_phone_taken_while_its_robot_thinks_stays_silent(on: Stage) -> None:
    await on.says(MIREILLE, NEED, "oui")
    phone = await on.asked()
    robots = Robots(on.mboa, FAST, seed=1)
    await robots.look()
    on.mboa.hands.by_hand.add(phone)
    await robots.idle()
    assert await shown(on, phone) == []
    on.mboa.hands.by_hand.clear()
    await act(robots, on)
    assert len(await shown(on, phone)) == 1


async def test_robots_carry_a_story_to_its_end(on: Stage) -> None:
    await on.says(MIREILLE, NEED, "oui")
    robots = Robots(on.mboa, FAST, seed=1)
    for _ in range(8):
        await act(robots, on)
    told = (await on.mboa.office.store.read(timeline.timeline, MIREILLE))["request"]
    names = [event["name"] for event in told["events"]]
    assert told["status"] == "in_progress"
    assert names[-3:] == ["provider_en_route", "provider_arrived", "work_reported_done"]


async def test_an_offer_is_answered_once(on: Stage) -> None:
    await on.says(MIREILLE, NEED, "oui")
    phone = await on.asked()
    robots = Robots(on.mboa, FAST, seed=1)
    await robots.look()
    await robots.look()
    await robots.idle()
    assert len(await shown(on, phone)) == 1


def test_most_say_yes_some_no_some_nothing_and_the_last_always_yes() -> None:
    first = [verdict(random.Random(seed), 1) for seed in range(400)]
    last = [verdict(random.Random(seed), LAST_ASKED) for seed in range(400)]
    assert first.count("yes") > 2 * first.count("no") > 2 * first.count("silent") > 0
    assert set(last) == {"yes"}
