"""Hundreds of quarters in a list are found under their towns."""

from mboa.admin.marks import by_city


def test_quarters_stand_under_their_towns_douala_first() -> None:
    options = [("", "Tous"), ("akwa", "Akwa"), ("bafoussam", "Tamdja"), ("bastos", "Bastos"), ("kotto", "Kotto")]
    assert by_city(options) == [
        ("", [("", "Tous")]),
        ("Douala", [("akwa", "Akwa"), ("kotto", "Kotto")]),
        ("Bafoussam", [("bafoussam", "Tamdja")]),
        ("Yaoundé", [("bastos", "Bastos")]),
    ]


def test_one_town_alone_needs_no_heading() -> None:
    assert by_city([("", "Tous"), ("akwa", "Akwa")]) == [("", [("", "Tous")]), ("", [("akwa", "Akwa")])]
