"""What is a number is hidden, in any spelling; what is a price, a date or a code stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mboa.channels.numbers import masked
from mboa.storage.sealing import masked_json

PAUL = "+237 6•• •• •• 01"


@pytest.mark.parametrize(
    "spelling",
    [
        "+237699000001",
        "237699000001",
        "00237 699 00 00 01",
        "699000001",
        "699 00 00 01",
        "6 99 00 00 01",
        "699.00.00.01",
        "699-000-001",
        "6 9 9 0 0 0 0 0 1",
        "6\u200b99000001",
        "699\u202f00\u202f00\u202f01",
    ],
)
def test_every_spelling_is_one_number(spelling: str) -> None:
    assert masked(f"appelez le {spelling}, merci") == f"appelez le {PAUL}, merci"
    assert masked(f"{spelling}svp") == f"{PAUL}svp"


@pytest.mark.parametrize(
    "text",
    [
        "15000 ou 20 000 / 5 000 francs",
        "65 000 5 000",
        "65000 - 7500",
        "le 22/11/2026 à 6h",
        "24/2/2026 15h30",
        "MB-123456 et A7",
        "1732123456",
        "compteur 12345678",
        "4.0612345",
        "2026-11-23T08:00:00Z",
        "numéro 12 immeuble 3, 2e étage porte 45",
    ],
)
def test_what_is_no_number_stays(text: str) -> None:
    assert masked(text) == text


def test_two_numbers_are_two() -> None:
    assert masked("699000001 677000002") == f"{PAUL} +237 6•• •• •• 02"
    assert masked("+33 6 12 34 56 78") == "+33 •••••••78"


@given(
    st.text(max_size=60),
    st.integers(0, 99_999_999),
    st.sampled_from(["", "+237", "237 "]),
    st.text(alphabet="éa, .!\n", max_size=20),
)
def test_no_number_survives_what_stands_around_it(before: str, own: int, country: str, after: str) -> None:
    number = f"6{own:08}"
    text = f"{before} a {country}{number}{after}"
    assert number not in masked(text)


def test_within_json_only_words_are_masked() -> None:
    text = '{"latitude":9.655443322,"at":655443322,"words":["le 655443322"]}'
    assert masked_json(text) == '{"latitude":9.655443322,"at":655443322,"words":["le +237 6•• •• •• 22"]}'
