"""The page on which every message is reviewed says what the catalogues say, and nothing on it is too long."""

import runpy
from pathlib import Path

from mboa.notifications.phrasebook import catalogue

SCRIPT = Path(__file__).parents[2] / "scripts" / "wording_page.py"
PAGE = runpy.run_path(str(SCRIPT))


def test_the_page_is_up_to_date() -> None:
    written = PAGE["PAGE"].read_text("utf-8")
    assert written == PAGE["page"](), "make wording writes it again"


def test_every_message_and_every_language_is_on_it() -> None:
    written = PAGE["PAGE"].read_text("utf-8")
    assert [phrase for phrase in catalogue("fr")["text"] if f"\n## {phrase}\n" not in written] == []
    assert catalogue("pcm")["text"]["outage_told"] in written


def test_nothing_that_is_said_is_too_long_for_whatsapp() -> None:
    assert "too long" not in PAGE["page"]()
    assert "too long" in PAGE["fits"](1025, 1024)
