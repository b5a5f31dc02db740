"""Message templates as files: what may be said to a person whose 24-hour window is closed."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mboa.channels.base import Template
from mboa.channels.whatsapp.lengths import parameters

LANGUAGES = ("fr", "en")
_PLACEHOLDER = re.compile(r"\{\{([1-9][0-9]?)\}\}")


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """One template in one language, as it is submitted to Meta.

    ``parameters`` name what ``{{1}}``, ``{{2}}``, … of the body stand for, ``samples`` are Meta's required
    examples of them, ``buttons`` the titles of its quick replies, in order.
    """

    name: str
    language: str
    category: str
    body: str
    parameters: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    header: str = ""
    footer: str = ""

    def render(self, values: Sequence[str]) -> str:
        """The body as its reader sees it, with ``values`` for its parameters; ``IndexError`` if too few."""
        lines = parameters(values)
        return _PLACEHOLDER.sub(lambda found: lines[int(found[1]) - 1], self.body)

    def fill(self, values: Mapping[str, str], payloads: Sequence[str] = ()) -> Template:
        """The template with its parameters by name; raises ``KeyError`` when one is missing.

        ``payloads`` are those of the quick replies, in the order of ``buttons``.
        """
        return Template(self.name, self.language, tuple(values[name] for name in self.parameters), tuple(payloads))


@cache
def templates() -> Mapping[tuple[str, str], TemplateFile]:
    """Every template of the package by name and language (``("offer", "fr")``)."""
    folder = files(__package__) / "templates"
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)
    read = [(path.name.removesuffix(".toml"), tomllib.loads(path.read_text("utf-8"))) for path in paths]
    return {(name, language): _template(name, language, data) for name, data in read for language in LANGUAGES}


def _template(name: str, language: str, data: dict[str, Any]) -> TemplateFile:
    words = data[language]
    return TemplateFile(
        name,
        language,
        category=data["category"],
        body=words["body"].strip(),
        parameters=tuple(data["parameters"]),
        samples=tuple(words["samples"]),
        buttons=tuple(words.get("buttons", ())),
        header=words.get("header", ""),
        footer=words.get("footer", ""),
    )
