"""Meta's limits: one person, one second, one day's strangers."""

from datetime import timedelta

import pytest

from mboa.fake_meta.double import MetaDouble
from mboa.fake_meta.faults import PROFILES, changed
from tests.engines import HandClock
from tests.fake_meta.stage import MIREILLE, PAUL, code, offer, words


@pytest.fixture
def meta(clock: HandClock) -> MetaDouble:
    """A strict double; Paul and Mireille have just written."""
    meta = MetaDouble(clock, PROFILES["calm"])
    meta.text(PAUL, "DISPO")
    meta.text(MIREILLE, "Bonjour")
    clock.advance(1)
    return meta


def test_paul_is_written_to_every_six_seconds(meta: MetaDouble, clock: HandClock) -> None:
    for _ in range(60):
        assert code(meta.accept(words())) is None
        clock.advance(6)


def test_a_burst_is_paid_back_before_the_next_message(meta: MetaDouble, clock: HandClock) -> None:
    assert [code(meta.accept(words())) for _ in range(20)] == [None] * 20
    clock.advance(119)
    assert code(meta.accept(words())) == 131056
    clock.advance(1)
    assert code(meta.accept(words())) is None


def test_a_burst_ends_after_45_and_its_refusals_cost_nothing(meta: MetaDouble, clock: HandClock) -> None:
    codes = [code(meta.accept(words())) for _ in range(50)]
    assert codes == [None] * 45 + [131056] * 5
    clock.advance(45 * 6)
    assert code(meta.accept(words())) is None


def test_the_second_message_of_an_unhurried_pair_may_follow_but_not_a_third(meta: MetaDouble, clock: HandClock) -> None:
    meta.accept(words())
    clock.advance(3)
    assert code(meta.accept(words())) is None
    clock.advance(4)
    assert code(meta.accept(words())) == 131056
    clock.advance(5)
    assert code(meta.accept(words())) is None


def test_the_milder_reading_is_a_bucket_of_45(clock: HandClock) -> None:
    meta = MetaDouble(clock, changed(PROFILES["calm"], {"pair_pays_back": False}))
    meta.text(PAUL, "DISPO")
    clock.advance(1)
    codes = [code(meta.accept(words())) for _ in range(46)]
    assert codes == [None] * 45 + [131056]
    for _ in range(3):
        clock.advance(6)
        assert [code(meta.accept(words())) for _ in range(2)] == [None, 131056]


def test_a_burst_to_paul_leaves_mireille_alone(meta: MetaDouble) -> None:
    for _ in range(46):
        answer = meta.accept(words())
    assert code(answer) == 131056
    assert code(meta.accept(words(MIREILLE))) is None


def test_eighty_messages_fit_into_a_second(meta: MetaDouble, clock: HandClock) -> None:
    codes = [code(meta.accept(offer(f"+2376990{number:05}"))) for number in range(81)]
    assert codes == [None] * 80 + [130429]
    clock.advance(1)
    assert code(meta.accept(offer())) is None


def test_what_people_write_counts_into_the_throughput(meta: MetaDouble) -> None:
    for number in range(79):
        meta.text(f"+2376990{number:05}", "DISPO")
    assert [code(meta.accept(words())) for _ in range(2)] == [None, 130429]


def test_two_hundred_and_fifty_strangers_a_day(meta: MetaDouble, clock: HandClock) -> None:
    strangers = [f"+2376980{number:05}" for number in range(251)]
    for stranger in strangers[:250]:
        assert code(meta.accept(offer(stranger))) is None
        clock.advance(10)
    assert code(meta.accept(offer(strangers[250]))) == 131048
    assert code(meta.accept(offer(strangers[0]))) is None, "he is one of the 250"
    assert code(meta.accept(offer(MIREILLE))) is None, "she wrote today"
    clock.advance(timedelta(days=1).total_seconds() - 2_500)
    assert code(meta.accept(offer(strangers[250]))) is None


def test_a_refused_message_uses_up_no_stranger(clock: HandClock) -> None:
    meta = MetaDouble(clock, changed(PROFILES["calm"], {"closed_window_people": 1}))
    assert code(meta.accept(words(PAUL))) == 131047
    assert code(meta.accept(offer(MIREILLE))) is None
    assert code(meta.accept(offer(PAUL))) == 131048


def test_without_a_profile_only_the_window_is_strict(clock: HandClock) -> None:
    meta = MetaDouble(clock)
    meta.text(PAUL, "DISPO")
    assert {code(meta.accept(words())) for _ in range(300)} == {None}
    assert {code(meta.accept(offer(f"+2376980{number:05}"))) for number in range(300)} == {None}
    assert code(meta.accept(words(MIREILLE))) == 131047
