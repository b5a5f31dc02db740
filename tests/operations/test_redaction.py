"""The second lock: whatever a library or a traceback says, no number, token, secret or row gets into a line."""

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError

from mboa.operations.logging import LineFormatter, TextFormatter
from mboa.operations.redaction import Redaction, secrets_of
from mboa.settings import Settings

SECRET = "app-secret-canary"
TOLD = [
    ("+237677000101 écrit", "+237 6•• •• •• 01 écrit"),
    ("from 237677000142.", "from +237 6•• •• •• 42."),
    ("(+237 6 77 00 01 42)", "(+237 6•• •• •• 42)"),
    ("00237 233 42 00 17", "+237 2•• •• •• 17"),
    ("699.00.01.07 répond", "+237 6•• •• •• 07 répond"),
    ("+33612345678", "+••• •• 78"),
    ("Authorization: Bearer abc.def-1", "Authorization: Bearer [left out]"),
    ("postgresql://mboa:pa55@db/mboa", "postgresql://mboa:[left out]@db/mboa"),
    ("Uvicorn running on http://127.0.0.1:8000", "Uvicorn running on http://127.0.0.1:8000"),
    ("GET /suivi/Zx-9_a HTTP", "GET /suivi/[left out] HTTP"),
    ("wamid.HBgLMjM3Njc3MDAwMTAx", "wamid.[left out]"),
    (f"it was {SECRET}!", "it was [left out]!"),
]
LEFT_ALONE = ["at 2026-11-23T07:58:05+0000", "request 123456789", "0.677000101 s", "1669190000", "16,432 /s", "v1.2.3"]


@pytest.mark.parametrize(("said", "kept"), TOLD)
def test_what_belongs_to_people_is_taken_out(said: str, kept: str) -> None:
    assert Redaction([SECRET])(said) == kept


@pytest.mark.parametrize("said", LEFT_ALONE)
def test_what_is_no_number_of_anybody_stays(said: str) -> None:
    assert Redaction([SECRET])(said) == said


@given(
    st.dictionaries(st.sampled_from("abcd"), st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.none()))
)
def test_every_line_stays_json_and_numbers_stay_numbers(facts: dict[str, object]) -> None:
    record = logging.makeLogRecord({"msg": "offer_made", "offer_id": 677_000_101, **facts})
    line = LineFormatter(Redaction([SECRET])).format(record)
    assert "\n" not in line
    assert json.loads(line)["offer_id"] == 677_000_101


@pytest.mark.parametrize("odd", ["half a sign: \ud83d", 2**70, -(2**70)])
def test_what_fits_no_quick_writer_is_logged_all_the_same(odd: object) -> None:
    line = LineFormatter(Redaction([SECRET])).format(logging.makeLogRecord({"msg": "webhook_parked", "odd": odd}))
    assert json.loads(line)["odd"] == odd


def test_a_row_that_an_error_quotes_is_left_out() -> None:
    try:
        raise LookupError("not null\nDETAIL:  Failing row contains (17, fuite chez Mireille, 677000101)\nCONTEXT: x")
    except LookupError as first:
        try:
            raise RuntimeError("while keeping") from first
        except RuntimeError:
            record = logging.makeLogRecord({"msg": "work_failed", "exc_info": sys.exc_info()})
    for formatter in (LineFormatter(), TextFormatter()):
        line = formatter.format(record)
        assert "while keeping" in line
        assert not any(word in line for word in ("fuite", "677000101", "Failing row"))


def test_an_input_that_cannot_be_taken_is_not_quoted() -> None:
    class Written(BaseModel):
        text: int

    words = {"text": f"fuite chez {'Mireille'.title()}"}
    with pytest.raises(ValidationError) as refused:
        Written.model_validate(words)
    line = LineFormatter().format(logging.makeLogRecord({"msg": "x", "exc_info": refused._excinfo}))
    assert "int_parsing" in line
    assert "fuite chez Mireille" not in line


def test_a_stranger_cannot_begin_a_line_of_his_own() -> None:
    record = logging.makeLogRecord({"msg": "webhook_parked", "reason": "x\n12:00:00 INFO admin_signed_in"})
    assert len(TextFormatter().format(record).splitlines()) == 1


def test_every_secret_of_the_settings_is_known() -> None:
    url = SecretStr("postgresql://mboa:pass%2Fword@db/mboa")
    settings = Settings(_env_file=None, database_url=url, whatsapp_app_secret=SecretStr("first-one, second-one"))
    assert {"first-one", "second-one", "pass/word", url.get_secret_value()} <= set(secrets_of(settings))
