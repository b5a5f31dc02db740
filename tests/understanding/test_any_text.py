"""Whatever is typed: no failure, no invention, the same answer twice."""

import json
import unicodedata
from importlib.resources import files
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mboa.understanding.answers import offer_answer, offer_code
from mboa.understanding.facts import Expecting
from mboa.understanding.report import as_json
from mboa.understanding.understand import understand

GOLDEN = (files("mboa.understanding") / "golden.jsonl").read_text(encoding="utf-8")
ROWS = [json.loads(line) for line in GOLDEN.splitlines()]
REQUESTS = [row for row in ROWS if row["intent"] == "new_request" and row["service"] not in {None, "other"}]
WORDS = [word for row in ROWS for word in row["text"].split()]
ASKED = st.sampled_from([None, *get_args(Expecting)])
MESSAGES = st.one_of(
    st.text(max_size=80),
    st.text(st.characters(), max_size=40),
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
    st.lists(st.sampled_from([*WORDS, ".", ",", "?", "/", "\n", "à", "pas", "25", "10h"]), max_size=14).map(" ".join),
)


@settings(max_examples=400, deadline=None)
@given(MESSAGES, ASKED)
def test_no_text_fails_and_slots_are_pieces_of_it(text: str, expecting: Expecting | None) -> None:
    read = understand(text, expecting)
    slots = [read.place and read.place.text, read.time and read.time.text, read.problem, read.trade]
    assert all(slot in text for slot in slots if slot)
    assert 0 <= read.confidence <= 1
    assert understand(text, expecting) == read
    assert offer_answer(text) in {"accept", "decline", "question", "other"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "\u200b",
        "أحتاج سباك",
        "🇨🇲" * 50,
        "x" * 1_000_000,
        "fuite " * 200_000,
        "(" * 5000,
        "1" * 5000,
    ],
)
def test_hostile_texts_are_read(text: str) -> None:
    assert as_json(understand(text))["intent"]
    assert offer_code(text) is None


def test_the_report_has_the_keys_of_the_contract() -> None:
    found = as_json(understand("fuite sous l'évier à Bonamoussadi demain matin"))
    assert list(found) == ["intent", "service", "place", "time", "problem", "rating", "language", "confidence"]
    assert found["place"] == {"text": "Bonamoussadi", "zone": "bonamoussadi", "city": "douala"}
    assert found["time"] == {"text": "demain matin", "kind": "tomorrow_morning", "urgent": False}
    assert as_json(understand("hein"))["place"] is None


def unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def unpunctuated(text: str) -> str:
    return "".join(c if c.isalnum() else "" if c in "'’" else " " for c in text)


def with_a_slip(text: str) -> str:
    """Two letters swapped in the middle of the longest word."""
    longest = max(text.split(), key=len)
    middle = len(longest) // 2
    return text.replace(longest, longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :])


def share_read_alike(change: Any) -> float:
    alike: int = sum(understand(change(row["text"])).service == row["service"] for row in REQUESTS)
    return alike / len(REQUESTS)


@pytest.mark.parametrize(
    ("change", "least"),
    [(unaccented, 0.98), (str.upper, 0.98), (unpunctuated, 0.95), (with_a_slip, 0.9), (str.swapcase, 0.98)],
)
def test_hasty_spelling_is_understood_too(change: Any, least: float) -> None:
    assert share_read_alike(change) >= least


def test_invisible_and_look_alike_letters_do_not_deceive() -> None:
    assert understand("fri\u200bgo gâté").service == "appliance"
    assert understand("plom\u200bbi\u00ader d'еau").sure
    assert understand("ОUІ", "confirmation").intent == "confirm"
    assert understand("ＰＬＯＭＢＩＥＲ").service == "plumbing"


def test_only_the_first_4096_characters_are_read() -> None:
    assert understand("x" * 4096 + " plombier").service is None
    assert understand("x " * 2000 + " plombier").service == "plumbing"


def test_the_language_is_told() -> None:
    assert understand("j'ai besoin d'un plombier").language == "fr"
    assert understand("I need a plumber tomorrow").language == "en"
    assert understand("my tap dey leak abeg").language == "pcm"
