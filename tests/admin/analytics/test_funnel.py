"""The day's funnel and the house's goals, equal to plain counts of the contract's views."""

from datetime import timedelta

import pytest

from mboa.storage.admin import funnel
from tests.admin.analytics.test_figures import busy_day, orders
from tests.city import City

PLAIN = """
SELECT (SELECT COUNT(*) FROM v_messages WHERE direction = 'in') AS messages,
       (SELECT COUNT(*) FROM v_messages WHERE direction = 'in' AND status = 'understood')
       - (SELECT COUNT(*) FROM v_events WHERE name = 'message_misunderstood') AS understood,
       (SELECT COUNT(*) FROM v_events WHERE name = 'request_drafted') AS drafted,
       COUNT(confirmed_at) AS confirmed, COUNT(accepted_at) AS matched,
       COUNT(CASE WHEN status = 'completed' THEN 1 END) AS done,
       (SELECT COUNT(*) FROM v_events WHERE name = 'feedback_received') AS rated
FROM v_requests"""
ANSWERS = """
SELECT COUNT(CASE WHEN status IN ('accepted', 'declined') THEN 1 END) AS answered,
       COUNT(CASE WHEN status IN ('accepted', 'declined', 'expired') THEN 1 END) AS asked FROM v_offers"""


async def test_each_step_equals_a_plain_count(city: City) -> None:
    await busy_day(city)
    day = await city.mboa.office.store.read(funnel.today)
    (plain,) = await city.rows(PLAIN)
    assert {name: getattr(day, name) for name in plain} == plain
    assert [step.n for step in funnel.steps(day)] == [plain[name] for name in plain if name != "drafted"]


async def test_whoever_still_waits_is_not_lost(city: City) -> None:
    await busy_day(city)
    await city.client("Chantal").writes("Bonjour, j'ai une panne de frigo")  # not confirmed yet
    await orders(city.client("Serge"))  # a provider is asked
    lost = {step.name: step.lost for step in funnel.steps(await city.mboa.office.store.read(funnel.today))}
    assert lost == {"messages": 0, "understood": 1, "confirmed": 1, "matched": 2, "done": 0, "rated": 0}


async def test_what_nobody_has_read_yet_counts_among_the_messages(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("Bonjour")
    await city.post(city.double.text(mireille.address, "une fuite à Akwa"))
    (plain,) = await city.rows(PLAIN)
    day = await city.mboa.office.store.read(funnel.today)
    assert (day.messages, day.misunderstood + day.understood) == (plain["messages"], 1) == (2, 1)


async def test_yesterday_is_not_today(city: City) -> None:
    await busy_day(city)
    city.clock.advance(timedelta(days=1).total_seconds())
    day = await city.mboa.office.store.read(funnel.today)
    assert (day.messages, day.confirmed, day.drafted) == (0, 0, 0)


async def test_the_goals_are_judged_by_what_happened(city: City) -> None:
    await busy_day(city)
    goals = {goal.name: goal for goal in await city.mboa.office.store.read(funnel.criteria)}
    (answers,), (plain,) = await city.rows(ANSWERS), await city.rows(PLAIN)
    assert goals["answering"].value == answers["answered"] / answers["asked"]
    assert goals["understood"].value == pytest.approx(plain["understood"] / (plain["understood"] + 1))
    assert goals["matched"].value == pytest.approx(1 / 3)
    assert (goals["matched"].n, goals["matched"].met) == (3, False)
    assert (goals["rating"].value, goals["rating"].met) == (5.0, True)


async def test_without_anything_to_judge_by_no_goal_is_met_or_missed(city: City) -> None:
    await orders(city.client("Mireille"))
    goals = {goal.name: goal for goal in await city.mboa.office.store.read(funnel.criteria)}
    assert (goals["rating"].value, goals["rating"].met, goals["rating"].n) == (None, None, 0)
