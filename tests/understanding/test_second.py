"""The second reader: it may make Mboa ask back, and never decides by itself."""

import json

from mboa.understanding.reading import read_message
from mboa.understanding.second import WEIGHTS, likelihood
from mboa.understanding.understand import understand
from mboa.understanding.weighing import weigh

ROWS = [("le frigo est en panne", "new_request"), ("le frigo est vendu", "other")] * 4


def test_ebongues_plain_request_is_likely_and_a_complaint_in_it_is_not() -> None:
    reading = read_message("bonjour, j'ai une fuite sous l'évier")
    request, complaint = likelihood(reading, "new_request"), likelihood(reading, "human")
    assert request is not None
    assert complaint is not None
    assert request > 0.9 > 0.05 > complaint


def test_an_intent_that_nobody_has_labelled_is_not_judged() -> None:
    assert likelihood(read_message("dispo ?"), "question") is None


def test_what_the_words_make_unlikely_is_asked_back_and_not_reread() -> None:
    read = understand("le prix du ciment et de l'essence va doubler")
    assert not read.sure


def test_danger_is_never_doubted() -> None:
    read = understand("au feu, le compteur du voisin brûle et ma petite soeur est dedans")
    assert (read.intent, read.sure) == ("human", True)


def test_an_answer_to_a_question_is_read_by_the_rules_alone() -> None:
    assert not understand("le prix du ciment va doubler").sure
    assert understand("le prix du ciment va doubler", "offer_answer").sure


def test_the_same_messages_give_the_same_weights() -> None:
    assert weigh(ROWS) == weigh(ROWS)
    assert weigh(ROWS).intents == ("new_request", "other")


def test_the_weights_of_the_product_agree_with_its_golden_file() -> None:
    golden = WEIGHTS.parent.with_name("golden.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in golden]
    likely = [likelihood(read_message(row["text"]), row["intent"]) or 0 for row in rows]
    assert sum(share > 0.5 for share in likely) / len(rows) >= 0.93
