"""Every template of the repository against Meta's rules, and the rules against templates that break them."""

from dataclasses import replace

import pytest

from mboa.channels.whatsapp.lint import lint
from mboa.channels.whatsapp.templates import LANGUAGES, TemplateFile, templates

NAMES = {
    "offer",
    "offer_withdrawn",
    "provider_contact",
    "client_contact",
    "request_update",
    "still_needed",
    "rating_request",
    "number_request",
    "job_update",
    "work_check",
    "operator_alert",
}
GOOD = TemplateFile(
    "essai", "fr", "utility", "Votre demande n° {{1}} est prête pour {{2}}, merci.", ("code", "time"), ("A7", "midi")
)


def test_every_message_has_both_languages() -> None:
    assert set(templates()) == {(name, language) for name in NAMES for language in LANGUAGES}


@pytest.mark.parametrize(("name", "language"), sorted(templates()))
def test_meta_finds_nothing_to_refuse(name: str, language: str) -> None:
    template = templates()[name, language]
    assert lint(template) == []
    assert "{{" not in template.render(template.samples)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_both_languages_say_the_same_things(name: str) -> None:
    french, english = templates()[name, "fr"], templates()[name, "en"]
    assert french.parameters == english.parameters
    assert len(french.buttons) == len(english.buttons)
    assert french.body != english.body


def test_the_offer_refers_to_the_account_and_has_two_answers() -> None:
    offer = templates()["offer", "fr"]
    assert offer.body.startswith("Demande n° {{1}} attribuée à votre compte")
    assert offer.buttons == ("OUI", "NON")
    assert offer.parameters == ("code", "service", "place", "problem", "time", "minutes")


def test_a_template_is_filled_by_name() -> None:
    filled = templates()["still_needed", "en"].fill({"code": "A7", "service": "Plumbing", "since": "noon"}, ["y", "n"])
    assert (filled.name, filled.language, filled.parameters) == ("still_needed", "en", ("A7", "Plumbing", "noon"))
    assert filled.payloads == ("y", "n")
    with pytest.raises(KeyError):
        templates()["still_needed", "en"].fill({"code": "A7"})


def test_a_value_that_looks_like_a_placeholder_stays_a_value() -> None:
    assert GOOD.render(["{{2}}", "midi"]) == "Votre demande n° {{2}} est prête pour midi, merci."


def test_the_good_one_is_good() -> None:
    assert lint(GOOD) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": "Essai-1"}, "the name"),
        ({"category": "marketing"}, "the category"),
        ({"body": "mot " * 400 + "{{1}} et {{2}} fin"}, "the body's own words"),
        ({"header": "x" * 61}, "header and footer"),
        ({"footer": "x" * 61}, "header and footer"),
        ({"buttons": ("Je prends cette demande",)}, "the button"),
        ({"buttons": ("Oui", "Oui")}, "at most three"),
        ({"buttons": ("1", "2", "3", "4")}, "at most three"),
        ({"body": "Votre demande n° {{1}} est prête pour {{3}}, merci."}, "parameters must be numbered"),
        ({"body": "Votre demande n° {{2}} est prête pour {{1}}, merci."}, "parameters must be numbered"),
        ({"body": "Votre demande n° {{code}} est prête pour {{2}}, merci."}, "parameters must be numbered"),
        ({"samples": ("A7",)}, "every parameter needs"),
        ({"parameters": ("code",)}, "every parameter needs"),
        ({"samples": ("A7", "")}, "a sample value is empty"),
        ({"body": "{{1}} est votre demande, prête pour {{2}}, merci."}, "a parameter may not stand"),
        ({"body": "Votre demande n° {{1}} est bien prête pour {{2}}."}, "a parameter may not stand"),
        ({"body": "Votre demande n° {{1}} {{2}} est prête, merci beaucoup."}, "two parameters"),
        ({"body": "Demande {{1}} pour {{2}} ici."}, "too few words"),
        ({"footer": "Offre spéciale"}, "'offre speciale' reads"),
        ({"body": "Votre demande n° {{1}} est GRATUITE pour {{2}}, merci."}, "'gratuite' reads"),
        ({"header": "Promo du jour"}, "'promo' reads"),
        ({"body": "Votre demande n° {{1}} est prête\n\n\npour {{2}}, merci."}, "no more than one empty line"),
    ],
)
def test_each_rule_is_noticed(change: dict[str, object], complaint: str) -> None:
    found = lint(replace(GOOD, **change))  # type: ignore[arg-type]
    assert len(found) == 1
    assert found[0].startswith(complaint)
