"""A template as a business submits it, refused for what Meta refuses before any reviewer sees it.

The rules are those of Meta's page on templates and of what people report of its answers; written without a look at the
rules that this repository's own templates are checked by, so that the two check each other.
"""

import re
from collections.abc import Sequence
from typing import Any

from mboa.channels.whatsapp.templates import TemplateFile
from mboa.fake_meta.reading import Json, Refused

CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
BODY_CHARS, SHORT_CHARS, TITLE_CHARS, MOST_BUTTONS = 1_024, 60, 25, 10
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
_VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
_AT_AN_END = re.compile(r"^\W*\{\{|\}\}\W*$")
_ADJACENT = re.compile(r"\}\}\s*\{\{")
_SPACED = re.compile(r"\n{3,}|\t| {5,}")


def read_template(submitted: Json) -> TemplateFile:
    """A template in Meta's shape: text header, body with ``{{1}}``, ``{{2}}``, …, footer, quick replies.

    Raises :class:`Refused` (100) for anything else.
    """
    parts = _parts(submitted.get("components"))
    body, samples = _body(parts.get("BODY", {}))
    return TemplateFile(
        _matching(submitted, "name", _NAME, "small letters, digits and underscores"),
        _matching(submitted, "language", _LANGUAGE, "a code such as fr or en_US"),
        category=_category(submitted.get("category")),
        body=body,
        parameters=tuple(str(number) for number in range(1, len(samples) + 1)),
        samples=samples,
        buttons=_buttons(parts.get("BUTTONS")),
        header=_header(parts.get("HEADER")),
        footer=_short(parts.get("FOOTER"), "FOOTER"),
    )


def _require(condition: bool, details: str) -> None:
    if not condition:
        raise Refused(100, details)


def _matching(submitted: Json, name: str, pattern: re.Pattern[str], words: str) -> str:
    value = submitted.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Refused(100, f"{name} must be {words}")
    return value


def _category(given: Any) -> str:
    _require(given in CATEGORIES, f"category must be one of {', '.join(CATEGORIES)}")
    return str(given).lower()


def _parts(components: Any) -> dict[str, Json]:
    _require(isinstance(components, list) and all(isinstance(part, dict) for part in components), "components: objects")
    kinds = [str(part.get("type")).upper() for part in components]
    unknown = sorted(set(kinds) - {"HEADER", "BODY", "FOOTER", "BUTTONS"})
    _require(not unknown, f"the component type {', '.join(unknown)} is not known")
    _require(len(set(kinds)) == len(kinds), "a component stands there twice")
    _require("BODY" in kinds, "a template needs a BODY")
    return dict(zip(kinds, components, strict=True))


def _text(part: Json, kind: str, most: int) -> str:
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refused(100, f"the {kind} needs a text")
    _require(len(text) <= most, f"the {kind} is over {most} characters")
    return text


def _body(part: Json) -> tuple[str, tuple[str, ...]]:
    text = _text(part, "BODY", BODY_CHARS)
    numbers = sorted(set(_VARIABLE.findall(text)), key=lambda each: (len(each), each))
    in_order = numbers == [str(number) for number in range(1, len(numbers) + 1)]
    _require(in_order, "the variables of a body are {{1}}, {{2}}, … without a gap")
    _require(not _AT_AN_END.search(text.strip()), "a variable may stand neither at the start nor at the end")
    _require(not _ADJACENT.search(text), "two variables may not stand side by side")
    _require(not _SPACED.search(text), "no more than two line breaks or four spaces in a row")
    words = re.findall(r"[^\W\d_]+", _VARIABLE.sub(" ", text))
    _require(not numbers or len(words) > 2 * len(numbers), "too many variables for so few words")
    return text, _samples(part.get("example"), len(numbers))


def _samples(example: Any, wanted: int) -> tuple[str, ...]:
    rows = example.get("body_text") if isinstance(example, dict) else None
    row: Sequence[Any] = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], list) else []
    good = len(row) == wanted and all(isinstance(one, str) and one.strip() for one in row)
    _require(good, f"every variable needs an example in body_text: {len(row)} given, {wanted} wanted")
    return tuple(row)


def _header(part: Json | None) -> str:
    _require(part is None or part.get("format") == "TEXT", "this double knows headers of the format TEXT only")
    return _short(part, "HEADER")


def _short(part: Json | None, kind: str) -> str:
    if part is None:
        return ""
    text = _text(part, kind, SHORT_CHARS)
    _require("{{" not in text and "\n" not in text, f"the {kind} may hold neither variables nor line breaks here")
    return text


def _buttons(part: Json | None) -> tuple[str, ...]:
    if part is None:
        return ()
    buttons = part.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST_BUTTONS:
        raise Refused(100, f"buttons must hold 1 to {MOST_BUTTONS} of them")
    quick = all(isinstance(one, dict) and str(one.get("type")).upper() == "QUICK_REPLY" for one in buttons)
    _require(quick, "this double knows quick replies only")
    titles = tuple(_text(one, "button", TITLE_CHARS) for one in buttons)
    _require(len(set(titles)) == len(titles), "two buttons bear the same title")
    _require(not any("{{" in title or "\n" in title for title in titles), "a button's title is plain words")
    return titles
