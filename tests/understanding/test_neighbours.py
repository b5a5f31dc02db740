"""Have the neighbours current? Answers as people give them."""

import pytest

from mboa.understanding.neighbours import neighbours_light


@pytest.mark.parametrize(
    "text",
    [
        "oui",
        "oui ils ont",
        "les voisins ont la lumière",
        "seulement chez moi",
        "yes dem get light",
        "only my house",
        "en face y a le courant",
    ],
)
def test_they_have(text: str) -> None:
    assert neighbours_light(text) == "have"


@pytest.mark.parametrize(
    "text",
    [
        "non",
        "non eux aussi",
        "ils n'ont pas le courant",
        "ils ont pas",
        "dem no get",
        "nobody get light",
        "c'est partout",
        "eux non plus",
    ],
)
def test_they_have_not(text: str) -> None:
    assert neighbours_light(text) == "none"


@pytest.mark.parametrize("text", ["je veux quand même un électricien", "just send somebody", "j'insiste"])
def test_wanted_all_the_same(text: str) -> None:
    assert neighbours_light(text) == "insist"


@pytest.mark.parametrize("text", ["je suis à Makepe", "lol", "", "je ne sais pas"])
def test_what_says_nothing(text: str) -> None:
    assert neighbours_light(text) is None
