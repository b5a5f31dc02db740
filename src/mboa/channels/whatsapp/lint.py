"""Meta's rules for a template, checked before a person at Meta does."""

import re
import unicodedata
from collections.abc import Iterator

from mboa.channels.whatsapp.lengths import BODY_CHARS, PARAMETERS_CHARS, TITLE_CHARS
from mboa.channels.whatsapp.templates import TemplateFile

HEADER_CHARS = FOOTER_CHARS = 60
NAME = re.compile(r"[a-z0-9_]{1,512}")
_PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")
# Words that turn a utility template into marketing in the eyes of Meta's classifier, without accents.
_PROMOTIONAL = re.compile(
    r"\b(offre speciale|promo\w*|gratuit\w*|remise|reduction|soldes?|profitez|exclusi\w+|bonus|cadeau|felicitations"
    r"|special offer|free|discount|sale|deal|limited time|congratulations|coupon|win|gift|new job|opportunity)\b"
)


def lint(template: TemplateFile) -> list[str]:
    """What Meta would refuse in a template, or class as marketing; empty when nothing."""
    return [*_lengths(template), *_placeholders(template), *_wording(template)]


def _lengths(template: TemplateFile) -> Iterator[str]:
    own_words = len(_PLACEHOLDER.sub("", template.body))
    if not NAME.fullmatch(template.name):
        yield "the name may hold small letters, digits and underscores only"
    if template.category != "utility":
        yield f"the category is {template.category}, not utility"
    if len(template.body) > BODY_CHARS or own_words > BODY_CHARS - PARAMETERS_CHARS:
        yield f"the body's own words are {own_words} characters, the limit is {BODY_CHARS - PARAMETERS_CHARS}"
    if len(template.header) > HEADER_CHARS or len(template.footer) > FOOTER_CHARS:
        yield f"header and footer may have {HEADER_CHARS} characters"
    yield from (f"the button {title!r} is empty or too long" for title in template.buttons if not _is_title(title))
    if len(template.buttons) > 3 or len(set(template.buttons)) < len(template.buttons):
        yield "at most three buttons, each title once"


def _is_title(title: str) -> bool:
    return 0 < len(title) <= TITLE_CHARS and "\n" not in title and "{{" not in title


def _placeholders(template: TemplateFile) -> Iterator[str]:
    numbers = _PLACEHOLDER.findall(template.body)
    if list(dict.fromkeys(numbers)) != [str(number) for number in range(1, len(set(numbers)) + 1)]:
        yield "parameters must be numbered from 1 without a gap, in the order of the text"
    if not len(set(numbers)) == len(template.parameters) == len(template.samples):
        yield "every parameter needs a name and a sample value"
    if not all(template.samples):
        yield "a sample value is empty"
    body = template.body.strip()
    if body.startswith("{{") or body.endswith("}}") or re.search(r"\}\}[^\w{]*$", body):
        yield "a parameter may not stand at the start or the end"
    if re.search(r"\}\}\s*\{\{", body):
        yield "two parameters may not touch"
    if len(_WORD.findall(_PLACEHOLDER.sub("", body))) < 2 * len(numbers) + 1:
        yield "too few words for so many parameters"


def _wording(template: TemplateFile) -> Iterator[str]:
    everything = " ".join((template.header, template.body, template.footer, *template.buttons)).lower()
    plain = "".join(c for c in unicodedata.normalize("NFD", everything) if unicodedata.category(c) != "Mn")
    found = _PROMOTIONAL.search(plain)
    if found:
        yield f"{found[0]!r} reads as promotion"
    if re.search(r"\n{3,}|\t| {4,}", template.body):
        yield "no more than one empty line, no tab, no run of spaces"
