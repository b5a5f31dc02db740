"""Somebody has been there already: one of ours and it is no better, or one's own and it is mended."""

import pytest

from mboa.understanding.understand import understand


@pytest.mark.parametrize(
    "text",
    [
        "le monsieur est venu mais ça fuit encore",
        "deux jours que votre électricien est passé et la prise chauffe encore",
        "il a remonté la clim et elle ne souffle plus du tout",
        "the boy weh una send don spoil my tap",
        "after your visit the sink is leaking again",
    ],
)
def test_mireille_whose_repair_did_not_hold_reaches_a_person(text: str) -> None:
    assert understand(text).intent == "human"


@pytest.mark.parametrize(
    "text",
    [
        "finalement mon cousin a tout réparé hier soir",
        "le plombier de la résidence a réglé la fuite, vous pouvez classer",
        "my landlord fixed it this morning",
    ],
)
def test_paul_whose_cousin_has_mended_it_calls_off(text: str) -> None:
    assert understand(text).intent == "cancel"


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("mon frère a remonté la clim et elle ne souffle plus", "appliance"),
        ("mon voisin a changé sa pompe et depuis je n'ai plus d'eau", "plumbing"),
        ("besoin d'un plombier à Logbaba, le dernier m'a arnaqué", "plumbing"),
        ("le frigo, il a commencé à faire du bruit", "appliance"),
    ],
)
def test_awa_who_tells_how_it_broke_still_asks_for_a_repairer(text: str, service: str) -> None:
    read = understand(text)
    assert (read.intent, read.service) == ("new_request", service)
