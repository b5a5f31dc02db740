"""The client's follow page: the milestones in words, and nothing that a stranger may not know."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mboa.dispatch.policy import DOUALA
from mboa.dispatch.status import OfferStatus, Status
from mboa.notifications.counts import duration, ordinal, rating
from mboa.notifications.phrasebook import catalogue
from mboa.notifications.story import MILESTONES, story
from mboa.notifications.when import clock, day, stamp
from tests.notifications.stage import EBONGUE, FIRST, MINUTE, MIREILLE, NOW, SECOND, job, leak

BEGUN: list[tuple[datetime, str]] = [(NOW - 20 * MINUTE, "request_drafted"), (NOW - 12 * MINUTE, "request_created")]


def test_a_search_is_told_up_to_the_open_offer_and_beyond() -> None:
    steps = story(leak(), [FIRST, SECOND], [*BEGUN, (NOW, "offer_made")], "fr")
    assert [(step.text.replace("\u202f", " "), step.state) for step in steps[:3]] == [
        ("Demande reçue", "done"),
        ("Premier prestataire contacté", "done"),
        ("Deuxième prestataire contacté, réponse attendue avant 14 h 22", "now"),
    ]
    assert [step.state for step in steps[3:]] == ["next"] * 4
    assert all(step.at is None for step in steps[3:])


def test_the_way_shortens_as_the_provider_comes() -> None:
    news = [*BEGUN, (NOW, "request_accepted")]
    accepted = story(job(), [], news, "fr")
    on_the_way = story(job(progress="en_route"), [], [*news, (NOW + MINUTE, "provider_en_route")], "fr")
    arrived = story(job(progress="arrived"), [], [*news, (NOW + MINUTE, "provider_arrived")], "fr")
    assert [sum(step.state == "next" for step in steps) for steps in (accepted, on_the_way, arrived)] == [3, 2, 1]
    assert next(step.text for step in on_the_way if step.state == "now") == "Prestataire en route"


def test_what_is_over_has_no_now_and_no_next() -> None:
    closed = job(status=Status.COMPLETED, closed_at=NOW)
    steps = story(closed, [], [*BEGUN, (NOW, "request_completed")], "en")
    assert [(step.text, step.state) for step in steps] == [("Request received", "done"), ("Request completed", "done")]


def test_the_waiting_pool_is_told_once_however_often_it_is_tried() -> None:
    tried = [*BEGUN, *((NOW + n * MINUTE, "request_unserved") for n in range(4))]
    texts = [step.text for step in story(leak(status=Status.UNSERVED), [], tried, "fr")]
    assert sum("Délai étendu" in text for text in texts) == 1


def test_offers_that_the_client_never_heard_of_are_left_out() -> None:
    hidden = [replace(FIRST, status=OfferStatus.UNDELIVERABLE), replace(SECOND, sent_at=None)]
    assert not any("contacté" in step.text for step in story(leak(), hidden, BEGUN, "fr"))


@pytest.mark.parametrize("language", ["fr", "en", "pcm"])
def test_no_name_and_no_number_stands_on_the_page(language: str) -> None:
    everything = [(NOW, name) for name in sorted(MILESTONES)]
    page = " ".join(step.text for step in story(job(), [FIRST, SECOND], everything, language))
    assert len(page) > 300
    for secret in (MIREILLE.name, MIREILLE.phone, EBONGUE.name, "+237", "pharmacie"):
        assert secret not in page  # type: ignore[operator]


def test_every_milestone_has_words() -> None:
    assert set(catalogue("fr")["story"]) >= MILESTONES


def test_times_are_local_and_do_not_break() -> None:
    assert clock(NOW, "fr", DOUALA) == "14\u202fh\u202f12"
    assert clock(NOW.replace(hour=4, minute=5), "fr", DOUALA) == "5\u202fh\u202f05"
    assert clock(NOW, "en", DOUALA) == clock(NOW, "pcm", DOUALA) == "14:12"
    assert stamp(NOW, "fr", DOUALA) == "23/11/2026 à 14:12"


def test_days_are_named_by_the_local_calendar() -> None:
    midnight = NOW.replace(hour=23, minute=30)
    assert day(midnight, NOW, "fr", DOUALA) == "demain"
    assert day(NOW, NOW, "en", DOUALA) == "today"
    assert day(NOW + timedelta(days=2), NOW, "fr", DOUALA) == "mercredi 25 novembre"
    assert day(NOW + timedelta(days=2), NOW, "en", DOUALA) == "Wednesday 25 November"


def test_numbers_in_words() -> None:
    assert (ordinal("fr", 1), ordinal("fr", 2), ordinal("fr", 9)) == ("Premier", "Deuxième", "9e")
    assert (duration("fr", 600), duration("en", 45)) == ("10 minutes", "45 seconds")
    assert (rating("fr", 4.583, 12), rating("en", 5.0, 1)) == ("4,6/5 (12 avis)", "5.0/5 (1 rating)")
