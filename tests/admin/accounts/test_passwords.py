"""Which passwords are taken: long ones that nobody tries first."""

import pytest

from mboa.admin.passwords import refusal

AWA = "awa.ngono@mboa.test"
TRIED_FIRST = [
    "password1234", "P@ssw0rd2026!", "motdepasse237", "azertyuiop12", "qwertyuiop99", "douala237douala", "aaaaaaaaaaaa",
    "123456789012", "abcdefghijkl", "jetaimejetaime1", "awa.ngono.2026!", "LionsIndomptables", "admin-admin-admin",
    "Cameroun2026!!", "bonjour bonjour 1",
]  # fmt: skip
GOOD = [
    "trois poulets braisés",
    "le vélo vert de Kribi",
    "xK9#mQ2$vL7p",
    "pluie sur Bonanjo",
    "correct horse battery",
    "дождь над Крибой",
]


@pytest.mark.parametrize("password", TRIED_FIRST)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    assert refusal(password, AWA) == "password_guessable"


@pytest.mark.parametrize("password", GOOD)
def test_a_good_one_is_taken_without_rules_of_composition(password: str) -> None:
    assert refusal(password, AWA) is None


def test_eleven_signs_are_too_few_and_two_hundred_not_too_many() -> None:
    assert refusal("pluie Kribi", AWA) == "password_short"
    assert refusal("pluie sur Kribi " * 12, AWA) is None
    assert refusal("pluie sur Kribi " * 13, AWA) == "password_long"
