"""Which trade is meant."""

import pytest

from mboa.understanding.understand import understand


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("mon disjoncteur saute quand je branche la clim", "electricity"),
        ("quand je branche la clim le disjoncteur saute", "electricity"),
        ("la clim fait couler de l'eau", "appliance"),
        ("la prise du frigo est brûlée", "electricity"),
        ("the fridge socket is burnt", "electricity"),
        ("plombier pour la machine à laver", "plumbing"),
        ("chauffe-eau électrique en panne", "plumbing"),
        ("le compteur d'eau est cassé", "plumbing"),
        ("le compteur est cassé", "electricity"),
        ("la prise de rendez-vous ne marche pas, ma douche fuit", "plumbing"),
    ],
)
def test_a_trade_wins_then_the_first_thing_named(text: str, service: str) -> None:
    assert understand(text).service == service


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("pas l'électricité, c'est l'eau", "plumbing"),
        ("c'est pas la clim c'est la prise", "electricity"),
        ("no be plumber I need, na electrician", "electricity"),
        ("not the fridge, the tap is leaking", "plumbing"),
    ],
)
def test_what_ebongue_refuses_is_not_what_he_gets(text: str, service: str) -> None:
    assert understand(text).service == service


def test_no_light_is_a_problem_and_no_refusal() -> None:
    assert understand("pas de courant chez moi").service == "electricity"
    assert understand("no light for house").intent == "new_request"


def test_two_problems_are_both_named() -> None:
    assert understand("le robinet fuit et le frigo est en panne").services == ("plumbing", "appliance")
    assert understand("le robinet fuit").services == ("plumbing",)


@pytest.mark.parametrize(
    ("text", "trade"),
    [
        ("je cherche un mécanicien", "mécanicien"),
        ("besoin d'un Maçon à Deido", "Maçon"),
        ("menuisier pour la porte de la douche", "menuisier"),
        ("I need a carpenter", "carpenter"),
    ],
)
def test_a_trade_that_is_not_served_is_named_in_the_persons_word(text: str, trade: str) -> None:
    read = understand(text)
    assert (read.intent, read.service, read.trade, read.services) == ("new_request", "other", trade, ())


@pytest.mark.parametrize("text", ["je vends ma machine à laver", "vends frigo neuf", "groupe électrogène à vendre"])
def test_an_advert_is_no_request(text: str) -> None:
    read = understand(text)
    assert (read.intent, read.sure, read.service) == ("other", False, None)


@pytest.mark.parametrize(
    ("text", "danger", "service"),
    [
        ("cuisinière à gaz qui fuit le gaz", "gas", "appliance"),
        ("socket di spark abeg come quick", "sparks", "electricity"),
        ("le robinet m'envoie des décharges", "shock", "electricity"),
        ("inondation dans la cuisine", "flood", "plumbing"),
    ],
)
def test_danger_makes_a_request_urgent_and_keeps_its_service(text: str, danger: str, service: str) -> None:
    read = understand(text)
    assert (read.danger, read.urgent, read.intent, read.service) == (danger, True, "new_request", service)


@pytest.mark.parametrize("text", ["ça sent le gaz", "la maison est en feu", "mon fils s'est électrocuté"])
def test_danger_to_life_goes_to_a_person(text: str) -> None:
    read = understand(text)
    assert (read.intent, read.sure, read.urgent) == ("human", True, True)


def test_an_outage_of_the_whole_quarter_is_marked() -> None:
    assert understand("délestage, tout le quartier est dans le noir").outage
    assert not understand("pas de courant chez moi seulement").outage


def test_the_problem_is_a_short_piece_of_the_message() -> None:
    assert understand("Bonjour, grosse fuite sous l'évier, venez vite").problem == "fuite sous l'évier"
    assert understand("mon frigo ne glace plus, je suis à Akwa").problem == "frigo ne glace plus"
    assert understand("je cherche un plombier").problem is None


@pytest.mark.parametrize(
    "text",
    [
        "Le prestataire n'est pas venu",
        "votre gars a cassé ma porte",
        "votre équipe a bousillé ma porte",
        "toujours pas réparé",
    ],
)
def test_mireilles_complaint_reaches_a_person(text: str) -> None:
    assert understand(text).intent == "human"


def test_a_guess_on_a_repaired_word_alone_asks_back() -> None:
    assert understand("frihgo").sure is False
    assert understand("mon frihgo est en panne").sure is True
