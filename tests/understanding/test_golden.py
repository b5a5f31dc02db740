"""The golden file: messages in French, English, Pidgin and Camfranglais, written for Mboa, with what they mean."""

import json
from importlib.resources import files
from typing import Any

import pytest

from mboa.understanding.understand import understand

GOLDEN = [
    json.loads(line) for line in (files("mboa.understanding") / "golden.jsonl").read_text(encoding="utf-8").splitlines()
]
SAME = {"inform": "new_request", "thanks": "other"}
SERVED = {"plumbing", "electricity", "appliance"}


def is_right(row: dict[str, Any]) -> bool:
    read = understand(row["text"])
    intent = SAME.get(row["intent"], row["intent"])
    return (SAME.get(read.intent, read.intent), read.service) == (intent, row["service"])


def share(rows: list[dict[str, Any]]) -> float:
    return sum(map(is_right, rows)) / len(rows)


def overlap(gold: str, found: str) -> float:
    left, right = gold.lower().split(), found.lower().split()
    return 2 * len(set(left) & set(right)) / (len(left) + len(right))


def slot_f1(slot: str) -> float:
    asked = [row for row in GOLDEN if row["intent"] in {"new_request", "modify"}]
    pairs = [(row[slot], getattr(understand(row["text"]), slot)) for row in asked]
    hits = sum(bool(gold and found and overlap(gold, found.text) >= 0.5) for gold, found in pairs)
    return 2 * hits / (sum(bool(gold) for gold, _ in pairs) + sum(found is not None for _, found in pairs))


@pytest.mark.parametrize("language", ["fr", "en", "pcm", "mix"])
def test_requests_in_each_language_are_understood(language: str) -> None:
    rows = [row for row in GOLDEN if row["language"] == language and row["service"] in SERVED]
    assert len(rows) >= 14
    assert share(rows) >= 0.95


def test_messages_of_every_intent_are_understood() -> None:
    for intent in {row["intent"] for row in GOLDEN}:
        assert share([row for row in GOLDEN if row["intent"] == intent]) >= 0.9, intent


def test_a_wrong_reading_is_never_a_sure_one() -> None:
    wrong = [row["text"] for row in GOLDEN if understand(row["text"]).sure and not is_right(row)]
    assert wrong == []


@pytest.mark.parametrize("slot", ["place", "time"])
def test_places_and_times_are_found_in_the_persons_own_words(slot: str) -> None:
    assert slot_f1(slot) >= 0.95


def test_the_file_is_wide_enough() -> None:
    assert len(GOLDEN) >= 300
    assert sum(row["language"] in {"pcm", "mix"} for row in GOLDEN) >= 60
    assert len({row["text"] for row in GOLDEN}) == len(GOLDEN)
