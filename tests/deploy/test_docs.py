"""What the documents name is there: files, tests, settings, commands."""

import re
from pathlib import Path

import pytest
from click import Command, Group

from mboa.cli import main
from mboa.settings import Settings
from tests.house.tree import ROOT

DOCS = ["docs/operations.md", "docs/growing.md", "docs/security.md", "SECURITY.md", "README.md", "README.fr.md"]
SETTINGS = {f"MBOA_{name.upper()}" for name in Settings.model_fields}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCS)
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text(name))
    missing = [link for link, _ in links if link and not (ROOT / name).parent.joinpath(link).exists()]
    assert missing == []
    for link, anchor in links:
        target = (ROOT / name).parent / link if link else ROOT / name
        assert not anchor or anchor in anchors(target), (link, anchor)


def anchors(page: Path) -> set[str]:
    """The headings of a page as one links to them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", DOCS)
def test_only_settings_that_exist_are_named(name: str) -> None:
    assert set(re.findall(r"\bMBOA_[A-Z_]*[A-Z]", text(name))) - SETTINGS == set()


@pytest.mark.parametrize("name", DOCS)
def test_only_commands_that_exist_are_named(name: str) -> None:
    said = re.findall(r"(?:`|^|bin/|-- )mboa ((?:[a-z-]+ ?)+)", text(name), re.MULTILINE)
    assert said or name in {"docs/security.md", "SECURITY.md"}
    assert [words for words in said if not is_command(words.split())] == []


def is_command(words: list[str]) -> bool:
    """Whether these words begin with a command; what follows a command that is no group is its own."""
    command: Command | None = main
    for word in words:
        if not isinstance(command, Group):
            return True
        command = command.commands.get(word)
        if command is None:
            return False
    return True


def test_the_tests_of_the_security_table_exist() -> None:
    rows = [row for row in text("docs/security.md").partition("## Point by point")[2].splitlines() if row[:1] == "|"]
    assert len(rows) > 25
    for row in rows:
        folder = ROOT / "tests"
        for name in re.findall(r"`([a-z_/]+(?:\.py)?)`", row.split("|")[-2]):
            path = ROOT / "tests" / name if "/" in name else folder / name
            assert path.exists(), row
            folder = path.parent
