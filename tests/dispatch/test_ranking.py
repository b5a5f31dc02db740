"""Who may be asked, and who first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mboa.dispatch.matching import reason_against, works_at
from mboa.dispatch.people import Candidate
from mboa.dispatch.ranking import WEIGHTS, choose, distance_metres, reasons, score

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HERE = (4.0877, 9.7394)
PAUL = Candidate(
    provider_id=1,
    contact_id=11,
    available=True,
    capacity=None,
    hours=None,
    latitude=4.088,
    longitude=9.74,
    services_count=1,
    rating_sum=45,
    rating_count=10,
    offers_count=10,
    answers_count=9,
    answer_seconds=60.0,
    jobs_count=5,
    last_job_at=None,
    jobs_under_way=0,
    open_offers=0,
    window_open=True,
    asked_before=False,
    blocked=False,
    opted_out=False,
    is_client=False,
)
AWA = replace(PAUL, provider_id=2, contact_id=12)


def first(*candidates: Candidate) -> int | None:
    choice, _ = choose(candidates, HERE, NOW)
    return choice.provider_id if choice else None


@pytest.mark.parametrize(
    "worse",
    [
        {"latitude": 4.05, "longitude": 9.70},
        {"rating_sum": 30},
        {"answers_count": 2},
        {"answer_seconds": 500.0},
        {"services_count": 3},
        {"jobs_count": 40},
        {"last_job_at": NOW - timedelta(minutes=30)},
        {"jobs_under_way": 1},
        {"open_offers": 2},
        {"window_open": False},
    ],
)
def test_each_reason_weighs_against_an_equal(worse: dict[str, object]) -> None:
    assert first(replace(PAUL, **worse), AWA) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"available": False}, "paused"),
        ({"capacity": 1, "jobs_under_way": 1}, "at_capacity"),
        ({"hours": "18:00-06:00"}, "outside_hours"),
        ({"rating_sum": 15}, "rating_too_low"),
        ({"asked_before": True}, "asked_before"),
        ({"blocked": True}, "blocked"),
        ({"opted_out": True}, "opted_out"),
        ({"is_client": True}, "is_the_client"),
    ],
)
def test_who_may_not_be_asked_and_why(change: dict[str, object], reason: str) -> None:
    barred = replace(PAUL, **change)  # type: ignore[arg-type]
    choice, withheld = choose([barred, AWA], HERE, NOW)
    assert choice is not None
    assert choice.provider_id == 2
    assert withheld == [{"provider_id": 1, "reason": reason}]


def test_newcomers_pass_and_one_bad_vote_is_no_verdict() -> None:
    newcomer = replace(PAUL, rating_sum=0, rating_count=0, offers_count=0, answers_count=0, jobs_count=0)
    assert reason_against(newcomer, NOW) is None
    assert reason_against(replace(newcomer, rating_sum=1, rating_count=1), NOW) is None


def test_one_five_does_not_beat_many() -> None:
    once = replace(PAUL, rating_sum=5, rating_count=1)
    often = replace(PAUL, rating_sum=94, rating_count=20)
    assert reasons(often, HERE, NOW)["rating"] > reasons(once, HERE, NOW)["rating"]


def test_the_vector_of_reasons_makes_the_score() -> None:
    why = reasons(PAUL, HERE, NOW)
    assert set(why) == set(WEIGHTS)
    assert all(0 <= value <= 1 for value in why.values())
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)
    assert 0 < score(why) < 1


def test_equals_go_to_the_lower_number_and_nobody_to_nobody() -> None:
    assert first(AWA, PAUL) == 1
    assert first() is None


def test_an_unknown_place_is_neither_near_nor_far() -> None:
    assert reasons(PAUL, None, NOW)["distance"] == 0.5
    assert reasons(replace(PAUL, latitude=None), HERE, NOW)["distance"] == 0.5


def test_distance_is_good_to_a_part_in_a_hundred() -> None:
    # Bonamoussadi to Akwa by the great circle: 6,1 km.
    assert distance_metres((4.0877, 9.7394), (4.0483, 9.7043)) == pytest.approx(5_860, rel=0.02)


def test_working_hours_are_local_and_may_run_over_midnight() -> None:
    assert works_at("07:00-19:00", NOW)
    assert not works_at("10:00-19:00", NOW)
    assert works_at("22:00-09:30", NOW)
    assert works_at("", NOW)
