"""A larger gazetteer: what its lines may say, and what the understanding makes of them."""

from collections.abc import Iterator

import pytest

from mboa.admin.rare_words import telling_words
from mboa.places import settled
from mboa.places_csv import read_places
from mboa.understanding import atlas
from mboa.understanding.gazetteer import centre_of, nearest_zone
from mboa.understanding.understand import understand

HEAD = "name,aliases,kind,city,lat,lon\n"
LINES = """Mboppi Sud,mbopi sud;derrière mboppi,zone,Douala,4.0501,9.7102
Boulangerie Zépol,,landmark,Douala,4.0871,9.7438
Mahima,mahima bonamoussadi,landmark,Douala,4.0847,9.7349
Mahima,,landmark,Douala,4.0501,9.7102
Bali,,town,,5.8900,10.0100
Nkolbikok,,town,,3.5000,11.5000
Molyko,,quartier,Buea,4.1500,9.2800
Makepe,makepe tonnerre,zone,Douala,4.0900,9.7500
"""


@pytest.fixture
def known() -> Iterator[None]:
    places, problems = read_places((HEAD + LINES).encode())
    assert problems == []
    atlas.install(settled(places))
    yield
    atlas.install(())


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("text", "zone", "city"),
    [
        ("fuite d'eau à Mboppi Sud", "mboppi-sud", "douala"),
        ("fuite d'eau à mbopi sud demain", "mboppi-sud", "douala"),
        ("fuite d'eau derrière la boulangerie Zépol", "bonamoussadi", "douala"),
        ("plombier à Molyko", "molyko-buea", "buea"),
        ("fuite à Makepe Tonnerre", "makepe", "douala"),
        ("fuite à Bali", "bali", "douala"),
        ("electricien à Nkolbikok", None, "nkolbikok"),
    ],
)
def test_imported_names_are_understood(text: str, zone: str | None, city: str) -> None:
    place = understand(text).place
    assert place is not None
    assert (place.zone, place.city) == (zone, city)


@pytest.mark.usefixtures("known")
def test_a_landmark_of_two_quarters_gives_choices() -> None:
    place = understand("fuite d'eau près de Mahima").place
    assert place is not None
    assert set(place.choices) == {"bonamoussadi", "mboppi-sud"}


@pytest.mark.usefixtures("known")
def test_pins_find_imported_zones_and_the_lexicon_keeps_its_centres() -> None:
    assert nearest_zone(4.0501, 9.7102) == "mboppi-sud"
    assert centre_of("makepe") != (4.0900, 9.7500)


def test_what_is_no_longer_installed_is_forgotten(known: None) -> None:
    atlas.install(())
    place = understand("fuite d'eau à Mboppi Sud").place
    assert place is None or place.zone != "mboppi-sud"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",,zone,Douala,4.05,9.71", "name is empty"),
        ("X" * 81 + ",,zone,Douala,4.05,9.71", "longer than 80"),
        ("Awa,,planet,Douala,4.05,9.71", "'planet' is none of zone, landmark, town"),
        ("Awa,,zone,,4.05,9.71", "city is empty"),
        ("Awa,,zone,Atlantis,4.05,9.71", "'Atlantis' is unknown"),
        ("Awa,,zone,Douala,4.05,", "come together"),
        ("Awa,,zone,Douala,four,9.71", "'four' is no degree"),
        ("Awa,,zone,Douala,4.05,-9.71", "lies outside Cameroon"),
        ("Awa,,zone,Douala,nan,9.71", "lies outside Cameroon"),
    ],
)
def test_a_bad_line_is_named_with_its_number(line: str, reason: str) -> None:
    _, problems = read_places((HEAD + "Mboppi Sud,,zone,Douala,,\n" + line + "\n").encode())
    assert len(problems) == 1
    assert problems[0].startswith("line 3: ")
    assert reason in problems[0]


def test_a_file_without_its_columns_is_refused() -> None:
    assert read_places(b"name,lat\nAwa,4\n")[1] == ["line 1: column(s) missing: aliases, kind, city, lon"]


def test_a_zone_may_be_known_by_its_name_alone() -> None:
    places, problems = read_places((HEAD + "Base Elf,,quartier,Douala,,\n").encode())
    assert (places[0].slug, places[0].latitude, problems) == ("base-elf", None, [])


def test_a_place_is_an_unknown_word_until_it_is_imported(request: pytest.FixtureRequest) -> None:
    assert "molyko" in telling_words("plombier pour Molyko")
    request.getfixturevalue("known")
    assert "molyko" not in telling_words("plombier pour Molyko")
