"""Success rate and response times as programs read them, equal to a plain count of the contract's views."""

from typing import Any

import pytest

from mboa.storage.admin.accounts import Language
from tests.admin.analytics.test_figures import busy_day, orders, same
from tests.admin.stage import at_desk
from tests.city import City

SUCCESS, TIMES = "/admin/analytics/success-rate", "/admin/analytics/response-times"
PLAIN = """
SELECT {bucket} AS bucket, COUNT(*) AS created, COUNT(accepted_at) AS accepted,
       COUNT(CASE WHEN status = 'completed' THEN 1 END) AS completed,
       COUNT(CASE WHEN status = 'cancelled' THEN 1 END) AS cancelled,
       COUNT(CASE WHEN status = 'unserved' THEN 1 END) AS unserved
FROM v_requests WHERE confirmed_at IS NOT NULL GROUP BY {bucket} ORDER BY {bucket}"""


async def series(city: City, url: str, **query: Any) -> list[dict[str, Any]]:
    """What the admin answers a program."""
    async with at_desk(city, "viewer") as desk:
        answer = await desk.get(url, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["series"]
    return found


@pytest.mark.parametrize("by", ["service", "zone"])
async def test_success_equals_a_plain_count_of_the_views(city: City, by: str) -> None:
    await busy_day(city)
    found = await series(city, SUCCESS, by=by)
    assert [{k: v for k, v in row.items() if k != "rate"} for row in found] == await city.rows(PLAIN.format(bucket=by))


async def test_the_rate_is_of_those_that_are_settled(city: City) -> None:
    await busy_day(city)  # one completed, one cancelled, one without a provider
    await orders(city.client("Chantal"))  # and one under way
    (day,) = await series(city, SUCCESS)
    assert (day["bucket"], day["created"], day["rate"]) == ("2026-11-23", 4, pytest.approx(1 / 3))


async def test_a_request_completed_later_counts_on_the_day_of_its_confirmation(city: City) -> None:
    paul = await city.provider("Paul")
    await orders(city.client("Mireille"))
    assert [(row["created"], row["rate"]) for row in await series(city, SUCCESS)] == [(1, None)]
    await paul.writes("OUI")
    await city.passes(days=2)
    await paul.writes("TERMINE")
    await city.passes(days=3)
    assert [(row["bucket"], row["rate"]) for row in await series(city, SUCCESS)] == [("2026-11-23", 1.0)]


async def test_the_provider_who_has_the_job_is_named(city: City) -> None:
    await busy_day(city)
    (row,) = await series(city, SUCCESS, by="provider")
    assert (row["name"] in {"Paul", "Awa"}, row["created"], row["rate"]) == (True, 1, 1.0)


@pytest.mark.parametrize("by", ["day", "service", "zone"])
async def test_response_times_run_from_offer_to_answer(city: City, by: str) -> None:
    await busy_day(city)  # NON after 2 minutes, OUI after 90 seconds; two said nothing
    (row,) = await series(city, TIMES, by=by)
    told = {name: value for name, value in row.items() if name != "bucket"}
    assert told == {"n": 2, "p50_seconds": 90, "p90_seconds": 120, "mean_seconds": 105}


async def test_each_provider_has_his_own_times(city: City) -> None:
    await busy_day(city)
    found = await series(city, TIMES, by="provider")
    assert sorted((row["n"], row["p50_seconds"]) for row in found) == [(1, 90), (1, 120)]
    assert {row["name"] for row in found} == {"Paul", "Awa"}


async def test_a_job_that_an_operator_gave_away_is_no_answer(city: City) -> None:
    await city.provider("Paul", zones="akwa")
    await orders(city.client("Mireille"))  # from Bonamoussadi, where nobody works
    async with at_desk(city) as desk:
        given = await desk.post("/admin/requests/1/assign", json={"provider_id": 1, "reason": "au téléphone"})
    assert given.status_code == 200, given.text
    for by in ("day", "zone", "provider"):
        assert await series(city, TIMES, by=by) == []
    await same(city)


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"from": "2026-11-23", "to": "2026-11-23"}, 1),
        ({"from": "2026-11-24"}, 0),
        ({"to": "2026-11-22"}, 0),
        ({"from": "2026-11-22T23:30:00Z"}, 1),  # half past midnight in Douala
        ({"from": "2026-11-23T23:30:00Z"}, 0),
        ({"to": "2026-11-23T00:00:00+01:00"}, 0),  # a midnight ends the day before
    ],
)
async def test_the_days_are_chosen_in_the_address(city: City, query: dict[str, str], days: int) -> None:
    await orders(city.client("Mireille"))
    await city.passes(days=1)
    assert len(await series(city, SUCCESS, **query)) == days


BAD = [
    {"from": "hier"}, {"to": "2026-13-45"}, {"from": "2026-11-23", "to": "2026-11-01"}, {"by": "client"},
    {"from": "0001-01-01"}, {"to": "9999-12-31T23:59:59Z"}, {"from": "2020-01-01", "to": "2026-01-01"},
    {"zone": "atlantis"}, {"service": "'; --"}, {"by": "provider", "zone": "akwa"}, {"from": "\x00"},
]  # fmt: skip


@pytest.mark.parametrize("url", [SUCCESS, TIMES])
async def test_a_value_that_makes_no_sense_is_refused_kindly(city: City, url: str) -> None:
    async with at_desk(city, "viewer") as desk:
        answers = [await desk.get(url, params=query) for query in BAD]
    assert [answer.status_code for answer in answers] == [422] * len(BAD)
    assert answers[3].json()["errors"] == {"by": "Au choix\u202f: day, service, zone, provider."}


async def test_the_definition_is_in_the_language_of_the_account(city: City) -> None:
    said = []
    languages: tuple[Language, ...] = ("fr", "en")
    for language in languages:
        async with at_desk(city, "viewer", language=language) as desk:
            said.append((await desk.get(SUCCESS)).json()["definition"])
    assert [words.split(" = ")[0] for words in said] == ["Taux de réussite", "Success rate"]
