"""Failures of older assistants that must stay impossible."""

import pytest

from mboa.understanding.facts import Expecting
from mboa.understanding.understand import understand


@pytest.mark.parametrize("text", ["Bonamoussadi", "je suis à Akwa", "Douala, Makepe", "derrière la pharmacie", "pk14"])
def test_a_place_alone_never_yields_a_service(text: str) -> None:
    read = understand(text)
    assert read.intent == "inform"
    assert read.place
    assert read.service is None


@pytest.mark.parametrize("text", ["J'ai un problème électrique", "jai un probleme electrique", "PROBLEME ELECTRIQUE"])
def test_mireilles_electric_problem_is_no_call_for_help(text: str) -> None:
    read = understand(text)
    assert (read.intent, read.service) == ("new_request", "electricity")


@pytest.mark.parametrize("expecting", [None, "time", "place", "problem", "service", "confirmation"])
def test_menu_is_no_time_and_no_place(expecting: Expecting | None) -> None:
    read = understand("Menu", expecting)
    assert (read.intent, read.keyword) == ("help", "menu")
    assert read.time is None
    assert read.place is None


@pytest.mark.parametrize("expecting", [None, "time", "place", "problem", "service", "confirmation", "rating"])
def test_paul_can_cancel_whatever_was_asked(expecting: Expecting | None) -> None:
    assert understand("je veux annuler", expecting).intent == "cancel"


@pytest.mark.parametrize(
    "text", ["hein", "hein ?", "hmm", "quoi", "quoi ?", "peut-être", "je ne sais pas", "?", "1", "5"]
)
def test_a_doubt_confirms_nothing(text: str) -> None:
    read = understand(text, "confirmation")
    assert read.intent == "other"
    assert not read.sure


@pytest.mark.parametrize("text", ["5", "1", "3", "42"])
def test_a_bare_number_means_nothing_unasked(text: str) -> None:
    read = understand(text)
    assert (read.intent, read.sure, read.rating, read.service) == ("other", False, None, None)


def test_one_digit_is_read_by_the_question() -> None:
    assert understand("2", "service").service == "electricity"
    assert understand("2", "rating").rating == 2
    assert understand("2", "offer_answer").intent == "deny"


def test_an_unknown_place_is_never_bonamoussadi() -> None:
    place = understand("je suis à Tombouctou").place
    assert place
    assert (place.text, place.zone, place.city) == ("Tombouctou", None, None)


def test_awas_service_and_place_are_both_kept() -> None:
    read = understand("Plombier à Kotto demain matin svp")
    assert (read.intent, read.service, read.sure) == ("new_request", "plumbing", True)
    assert read.place
    assert read.place.zone == "kotto"
    assert read.time
    assert read.time.kind == "tomorrow_morning"


def test_a_full_new_request_is_read_whatever_was_asked() -> None:
    asked: list[Expecting] = ["service", "place", "problem", "time"]
    for expecting in asked:
        read = understand("ma clim coule, je suis à Bali, venez demain", expecting)
        assert (read.intent, read.service) == ("new_request", "appliance")
        assert read.place
        assert read.place.zone == "bali"


@pytest.mark.parametrize("text", ["STOP", "stop.", "stop svp", "Stop 🙏", "unsubscribe", "arrêtez de m'écrire"])
def test_stop_ends_all_messages(text: str) -> None:
    assert understand(text).intent == "stop"


def test_stop_of_a_request_is_a_cancellation() -> None:
    assert understand("stop tout").intent == "cancel"
    assert understand("stop la recherche").intent == "cancel"
