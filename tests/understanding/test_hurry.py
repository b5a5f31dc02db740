"""What hurry changes in a message and must not change in its reading."""

import json
import random
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.changes import CHANGES
from mboa.understanding.understand import understand

FOLDER = Path(__file__).parent
GOLDEN = FOLDER.parents[1] / "src" / "mboa" / "understanding" / "golden.jsonl"
ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for file in (GOLDEN, FOLDER / "fresh.jsonl")
    for line in file.read_text(encoding="utf-8").splitlines()
]
SERVED = [row for row in ROWS if row["intent"] == "new_request" and row["service"] not in {None, "other"}]
GOALS = {"one typing error": 0.94, "one per 15 letters": 0.9, "one per 8 letters": 0.78, "no punctuation": 0.96}


def understood(row: dict[str, Any], text: str) -> bool:
    read = understand(text)
    return read.intent in {"new_request", "inform"} and read.service == row["service"]


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_hasty_request_is_understood(name: str) -> None:
    chance, change = random.Random(11), CHANGES[name]
    right = sum(understood(row, change(row["text"], chance)) for row in SERVED)
    assert right / len(SERVED) >= GOALS.get(name, 0.985)


@pytest.mark.parametrize(
    "around",
    ["{} 🙏", "😭😭 {}", "{}!!!", "{} svp", "Bonjour. {}", "{}\nMerci", "  {}  ", "{} 👷🏽‍♂️"],
)
def test_politeness_and_emoji_change_no_service(around: str) -> None:
    changed = [row["text"] for row in SERVED if not understood(row, around.format(row["text"]))]
    assert len(changed) / len(SERVED) <= 0.02, changed[:5]


def turned_round(text: str) -> str:
    """The clauses of a message in the opposite order."""
    return ", ".join(reversed([part.strip() for part in text.split(",")]))


def test_clauses_may_stand_in_any_order() -> None:
    rows = [row for row in SERVED if "," in row["text"] and row["place"]]
    kept = [understand(turned_round(row["text"])) for row in rows]
    assert sum(read.service == row["service"] for row, read in zip(rows, kept, strict=True)) / len(rows) >= 0.95
    assert sum(bool(read.place) for read in kept) / len(rows) >= 0.95


@pytest.mark.parametrize("change", [str.upper, lambda text: unicodedata.normalize("NFD", text)])
def test_letters_of_another_form_say_the_same(change: Callable[[str], str]) -> None:
    for row in ROWS:
        plain, other = understand(row["text"]), understand(change(row["text"]))
        assert (other.intent, other.service) == (plain.intent, plain.service), row["text"]
