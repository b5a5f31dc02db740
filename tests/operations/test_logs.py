"""The log: the mission's events with their ids, one JSON object a line, and nobody's words or number."""

import json
import logging

import pytest

from mboa.operations.logging import TextFormatter, set_up
from tests.city import NEED, City


async def test_events_are_logged_with_ids_and_without_words(city: City, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    created = next(record for record in caplog.records if record.message == "request_created")
    assert vars(created)["request_id"] == 1
    assert {"offer_made", "offer_accepted", "request_accepted"} <= {record.message for record in caplog.records}
    ours = [str(vars(record)) for record in caplog.records if record.name.startswith("mboa")]
    for secret in (mireille.address, paul.address, "évier", "Mireille"):
        assert not any(secret in line for line in ours)


def test_json_lines_keep_what_came_with_them(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        set_up("json")
        logging.getLogger("mboa.test").info("request_created", extra={"request_id": 7, "color_message": "twice"})
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["request_id"], line["level"]) == ("request_created", 7, "INFO")
    assert "color_message" not in line


def test_text_is_for_people() -> None:
    record = logging.makeLogRecord({"msg": "offer_made", "levelname": "INFO", "offer_id": 3})
    assert TextFormatter().format(record).endswith("INFO    offer_made offer_id=3")
