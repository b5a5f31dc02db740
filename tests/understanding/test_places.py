"""Where somebody is."""

import pytest

from mboa.understanding.place import city_of, nearest_zone, zone_name, zones
from mboa.understanding.understand import understand


@pytest.mark.parametrize(
    ("text", "zone", "city"),
    [
        ("je suis à Bonamoussadi", "bonamoussadi", "douala"),
        ("B/moussadi", "bonamoussadi", "douala"),
        ("bonamousadi svp", "bonamoussadi", "douala"),
        ("près du carrefour Eto'o", "bonamoussadi", "douala"),
        ("derrière la pharmacie du rond point à Bonamoussadi", "bonamoussadi", "douala"),
        ("for Makepe side", "makepe", "douala"),
        ("quartier bali", "bali", "douala"),
        ("PK 14", "pk14", "douala"),
        ("Biyem-Assi carrefour Acacia", "biyem-assi", "yaounde"),
        ("Douala", None, "douala"),
        ("besoin d'un plombier à Bafoussam", None, "bafoussam"),
        ("plombier à Paris 15e", None, "paris"),
        ("derrière la boulangerie Zola", None, None),
    ],
)
def test_a_place_is_resolved_when_the_gazetteer_knows_it(text: str, zone: str | None, city: str | None) -> None:
    place = understand(text).place
    assert place
    assert (place.zone, place.city) == (zone, city)
    assert place.text in text


@pytest.mark.parametrize("text", ["je reste à mokoloville", "I dey for molykoville now", "j'habite mokoloville"])
def test_an_unknown_name_behind_a_place_word_is_kept(text: str) -> None:
    place = understand(text).place
    assert place
    assert place.zone is None
    assert place.text.endswith("ville")


def test_an_ambiguous_name_gives_choices() -> None:
    place = understand("quartier Madagascar").place
    assert place
    assert place.zone is None
    assert set(place.choices) == {"madagascar", "madagascar-yaounde"}


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Makepe pas Bonamoussadi", "makepe"),
        ("je ne suis pas à Akwa mais à Deido", "deido"),
        ("not Bali, Kotto", "kotto"),
        ("je suis à Akwa, c'est pas loin de Bonapriso", "akwa"),
    ],
)
def test_a_refused_name_is_not_the_place(text: str, zone: str) -> None:
    place = understand(text).place
    assert place
    assert place.zone == zone


def test_the_town_settles_an_ambiguous_name() -> None:
    place = understand("Yaoundé, quartier Madagascar").place
    assert place
    assert (place.zone, place.city) == ("madagascar-yaounde", "yaounde")


@pytest.mark.parametrize("text", ["l'eau coule dans la cuisine", "fuite sous l'évier", "pipe burst for kitchen"])
def test_a_room_of_the_house_is_no_address(text: str) -> None:
    assert understand(text).place is None


def test_a_location_pin_finds_its_zone() -> None:
    assert nearest_zone(4.0880, 9.7390) == "bonamoussadi"
    assert nearest_zone(3.8950, 11.5090) == "bastos"
    assert nearest_zone(48.85, 2.35) is None
    assert nearest_zone(float("nan"), 9.7) is None


def test_zones_have_names_and_cities() -> None:
    assert zone_name("bepanda") == "Bépanda"
    assert zone_name("nowhere") == "nowhere"
    assert (city_of("akwa"), city_of("garoua"), city_of("nowhere")) == ("douala", "garoua", None)


def test_every_zone_lies_in_its_city() -> None:
    for zone in zones():
        centre = {"douala": (4.05, 9.73), "yaounde": (3.87, 11.52)}[zone.city]
        assert abs((zone.latitude or 0.0) - centre[0]) < 0.2, zone.slug
        assert abs((zone.longitude or 0.0) - centre[1]) < 0.2, zone.slug


def test_slugs_are_unique() -> None:
    slugs = [zone.slug for zone in zones()]
    assert len(slugs) == len(set(slugs))
    assert {"bonamoussadi", "makepe", "akwa", "bonapriso", "bonaberi", "deido", "logpom", "ndokoti"} <= set(slugs)


@pytest.mark.parametrize("number", ["+237 6 70 00 00 00", "670000000", "12"])
def test_a_number_alone_is_no_place(number: str) -> None:
    answer = understand(number, "place")
    assert answer.place is None
    assert not answer.sure
