"""Every setting stands in docs/configuration.md with its default, and nothing stands there that is none."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from mboa.settings import Settings
from tests.house.tree import ROOT

ROW = re.compile(r"^\| `(MBOA_\w+)` \| (?:`([^`]*)`|empty) \|", re.MULTILINE)


def documented(name: str) -> dict[str, str]:
    """Names and defaults in the tables of a document."""
    return dict(ROW.findall((ROOT / "docs" / name).read_text(encoding="utf-8")))


def defaults() -> dict[str, str]:
    """Names and defaults as the program has them."""
    fields = {f"MBOA_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    return {name: written(default) for name, default in fields.items()}


def written(default: object) -> str:
    """A default as one writes it in the environment."""
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    return f"./{default}" if isinstance(default, Path) else str(default)


def test_the_document_and_the_program_name_the_same_settings() -> None:
    assert documented("configuration.md") == defaults()


@pytest.mark.parametrize("readme", ["README.md", "README.fr.md"])
def test_a_readme_names_only_settings_that_exist(readme: str) -> None:
    named = set(re.findall(r"MBOA_[A-Z_]+[A-Z]", (ROOT / readme).read_text(encoding="utf-8")))
    assert named, "the README must name settings for this to mean anything"
    assert named <= set(defaults())
