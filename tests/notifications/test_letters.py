"""Each event reaches the right person, once, and nobody who said STOP."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from mboa.dispatch.events import Actor, EventName
from mboa.dispatch.request import Request
from mboa.notifications.letter import Letter, Scene
from mboa.notifications.letters import letters_for
from mboa.notifications.replies import reply_letter
from tests.notifications.stage import MIREILLE, NOW, PAUL, job, leak, scene


def told(
    name: EventName, actor: Actor = "system", request: Request | None = None, speaker: int | None = None, **data: Any
) -> list[tuple[int, str, str | None]]:
    letters = letters_for(name, actor, scene(request, **data), speaker)
    return [(letter.contact_id, letter.phrase, letter.key) for letter in letters]


def test_an_offer_goes_to_its_provider() -> None:
    assert told("offer_made") == [(PAUL.id, "offer", "offer:31")]


def test_acceptance_brings_the_two_together() -> None:
    assert told("request_accepted", "provider", job()) == [
        (MIREILLE.id, "provider_found", "contact-client:12:31:1"),
        (PAUL.id, "client_contact", "contact-provider:12:31:1"),
    ]


def test_a_withdrawn_offer_is_told_only_to_one_who_had_heard_of_it() -> None:
    assert told("offer_withdrawn", "client", heard=True) == [(PAUL.id, "offer_withdrawn", "withdrawn:31")]
    assert told("offer_withdrawn", "client", heard=False) == []


def test_the_fallback_is_told_once() -> None:
    assert told("request_unserved", told=True) == [(MIREILLE.id, "fallback", "unserved:12")]
    assert told("request_unserved", told=False) == []


def test_the_night_is_explained_only_to_one_who_speaks() -> None:
    assert told("request_deferred", speaker=MIREILLE.id, until=NOW) == [(MIREILLE.id, "search_deferred", None)]
    assert told("request_deferred", speaker=PAUL.id, until=NOW) == []
    assert told("request_deferred", until=NOW) == []


def test_a_doubt_is_asked_anew_after_each_delay() -> None:
    assert told("request_doubted", request=leak(version=4)) == [(MIREILLE.id, "still_needed", "doubt:12:4")]
    (letter,) = letters_for("request_doubted", "system", scene())
    assert [button.payload for button in letter.buttons] == ["request:12:keep", "request:12:cancel"]


def test_a_cancellation_reaches_whoever_did_not_do_it() -> None:
    by_client = [(PAUL.id, "job_cancelled", "cancelled-provider:12:1")]
    assert told("request_cancelled", "client", job(), had_provider=True) == by_client
    assert told("request_cancelled", "client", had_provider=False) == []
    assert told("request_cancelled", "system", reason="no_answer", had_provider=False) == []
    assert told("request_cancelled", "operator", job(), had_provider=True) == [
        *by_client,
        (MIREILLE.id, "cancelled_by_house", "cancelled-client:12:1"),
    ]


def test_a_job_given_back_is_told_to_the_client_and_taken_back_to_both() -> None:
    assert told("request_released", "provider", job()) == [(MIREILLE.id, "provider_gave_up", "released:12:7:1")]
    assert told("request_released", "operator", job())[1] == (PAUL.id, "job_taken_back", "taken-back:12:7:1")


@pytest.mark.parametrize(
    ("name", "phrase", "key"),
    [
        ("provider_en_route", "on_the_way", "en-route:12:7:5"),
        ("provider_arrived", "at_the_door", "arrived:12:7:5"),
        ("work_reported_done", "work_done", "work-done:12:5"),
        ("job_checked", "work_check", "work-check:12:5"),
    ],
)
def test_the_client_follows_the_job(name: EventName, phrase: str, key: str) -> None:
    assert told(name, "provider", job(version=5)) == [(MIREILLE.id, phrase, key)]


def test_the_provider_hears_that_it_is_not_done() -> None:
    assert told("work_disputed", "client", job(version=6)) == [(PAUL.id, "work_disputed", "disputed:12:6")]


def test_a_change_reaches_the_provider_who_has_the_job() -> None:
    assert told("request_modified", "client", job(version=3)) == [(PAUL.id, "job_changed", "modified:12:3")]
    assert told("request_modified", "client", leak()) == []
    assert told("request_modified", "operator", job()) == []


def test_a_voice_note_is_announced_to_the_provider_who_has_the_job() -> None:
    assert told("media_received", "client", job(), messages=[4, 5]) == [(PAUL.id, "media_for_job", "media-note:12:5")]
    assert told("media_received", "client", leak(), messages=[4]) == []


@pytest.mark.parametrize("name", ["feedback_received", "request_completed", "offer_declined", "request_created"])
def test_some_news_are_for_the_diary_only(name: EventName) -> None:
    assert told(name, "client", job()) == []


@pytest.mark.parametrize("name", get_args(EventName))
def test_whoever_said_stop_hears_nothing(name: EventName) -> None:
    everything: dict[str, Any] = {"heard": True, "told": True, "had_provider": True, "until": NOW, "messages": [4]}
    loud = scene(job(), **everything)
    gone = replace(loud, client=replace(MIREILLE, opted_out=True), provider_contact=replace(PAUL, opted_out=True))
    assert letters_for(name, "client", gone, MIREILLE.id) == []
    assert letters_for(name, "client", replace(loud, client=None, provider_contact=None), MIREILLE.id) == []


def test_one_who_said_stop_does_not_silence_the_other() -> None:
    half = replace(scene(job()), client=replace(MIREILLE, opted_out=True))
    assert [letter.contact_id for letter in letters_for("request_accepted", "provider", half)] == [PAUL.id]


def test_each_hears_it_in_his_own_language() -> None:
    mixed = replace(scene(job()), client=replace(MIREILLE, language="en"))
    english, french = letters_for("request_accepted", "provider", mixed)
    assert "has accepted your request" in english.text
    assert "Appelez le client" in french.text
    assert (english.template and english.template.language, french.template and french.template.language) == (
        "en",
        "fr",
    )


def test_two_providers_on_the_way_are_two_pieces_of_news() -> None:
    first = letters_for("provider_en_route", "provider", scene(job()))
    other = scene(job())
    assert other.provider is not None
    second = letters_for("provider_en_route", "provider", replace(other, provider=replace(other.provider, id=8)))
    assert first[0].key != second[0].key


def test_a_success_takes_nine_messages() -> None:
    events: tuple[EventName, ...] = (
        *("request_created", "offer_made", "offer_accepted", "request_accepted", "provider_en_route"),
        *("provider_arrived", "work_reported_done", "request_completed", "feedback_received"),
    )
    told_by_house = [letter for name in events for letter in letters_for(name, "provider", scene(job()))]
    answers = [reply_letter(phrase, scene(job(), rating=5)) for phrase in ("recap", "search_begins", "rating_thanks")]
    assert len(told_by_house) + len(answers) == 9


def test_done_is_confirmed_and_rated_in_one_message() -> None:
    (letter,) = letters_for("work_reported_done", "provider", scene(job()))
    payloads = [choice.payload for choice in letter.choices]
    assert payloads == [
        "rating:12:5",
        "rating:12:4",
        "rating:12:3",
        "rating:12:2",
        "rating:12:1",
        "request:12:not_done",
    ]
    assert letter.choices[0].title == "5 - Excellent"
    assert "OUI" in letter.text


def _letter_to(side: str, name: EventName, around: Scene) -> Letter:
    wanted = around.client if side == "client" else around.provider_contact
    return next(letter for letter in letters_for(name, "provider", around) if wanted and letter.contact_id == wanted.id)


def test_the_client_gets_the_number_the_rating_and_the_link() -> None:
    letter = _letter_to("client", "request_accepted", scene(job()))
    for fact in ("Paul Ebongue", "+237699003344", "4,6/5 (12 avis)", "https://mboa.example/suivi/x7Kq"):
        assert fact in letter.text
    new = scene(job())
    assert new.provider is not None
    unrated = replace(new, provider=replace(new.provider, rating_sum=0, rating_count=0))
    assert "Note" not in _letter_to("client", "request_accepted", unrated).text


def test_the_provider_gets_the_client_the_door_and_the_map() -> None:
    letter = _letter_to("provider", "request_accepted", scene(job(latitude=4.0912, longitude=9.7411)))
    for fact in ("Mireille", "+237677001122", "Bonamoussadi, derrière la pharmacie", "?q=4.091200,9.741100"):
        assert fact in letter.text
    assert [button.payload for button in letter.buttons] == ["job:12:en_route", "job:12:arrived", "job:12:done"]


def test_a_zones_centre_is_no_pin() -> None:
    assert "maps" not in _letter_to("provider", "request_accepted", scene(job(latitude=4.0877, longitude=9.7394))).text
    assert "maps" not in _letter_to("provider", "request_accepted", scene(job())).text


def test_a_client_who_hides_number_and_name_is_reachable_here() -> None:
    hidden = replace(scene(job()), client=replace(MIREILLE, phone=None, name=None))
    text = _letter_to("provider", "request_accepted", hidden).text
    assert "Client\u202f: Client" in text
    assert "joignable sur WhatsApp" in text


@pytest.mark.parametrize("language", ["fr", "en", "pcm"])
@pytest.mark.parametrize("said", ["fuite, appelez +237 677 00 11 22", "appelle 677001122 vite", "237-677-001-122"])
def test_an_offer_never_says_who_the_client_is(language: str, said: str) -> None:
    asked = scene(leak(problem=said, place_text=f"derrière la pharmacie, {said}"), language)
    (letter,) = letters_for("offer_made", "system", asked)
    everything = " ".join((letter.text, *(letter.template.parameters if letter.template else ())))
    assert "Mireille" not in everything
    assert "677" not in everything
    assert "001" not in everything
    assert "Bonamoussadi" in everything
