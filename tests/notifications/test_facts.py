"""What a wording may speak of is worked out when a wording speaks of it."""

import pytest

from mboa.notifications.facts import Blanks, items, words
from mboa.notifications.letter import Scene
from mboa.notifications.phrasebook import fill
from tests.notifications.stage import FULL, leak, scene


def test_only_what_is_named_is_worked_out_and_only_once() -> None:
    codes = iter(["A7", "B3"])
    known = Blanks(scene(), {"code": lambda _: next(codes), "score": lambda _: pytest.fail("nobody asked")})
    assert fill("Offre {code}\nPour {code} : OUI", known) == "Offre A7\nPour A7 : OUI"
    assert list(known) == ["code"]


def test_a_misspelt_blank_is_an_error() -> None:
    with pytest.raises(KeyError, match="probleme"):
        fill("Panne : {probleme}", words(scene()))


def test_a_scene_without_request_or_offer_says_nothing_of_them() -> None:
    known = words(Scene(scene().now, scene().policy, "https://mboa.example", scene().reader))
    assert [known[name] for name in ("code", "place", "link", "offer_code", "answer_by")] == [""] * 5


def test_a_line_on_an_offer_speaks_of_that_offer_alone() -> None:
    first, second = items(scene(**FULL), "offers")
    assert (first["offer_code"], second["offer_code"]) == ("B3", "A7")
    with pytest.raises(KeyError):
        first["problem"]


def test_each_listed_request_is_told_in_its_own_words() -> None:
    listed = items(scene(leak(id=99), **FULL), "requests")
    assert [(row["request"], row["service"], row["step"]) for row in listed] == [
        ("12", "Plomberie", "done"),
        ("13", "Électricité", "done"),
    ]


def test_a_percent_sign_is_a_character_like_another() -> None:
    assert fill("100 % {code}", {"code": "5 %"}) == "100 % 5 %"
