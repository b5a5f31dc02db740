"""Every code that the pages of conversations show has its words, in both languages."""

from collections.abc import Iterable
from typing import get_args

import pytest

from mboa.admin.reserve import FOR_PROVIDERS
from mboa.admin.words import words
from mboa.channels.whatsapp.templates import templates
from mboa.dispatch.events import EventName
from mboa.storage.admin.conversation_list import Flag, Side
from mboa.understanding.facts import Intent

PARAMETERS = {name for template in FOR_PROVIDERS for name in templates()[template, "fr"].parameters}
TABLES: dict[str, Iterable[str]] = {
    "intents": get_args(Intent),
    "events": get_args(EventName),
    "flags": get_args(Flag),
    "sides": get_args(Side),
    "parameters": PARAMETERS,
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("table", TABLES)
def test_a_code_has_its_words(language: str, table: str) -> None:
    assert set(TABLES[table]) <= set(words(language, "conversations")[table])


def test_both_languages_say_the_same_things() -> None:
    french, english = words("fr", "conversations"), words("en", "conversations")
    assert {name: set(said) if isinstance(said, dict) else 0 for name, said in french.items()} == {
        name: set(said) if isinstance(said, dict) else 0 for name, said in english.items()
    }
