"""What may go wrong, and how often."""

from collections import Counter
from typing import Any

import pytest

from mboa.fake_meta.faults import PROFILES, Profile, Weather, changed


def weather(**knobs: Any) -> Weather:
    return Weather(Profile(**knobs), seed=7)


def test_the_same_seed_gives_the_same_weather() -> None:
    first, second, other = (Weather(PROFILES["chaos"], seed) for seed in (3, 3, 4))
    days = [[one.fate() for _ in range(200)] for one in (first, second, other)]
    assert days[0] == days[1] != days[2]
    assert len(set(days[0])) == 8, "every fate happens in chaos"


def test_a_fate_is_as_frequent_as_its_share() -> None:
    troubled = weather(lost=0.1, reset=0.3)
    drawn = Counter(troubled.fate() for _ in range(10_000))
    assert drawn.keys() == {"lost", "reset", "normal"}
    assert abs(drawn["lost"] - 1_000) < 150
    assert abs(drawn["reset"] - 3_000) < 200


def test_statuses_happen_in_order() -> None:
    ticks = weather(read_share=1.0, status_seconds=(4.0, 4.0)).ticks("normal")
    assert [(tick.state, tick.happens) for tick in ticks] == [("sent", 1.0), ("delivered", 4.0), ("read", 12.0)]
    assert all(tick.leaves == tick.happens for tick in ticks)


def test_a_downgrade_is_a_sent_that_arrives_after_delivered() -> None:
    sent, delivered, _ = weather(statuses_downgraded=1.0, read_share=1.0).ticks("normal")
    assert (sent.state, delivered.state) == ("sent", "delivered")
    assert sent.happens < delivered.happens
    assert sent.leaves > delivered.leaves


@pytest.mark.parametrize(
    ("knobs", "states"),
    [
        ({"statuses_missing": 1.0}, []),
        ({"statuses_failed": 1.0}, ["sent", "failed"]),
        ({"delivered_skipped": 1.0, "read_share": 1.0}, ["sent", "read"]),
        ({"read_share": 0.0}, ["sent", "delivered"]),
    ],
)
def test_statuses_stay_away_or_fail(knobs: dict[str, float], states: list[str]) -> None:
    ticks = weather(**knobs).ticks("normal")
    assert [tick.state for tick in ticks] == states
    assert [tick.code for tick in ticks if tick.state == "failed"] == [131026] * states.count("failed")


def test_a_lost_answer_is_cleared_up_or_not() -> None:
    assert weather(statuses_after_lost=0.0).ticks("reset") == []
    assert weather(statuses_after_lost=0.0).ticks("normal") != []
    assert weather(statuses_after_lost=1.0).ticks("reset") != []


def test_every_share_of_every_profile_can_come_about() -> None:
    for profile in PROFILES.values():
        shares = [
            getattr(profile, name) for name in ("lost", "reset", "cut", "slow", "error", "error_after", "throttled")
        ]
        assert sum(shares) <= 1
        assert changed(profile, {}) == profile


@pytest.mark.parametrize(
    "change",
    [
        {"loss": 0.1},
        {"lost": 1.5},
        {"lost": -0.1},
        {"lost": "much"},
        {"lost": True},
        {"shuffled": 1},
        {"pair_burst": 4.5},
        {"answer_seconds": 3},
        {"answer_seconds": [3, 1]},
        {"batch_updates": 1_001},
        {"batch_updates": 0},
    ],
)
def test_a_knob_that_cannot_be_turned_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        changed(PROFILES["calm"], change)


def test_knobs_are_turned() -> None:
    turned = changed(PROFILES["calm"], {"lost": 0.5, "answer_seconds": [1, 2], "shuffled": True})
    assert (turned.lost, turned.answer_seconds, turned.shuffled) == (0.5, (1, 2), True)
    assert turned.pair_burst == 45
