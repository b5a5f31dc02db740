"""What is said back: the right facts, the right buttons, in the conversation."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mboa.dispatch.policy import Policy
from mboa.dispatch.status import OfferStatus
from mboa.notifications.letter import Letter
from mboa.notifications.replies import reply_letter
from tests.notifications.stage import FIRST, NOW, SECOND, job, leak, scene

TOMORROW = NOW + timedelta(days=1)


def payloads(letter: Letter) -> list[str]:
    return [button.payload for button in letter.buttons] + [choice.payload for choice in letter.choices]


def test_the_recap_shows_everything_and_can_be_confirmed() -> None:
    letter = reply_letter("recap", scene(leak(urgent=True, time_text="ce soir")))
    for line in ("⚠️ URGENT", "Plomberie", "derrière la pharmacie (Bonamoussadi)", "fuite sous l'évier", "ce soir"):
        assert line in letter.text
    assert payloads(letter) == ["request:12:confirm", "request:12:edit", "request:12:cancel"]
    assert [button.title for button in letter.buttons] == ["OUI", "Modifier", "Annuler"]


def test_a_recap_without_problem_and_time_says_so() -> None:
    text = reply_letter("recap", scene(leak(problem=None))).text
    assert "Problème\u202f: non précisé" in text
    assert "Quand\u202f: dès que possible" in text
    assert "URGENT" not in text


def test_a_zone_already_named_is_not_said_twice() -> None:
    text = reply_letter("recap", scene(leak(place_text="bonamoussadi derrière le marché"))).text
    assert "Lieu\u202f: bonamoussadi derrière le marché\n" in text
    only_pin = reply_letter("recap", scene(leak(place_text=None))).text
    assert "Lieu\u202f: Bonamoussadi\n" in only_pin


def test_status_tells_the_story_and_what_comes_next() -> None:
    text = reply_letter("status_offered", scene()).text.replace("\u202f", " ")
    assert "Premier prestataire contacté à 14 h 01 : pas de réponse." in text
    assert "Deuxième prestataire contacté à 14 h 12, réponse attendue avant 14 h 22." in text
    assert text.endswith("https://mboa.example/suivi/x7Kq")


def test_status_in_english() -> None:
    text = reply_letter("status_offered", scene(language="en")).text
    assert "Second provider contacted at 14:12, answer expected before 14:22." in text


def test_offers_that_never_arrived_are_no_part_of_the_story() -> None:
    lost = replace(FIRST, status=OfferStatus.UNDELIVERABLE)
    unsent = replace(FIRST, sent_at=None)
    text = reply_letter("status_offered", replace(scene(), offers=(lost, unsent, SECOND))).text
    assert "Premier" not in text


@pytest.mark.parametrize("chapter", ["accepted", "en_route", "arrived"])
def test_status_of_a_job_names_the_provider_and_his_number(chapter: str) -> None:
    text = reply_letter(f"status_{chapter}", scene(job())).text
    assert "Paul Ebongue" in text
    assert "+237699003344" in text
    assert "/suivi/x7Kq" in text


def test_a_night_says_when_the_search_goes_on() -> None:
    waiting = leak(due_at=NOW + timedelta(hours=16, minutes=-12), due_kind="resume")
    assert "demain à 6\u202fh\u202f00" in reply_letter("status_deferred", scene(waiting)).text
    assert "tomorrow at 06:00" in reply_letter("status_deferred", scene(waiting, "en")).text


def test_several_zones_several_buttons_and_a_list_when_there_are_many() -> None:
    few = reply_letter("which_zone", scene(zones=("makepe", "kotto")))
    assert [button.title for button in few.buttons] == ["Makepe", "Kotto"]
    assert payloads(few) == ["words:place:makepe", "words:place:kotto"]
    many = reply_letter("which_zone", scene(zones=("makepe", "kotto", "akwa", "deido")))
    assert (len(many.buttons), len(many.choices), many.choices_label) == (0, 4, "Choisir")


def test_two_open_offers_are_told_apart_by_code() -> None:
    letter = reply_letter("which_offer", replace(scene(offers=[FIRST, SECOND]), offer=None))
    assert [(b.payload, b.title) for b in letter.buttons] == [
        ("offer:30:accept", "OUI B3"),
        ("offer:31:accept", "OUI A7"),
    ]


def test_two_jobs_are_told_apart_by_number() -> None:
    letter = reply_letter("which_job", scene(requests=[job(), job(id=13)], step="arrived"))
    assert payloads(letter) == ["job:12:arrived", "job:13:arrived"]
    assert "MB-13" in letter.text
    assert payloads(reply_letter("which_cancel", scene(requests=[leak()]))) == ["request:12:cancel"]


def test_questions_bring_their_answers() -> None:
    assert [b.title for b in reply_letter("ask_service", scene()).buttons] == [
        "Plombier",
        "Électricien",
        "Électroménager",
    ]
    assert [b.title for b in reply_letter("ask_time", scene()).buttons] == ["Maintenant", "Aujourd'hui", "Demain matin"]
    assert len(reply_letter("menu", scene()).choices) == 4
    assert reply_letter("ask_phone", scene()).ask_phone
    assert payloads(reply_letter("ask_cancel", scene())) == ["request:12:cancel", "request:12:keep"]
    assert payloads(reply_letter("ask_release", scene(job()))) == ["job:12:release"]


@pytest.mark.parametrize("phrase", ["offer_unclear", "offer_question", "offer_or_request"])
def test_an_unclear_answer_brings_the_offer_back(phrase: str) -> None:
    letter = reply_letter(phrase, replace(scene(), request=None))
    assert payloads(letter) == ["offer:31:accept", "offer:31:decline"]
    assert "A7" in letter.text


def test_an_offer_says_how_long_and_how_to_answer() -> None:
    text = reply_letter("offer", scene()).text
    assert "Répondez OUI A7 ou NON A7. Vous avez 10 minutes." in text
    hasty = replace(scene(), policy=Policy(offer_timeout=timedelta(seconds=30)))
    assert "30 secondes" in reply_letter("offer", hasty).text


def test_demain_matin_gets_its_date_when_read_on_another_day() -> None:
    wish = leak(time_text="demain matin", wished_from_at=TOMORROW)
    assert "demain matin (mardi 24 novembre)" in reply_letter("offer", scene(wish)).text
    late = replace(scene(leak(time_text="ce soir", wished_from_at=NOW)), now=TOMORROW)
    assert "ce soir (lundi 23 novembre)" in reply_letter("offer", late).text
    assert "ce soir\n" in reply_letter("offer", scene(leak(time_text="ce soir", wished_from_at=NOW))).text


def test_the_first_words_ask_for_consent() -> None:
    for language, see, erase in (
        ("fr", "MES DONNEES", "EFFACER"),
        ("en", "MY DATA", "ERASE"),
        ("pcm", "MY DATA", "ERASE"),
    ):
        text = reply_letter("consent", scene(language=language)).text
        assert all(word in text for word in ("Mboa", "STOP", see, erase))


def test_a_foreign_trade_or_town_is_named_back() -> None:
    assert "mécanicien" in reply_letter("trade_unserved", scene(trade="mécanicien")).text
    assert "Kribi" in reply_letter("city_unserved", scene(place="Kribi")).text
    assert "None" not in reply_letter("trade_unserved", scene(trade=None)).text


def test_danger_names_the_fire_brigade() -> None:
    assert "118" in reply_letter("danger_gas", scene()).text
    assert "118" in reply_letter("danger_shock", scene(language="pcm")).text


def test_long_words_of_people_are_cut() -> None:
    text = reply_letter("recap", scene(leak(problem="fuite " * 2000, place_text="x" * 5000, time_text="b " * 999))).text
    assert len(text) < 1024
    assert "fuite…" in text
