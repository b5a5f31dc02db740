"""The admin's own words: one small catalogue for each noun, in French with its thin spaces, and in English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from mboa.notifications.phrasebook import typeset


@cache
def words(language: str, noun: str) -> Mapping[str, Any]:
    """The table of a noun: words by name, or one level of tables of words. Raises ``FileNotFoundError``."""
    path = files(__package__) / "wording" / ("en" if language == "en" else "fr") / f"{noun}.toml"
    found = tomllib.loads(path.read_text("utf-8"))
    return found if language == "en" else _typeset(found)


def _typeset(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: typeset(said) if isinstance(said, str) else _typeset(said) if isinstance(said, Mapping) else said
        for name, said in found.items()
    }
