"""What an alert says, in French and English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def in_words(language: str, name: str, state: str, facts: Mapping[str, object]) -> str:
    """One line without a full stop: the trouble ``name`` that ``began``, ``goes_on`` or has ``ended``."""
    words = _words()[language]
    trouble = words["ended" if state == "ended" else "trouble"][name].format_map(facts)
    return words["state"][state].format(trouble=trouble)


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    folder = files(__package__) / "wording"
    return {language: tomllib.loads((folder / f"{language}.toml").read_text("utf-8")) for language in ("fr", "en")}
