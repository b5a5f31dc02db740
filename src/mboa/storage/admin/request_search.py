"""What somebody types to find requests: a number, a phone in any spelling, or words without regard to accents.

The words stand in the table ``request_search``, kept by triggers (migration 0004). Its two dialects, FTS5 and tsvector,
are told apart here and nowhere else.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from mboa.channels.numbers import to_e164
from mboa.storage import people
from mboa.storage.store import Connection

Dialect = Literal["sqlite", "postgresql"]
Endings = dict[str, tuple[str, ...]]

LONGEST, MOST_WORDS = 200, 12
PREFIX_LETTERS = 3
# Zeros before a longer number are the way out of the country.
_LONGEST_CODE = 8
# For each engine: the quotes of a word, the sign after the beginning of one, "any of" and "all of".
_SIGNS: dict[Dialect, tuple[str, str, str, str]] = {
    "sqlite": ('"', "*", " OR ", " AND "),
    "postgresql": ("'", ":*", " | ", " & "),
}
# Where more words have one beginning, it is looked for as such.
MOST_ENDINGS = 20
_LAST = "\U0010ffff"
_TERMS = """
WITH RECURSIVE found (term) AS (
  SELECT (SELECT t.term FROM request_terms t WHERE t.term >= :first AND t.term <= :last LIMIT 1)
  UNION ALL
  SELECT (SELECT t.term FROM request_terms t WHERE t.term >= found.term || CHAR(1) AND t.term <= :last LIMIT 1)
  FROM found WHERE found.term IS NOT NULL LIMIT :most
)
SELECT term FROM found WHERE term IS NOT NULL"""
_CODE = re.compile(r"(?<!\w)MB[ -]?(\d{1,15})(?!\w)", re.IGNORECASE)
_DIGITS = re.compile(r"[#+]?[\d\s.()-]*\d[\d\s.()-]*")
_PHONE = re.compile(r"(?<!\w)\+?\d(?:[\s.()-]*\d){7,14}(?!\w)")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. ``code`` and ``phone`` (a whole number, E.164: no part of one leads to it) are alternatives;
    every one of the ``words``, folded, must be found, the longer ones as beginnings."""

    words: tuple[str, ...] = ()
    code: int | None = None
    phone: str | None = None
    hopeless: bool = False

    @property
    def by_number(self) -> bool:
        """Whether a request's or a person's number leads to the rows."""
        return self.code is not None or self.phone is not None


def read(text: str) -> Search | None:
    """What a search field says; ``None`` when it is empty."""
    rest = text[:LONGEST].strip()
    if not rest:
        return None
    if _DIGITS.fullmatch(rest):
        return _number(rest)
    code = phone = None
    if found := _CODE.search(rest):
        code, rest = int(found[1]), _without(rest, found)
    if found := _PHONE.search(rest):
        phone, rest = to_e164(found[0]), _without(rest, found)
    words = tuple(dict.fromkeys(words_of(rest)))[:MOST_WORDS]
    return Search(words, code, phone, hopeless=not words and code is None and phone is None)


def words_of(text: str) -> list[str]:
    """The words of a text, folded."""
    return _WORD.findall(fold(text))


def fold(text: str) -> str:
    """Small letters without accents, as the index has them."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


def _number(typed: str) -> Search:
    digits = "".join(filter(str.isdecimal, typed))
    abroad = typed.startswith("+") or (digits.startswith("00") and len(digits) > _LONGEST_CODE)
    is_code = len(digits) <= 15 and not abroad
    phone = None if typed.startswith("#") else to_e164(typed)
    code = int(digits) if is_code else None
    return Search((), code, phone, hopeless=code is None and phone is None)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def endings(conn: Connection, dialect: Dialect, search: Search) -> Endings:
    """Each word that is looked for, with the words of requests that begin with it.

    Without these, or where they are too many, the engine looks for the beginning itself. FTS5 then reads every entry
    before the first one is found; of whole words it reads as many as a page needs.
    """
    found: Endings = dict.fromkeys(search.words, ())
    if dialect == "sqlite":
        for word in filter(_may_go_on, search.words):
            rows = conn.all(_TERMS, first=word, last=word + _LAST, most=MOST_ENDINGS + 1)
            found[word] = tuple(row["term"] for row in rows) if len(rows) <= MOST_ENDINGS else ()
    return found


def _may_go_on(word: str) -> bool:
    return len(word) >= PREFIX_LETTERS and not word.isdecimal()


def matching(dialect: Dialect, found: Endings, tags: list[tuple[str, ...]]) -> str:
    """The words as the engine's index is asked for them. ``tags`` are whole words, of each group any one."""
    quote, beginning, either, both = _SIGNS[dialect]

    def any_of(words: Iterable[str]) -> str:
        return "(" + either.join(f"{quote}{word}{quote}" for word in words) + ")"

    words = [
        any_of(terms) if terms else f"{quote}{word}{quote}{beginning if _may_go_on(word) else ''}"
        for word, terms in found.items()
    ]
    return both.join([*map(any_of, tags), *words])


def trade_tag(service: str) -> str:
    """The word that every request of this trade bears."""
    return f"trade{service}"


def zone_tag(slug: str) -> str:
    """The word that every request of this zone bears."""
    return f"inzone{slug.replace('-', '')}"


def month_tags(since: datetime, until: datetime) -> tuple[str, ...]:
    """The words of the months (of UTC) between two times, one of which every request made then bears."""
    first, last = (at.astimezone(UTC).year * 12 + at.astimezone(UTC).month - 1 for at in (since, until))
    return tuple(f"made{month // 12:04}{month % 12 + 1:02}" for month in range(first, last + 1))


OPEN_TAG = "stillopen"

# Who writes from the number, and who told it as his.
_PEOPLE = ":caller_0, :caller_1"
# The ids of the requests that a number leads to.
BY_CODE = "SELECT id FROM requests WHERE id = :code"
BY_PHONE = f"""
SELECT id FROM requests WHERE client_id IN ({_PEOPLE})
UNION SELECT id FROM requests WHERE provider_id IN (SELECT p.id FROM providers p WHERE p.contact_id IN ({_PEOPLE}))"""


def by_number(search: Search) -> str:
    """A query for the ids of the requests that the code or the phone leads to."""
    ways = [way for way, wanted in ((BY_CODE, search.code), (BY_PHONE, search.phone)) if wanted is not None]
    return " UNION ".join(ways)


def parameters(conn: Connection, search: Search) -> dict[str, Any]:
    """What :func:`by_number` asks for."""
    given: dict[str, Any] = {}
    if search.code is not None:
        given["code"] = search.code
    if search.phone is not None:
        callers = [*people.called(conn, search.phone), None, None]
        given |= {"caller_0": callers[0], "caller_1": callers[1]}
    return given


# In which table the words stand, what names the request there, and how a row is asked for them.
INDEX: dict[Dialect, tuple[str, str]] = {
    "sqlite": ("s.rowid", "s.request_search MATCH :words"),
    "postgresql": ("s.request_id", "s.words @@ :words::tsquery"),
}
# How often a word occurs decides how it is best looked for: PostgreSQL must plan anew for each.
PLAN_ANEW = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"
