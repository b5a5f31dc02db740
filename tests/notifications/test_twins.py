"""Every message that may meet a closed window has a template, and fills it as its file says."""

import pytest

from mboa.channels.whatsapp.lengths import parameters
from mboa.channels.whatsapp.templates import TemplateFile, templates
from mboa.notifications.layout import Layout, layouts
from mboa.notifications.replies import reply_letter
from tests.notifications.stage import FULL, LANGUAGES, job, scene

TWINS = {phrase: layout.twin for phrase, layout in layouts().items() if layout.twin}


def _file(phrase: str, language: str) -> TemplateFile:
    return templates()[TWINS[phrase].name, language]


@pytest.mark.parametrize(
    "phrase",
    [
        *("offer", "provider_found", "client_contact", "fallback", "still_needed", "on_the_way", "at_the_door"),
        *("work_done", "work_check", "offer_withdrawn", "job_cancelled", "provider_gave_up", "job_changed"),
    ],
)
def test_this_message_has_a_twin(phrase: str) -> None:
    assert _file(phrase, "fr").category == "utility"


def test_what_the_house_says_on_its_own_account_has_a_key_and_a_twin() -> None:
    keyed = {phrase for phrase, layout in layouts().items() if layout.key}
    assert keyed == set(TWINS)


@pytest.mark.parametrize("phrase", sorted(TWINS))
def test_parameters_are_those_of_the_file_in_its_order(phrase: str) -> None:
    assert tuple(TWINS[phrase].parameters) == _file(phrase, "fr").parameters == _file(phrase, "en").parameters


@pytest.mark.parametrize("phrase", sorted(TWINS))
def test_quick_replies_are_those_of_the_file(phrase: str) -> None:
    assert len(TWINS[phrase].payloads) == len(_file(phrase, "fr").buttons)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phrase", sorted(TWINS))
def test_every_parameter_says_something(phrase: str, language: str) -> None:
    twin = reply_letter(phrase, scene(job(version=2), language, **FULL)).template
    assert twin is not None
    assert twin.language == ("fr" if language == "fr" else "en")
    assert all(value.strip() and "\n" not in value and "{" not in value for value in twin.parameters)
    assert list(twin.parameters) == parameters(twin.parameters) or language == "fr"


def test_the_offers_twin_says_what_the_offer_says() -> None:
    twin = reply_letter("offer", scene()).template
    assert twin is not None
    place = "Bonamoussadi, derrière la pharmacie"
    assert twin.parameters == ("A7", "Plomberie", place, "fuite sous l'évier", "dès que possible", "10")
    assert twin.payloads == ("offer:31:accept", "offer:31:decline")


def test_a_button_answers_the_same_in_the_message_and_in_its_twin() -> None:
    for phrase in ("offer", "still_needed"):
        letter = reply_letter(phrase, scene())
        assert letter.template is not None
        assert letter.template.payloads == tuple(button.payload for button in letter.buttons)


def test_a_phrase_without_layout_is_plain_text() -> None:
    letter = reply_letter("words_noted", scene())
    assert (letter.buttons, letter.choices, letter.template, letter.key) == ((), (), None, None)
    assert Layout() == Layout(key="")
