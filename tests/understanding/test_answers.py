"""Short answers, read by what was asked."""

import pytest

from mboa.understanding.answers import offer_answer, offer_code
from mboa.understanding.understand import understand


@pytest.mark.parametrize(
    "text", ["oui", "OUI", "ОUІ", "👍", "ok", "c'est bon", "na so", "oui merci", "je confirme", "yes"]
)
def test_mireille_says_yes_to_the_recap(text: str) -> None:
    read = understand(text, "confirmation")
    assert (read.intent, read.sure) == ("confirm", True)


@pytest.mark.parametrize("text", ["non", "non merci", "pas du tout", "no", "no be so", "❌"])
def test_mireille_says_no_to_the_recap(text: str) -> None:
    assert understand(text, "confirmation").intent == "deny"


@pytest.mark.parametrize(
    ("text", "slot"),
    [("non c'est à Akwa", "place"), ("oui mais demain matin", "time"), ("non plutôt un plombier", "service")],
)
def test_a_correction_says_which_detail_changes(text: str, slot: str) -> None:
    read = understand(text, "confirmation")
    assert (read.intent, read.correcting) == ("modify", slot)


@pytest.mark.parametrize(
    ("text", "rating"),
    [("5", 5), ("4/5", 4), ("cinq", 5), ("très bien", 5), ("ça va", 3), ("nul", 1), ("8/10", 4), ("⭐⭐⭐", 3)],
)
def test_awa_rates_the_work(text: str, rating: int) -> None:
    read = understand(text, "rating")
    assert (read.intent, read.rating) == ("rating", rating)


@pytest.mark.parametrize("text", ["oui mais", "ça va", "oui demain matin", "oui mais bon"])
def test_half_a_yes_asks_back(text: str) -> None:
    assert not understand(text, "confirmation").sure


@pytest.mark.parametrize("text", ["chez moi", "à la maison", "je vous envoie la localisation", "2"])
def test_an_answer_that_places_nobody_asks_again(text: str) -> None:
    read = understand(text, "place")
    assert (read.place, read.sure) == (None, False)


def test_a_complaint_outweighs_the_praise_beside_it() -> None:
    assert understand("rapide mais je suis déçu", "rating").rating == 2


def test_a_bare_detail_at_the_recap_is_a_change() -> None:
    read = understand("Makepe", "confirmation")
    assert (read.intent, read.correcting) == ("modify", "place")


@pytest.mark.parametrize("text", ["plus tard", "bonjour", "6", "je ne sais pas", "stop"])
def test_what_is_no_rating_gives_none(text: str) -> None:
    assert understand(text, "rating").rating is None


@pytest.mark.parametrize("text", ["OUI", "oui je prends", "👍", "1", "okay j'arrive", "I fit come", "oui mais dans 1h"])
def test_ebongue_takes_the_offer(text: str) -> None:
    assert offer_answer(text) == "accept"
    assert understand(text, "offer_answer").intent == "confirm"


@pytest.mark.parametrize("text", ["NON", "ok mais je ne peux pas", "2", "I no fit", "je suis malade", "trop loin"])
def test_ebongue_declines_the_offer(text: str) -> None:
    assert offer_answer(text) == "decline"
    assert understand(text, "offer_answer").intent == "deny"


@pytest.mark.parametrize("text", ["c'est où ?", "combien ?", "how much dem go pay"])
def test_ebongue_asks_about_the_offer(text: str) -> None:
    assert offer_answer(text) == "question"
    assert understand(text, "offer_answer").intent == "question"


@pytest.mark.parametrize(
    "text",
    [
        "hein",
        "attends je vois",
        "[image]",
        "peut-être",
        "mission terminée",
        "",
        "?",
        "hmm ok",
        "yes but I no get transport",
        "j'ai pas compris",
        "ok je vais voir",
    ],
)
def test_a_doubtful_reply_is_never_an_acceptance(text: str) -> None:
    assert offer_answer(text) == "other"
    assert understand(text, "offer_answer").intent != "confirm"


@pytest.mark.parametrize(
    ("text", "code"),
    [("OUI A7", "A7"), ("oui_a7", "A7"), ("non B3", "B3"), ("a7 oui", "A7"), ("OUI", None), ("dans 2h", None)],
)
def test_the_code_of_an_offer_is_found(text: str, code: str | None) -> None:
    assert offer_code(text) == code
    assert understand(text, "offer_answer").offer_code == code
    assert understand("Bloc C 4").offer_code is None


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("MES DONNEES", "my_data"),
        ("effacer", "erase"),
        ("TERMINE", "done"),
        ("j'arrive dans 10 min", "en_route"),
        ("I don reach", "arrived"),
        ("je suis sur place", "arrived"),
    ],
)
def test_keywords_are_known(text: str, keyword: str) -> None:
    read = understand(text)
    assert (read.intent, read.keyword, read.sure) == ("other", keyword, True)


def test_paul_goes_on_and_off_duty() -> None:
    assert understand("DISPO").intent == "available"
    assert understand("pause").intent == "unavailable"
    assert understand("PAUSE", "offer_answer").intent == "unavailable"


def test_free_text_answers_the_question_asked() -> None:
    place = understand("derrière chez Mado, portail bleu", "place").place
    assert place
    assert place.text == "derrière chez Mado, portail bleu"
    assert understand("elle chauffe trop", "problem").problem == "elle chauffe trop"
    assert understand("le truc blanc là", "problem").intent == "inform"
    time = understand("après la messe", "time").time
    assert time
    assert time.text == "après la messe"


def test_a_phone_number_is_read() -> None:
    assert understand("appelez le 6 99 12 34 56").phone == "+237699123456"
    assert understand("appelez-moi").phone is None
