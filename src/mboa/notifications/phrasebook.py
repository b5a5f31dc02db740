"""The catalogues: every word that a person reads, by language, and how its blanks are filled."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

LANGUAGES = ("fr", "en", "pcm")
# Pidgin is written where it is natural; elsewhere its readers are used to English.
_SOURCES = {"fr": ("fr",), "en": ("en",), "pcm": ("pcm", "en")}
NARROW_SPACE = "\u202f"
_BLANK = re.compile(r"\{([a-z_]+)\}")
_BEFORE_SIGN = re.compile(r"[ \u00a0\u202f]+(?=[:;!?»])")
_AFTER_QUOTE = re.compile(r"(?<=«)[ \u00a0\u202f]+")
_EMPTY_LINES = re.compile(r"\n{3,}")

Catalogue = Mapping[str, Mapping[str, str]]


@cache
def catalogue(language: str) -> Catalogue:
    """One language's tables (``text``, ``title``, …) by name; in French with the thin space before ``: ; ! ?``."""
    path = files(__package__) / "wording" / f"{language}.toml"
    tables = tomllib.loads(path.read_text("utf-8"))
    if language != "fr":
        return tables
    return {table: {name: typeset(words) for name, words in rows.items()} for table, rows in tables.items()}


@lru_cache(maxsize=2048)
def wording(language: str, table: str, name: str) -> str:
    """The words under ``name``; French for an unknown language, ``KeyError`` when no catalogue has them."""
    for source in _SOURCES.get(language, ("fr",)):
        found = catalogue(source).get(table, {}).get(name)
        if found is not None:
            return found
    raise KeyError(f"no {language} wording for {table}.{name}")


@lru_cache(maxsize=2048)
def has_wording(language: str, table: str, name: str) -> bool:
    """Whether :func:`wording` would find it."""
    return any(name in catalogue(source).get(table, {}) for source in _SOURCES.get(language, ("fr",)))


def typeset(words: str) -> str:
    """French spacing: a thin space that does not break before ``: ; ! ? »`` and after ``«``."""
    return _AFTER_QUOTE.sub(NARROW_SPACE, _BEFORE_SIGN.sub(NARROW_SPACE, words))


def fill(pattern: str, known: Mapping[str, str]) -> str:
    """The pattern with its ``{blanks}`` filled; a line with a blank for which nothing is known is left out.

    Raises ``KeyError`` for a blank that no scene can fill, which is a misspelling in a catalogue.
    """
    lines = [line % known for names, line in _lines(pattern) if all(map(known.__getitem__, names))]
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


@lru_cache(maxsize=1024)
def _lines(pattern: str) -> list[tuple[list[str], str]]:
    """The lines of a pattern, each with the names of its blanks, which stand in it as ``%(name)s``."""
    lines = pattern.strip().splitlines()
    return [(_BLANK.findall(line), _BLANK.sub(r"%(\1)s", line.replace("%", "%%"))) for line in lines]
