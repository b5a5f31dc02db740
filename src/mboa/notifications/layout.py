"""What a phrase looks like in every language: its buttons, its key, its template twin."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Twin:
    """The approved template for a closed window: its parameters by name, each with the word that fills it."""

    name: str
    parameters: Mapping[str, str]
    payloads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """``buttons`` and ``choices`` are pairs of payload and title name; with ``each`` they are repeated for each item
    of that fact. ``key`` is set for what must not be said twice.
    """

    buttons: tuple[tuple[str, str], ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    label: str = "choose"
    each: str = ""
    ask_phone: bool = False
    key: str = ""
    twin: Twin | None = None


@cache
def layouts() -> Mapping[str, Layout]:
    """The layout of every phrase that is more than its text."""
    path = files(__package__) / "wording" / "layout.toml"
    return {phrase: _layout(row) for phrase, row in tomllib.loads(path.read_text("utf-8")).items()}


def layout_of(phrase: str) -> Layout:
    """A phrase's layout; plain text when none is written down."""
    return layouts().get(phrase, Layout())


def _layout(row: dict[str, Any]) -> Layout:
    rest = {name: value for name, value in row.items() if name not in {"buttons", "choices", "twin"}}
    twin = row.get("twin")
    return Layout(
        buttons=tuple((payload, title) for payload, title in row.get("buttons", ())),
        choices=tuple((payload, title) for payload, title in row.get("choices", ())),
        twin=Twin(twin["name"], twin["parameters"], tuple(twin.get("payloads", ()))) if twin else None,
        **rest,
    )
