"""Repairers' answers and clients' ratings in words, written for Mboa."""

import json
from pathlib import Path
from typing import Any

import pytest

from mboa.understanding.answers import offer_answer
from mboa.understanding.understand import understand


def rows(name: str) -> list[dict[str, Any]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_what_repairers_answer_is_understood() -> None:
    said = rows("replies.jsonl")
    assert sum(offer_answer(row["text"]) == row["label"] for row in said) / len(said) >= 0.97


def test_no_other_answer_is_taken_for_an_acceptance() -> None:
    others = [row["text"] for row in rows("replies.jsonl") if row["label"] != "accept"]
    assert [text for text in others if offer_answer(text) == "accept"] == []
    assert [text for text in others if understand(text, "offer_answer").intent == "confirm"] == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "si le client paie le taxi je viens",
            "if I finish early I go come",
            "oui mais pas aujourd'hui",
            "ok si possible",
        ),
        *(
            "oui mais demain",
            "oui mais à 20000",
            "dispo à partir de lundi",
            "give me small time",
            "je prends mon repas",
        ),
        *(
            "je viens de finir un chantier",
            "j'arrive pas à ouvrir le lien",
            "ok je demande à mon patron",
            "ok bien reçu",
        ),
    ],
)
def test_an_answer_with_a_condition_binds_nobody(text: str) -> None:
    assert offer_answer(text) != "accept"


def test_ratings_in_words_are_numbers() -> None:
    said = rows("ratings.jsonl")
    assert sum(understand(row["text"], "rating").rating == row["score"] for row in said) / len(said) >= 0.97
