"""What must never stand in a log line, taken out of the finished line: numbers, tokens, secrets, people's words.

Nothing of it is written to the log in the first place; this is the second lock, for what a library, a database's error
or a traceback may say.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings

LEFT_OUT = "[left out]"
# Shorter values are words that occur by themselves; production refuses such secrets.
SHORTEST_SECRET = 6
# Names of events, levels, loggers and actors are said over and over: looked at once.
_SHORT_CHARS, _REMEMBERED = 40, 2048

# Cameroon's numbers with and without their country, also with spaces; then every number in E.164.
_PHONE = re.compile(
    r"(?<![\w.+])(?:\+|00)?237[ .-]?(?P<first>[26])(?:[ .-]?\d){6}[ .-]?(?P<last>\d[ .-]?\d)(?![\w])"
    r"|(?<![\w.+])6[5-9]\d(?:[ .-]?\d){4}[ .-]?(?P<bare>\d\d)(?![\w.])"
    r"|(?<![\w])\+[1-9]\d{5,12}(?P<foreign>\d\d)(?!\w)"
)
_TOKENS = re.compile(
    r"(?P<name>(?i:\bbearer |\b(?:access_|verify_)?token=|\bsha256=|\bpassword=|/suivi/|/admin/link/|\bwamid\.))"
    r"[^\s\"'&@\\,;]+|(?P<user>://[^\s/:@\"]+:)[^\s/\"'@]+(?=@)"
)
# What a database tells of a row, and pydantic of an input, quotes it: up to where the next traceback begins.
_QUOTED_ROW = re.compile(r"(DETAIL:|\bPARAMETERS:).*?(?=\n\n(?:The above|During handling)|\Z)", re.DOTALL)
_QUOTED_INPUT = re.compile(r"input_value=.*?(?=, input_type=|\Z)", re.DOTALL)


class Redaction:
    """Takes out of a line what belongs to people, and the ``secrets`` themselves wherever they turn up."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, known))) if known else None
        self._of_short = lru_cache(maxsize=_REMEMBERED)(self._without)

    def __call__(self, line: str) -> str:
        """The line without them; a number keeps its last two digits."""
        return self._of_short(line) if len(line) <= _SHORT_CHARS else self._without(line)

    def _without(self, line: str) -> str:
        if self._secrets is not None:
            line = self._secrets.sub(LEFT_OUT, line)
        return _PHONE.sub(_masked, _TOKENS.sub(_named, line))


def _masked(found: re.Match[str]) -> str:
    if found["foreign"]:
        return f"+••• •• {found['foreign']}"
    last = (found["last"] or found["bare"]).replace(" ", "").replace(".", "").replace("-", "")
    return f"+237 {found['first'] or 6}•• •• •• {last}"


def _named(found: re.Match[str]) -> str:
    return f"{found['name'] or found['user']}{LEFT_OUT}"


def without_rows(traceback: str) -> str:
    """A traceback without the rows and inputs that errors quote: they may hold what somebody wrote."""
    return _QUOTED_INPUT.sub(f"input_value={LEFT_OUT}", _QUOTED_ROW.sub(rf"\1 {LEFT_OUT}", traceback))


def secrets_of(settings: BaseSettings) -> list[str]:
    """Every value that is kept secret, and the parts of those that are lists."""
    values = [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]
    parts = [part.strip() for value in values for part in value.split(",")]
    passwords = [unquote(urlsplit(value).password or "") for value in values if "://" in value]
    return [value for value in (*values, *parts, *passwords) if value]
