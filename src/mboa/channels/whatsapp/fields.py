"""Single fields of a webhook, read with distrust: each reader takes anything and gives a storable value or nothing."""

import json
import math
import re
from datetime import UTC, datetime
from typing import Any

import orjson

ID_CHARS = 255
PARKED_BYTES = 65_536
RAW_BYTES = 8_192
_DEPTH = 64  # Meta nests about ten levels; what lies deeper is not a message
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DIGITS = re.compile(r"\+?([1-9][0-9]{6,14})")
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9._-]{1,128}")
_EARLIEST, _LATEST = 1_230_768_000, 4_102_444_800  # 2009 (WhatsApp's first year) to 2100, in seconds


def storable(text: str) -> str:
    """The text with NULs and lone surrogates replaced by U+FFFD: PostgreSQL stores neither."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def scrub(value: Any, depth: int = 0) -> Any:
    """A copy of a JSON value whose every string is storable; containers nested deeper than 64 become ``None``."""
    if isinstance(value, str):
        return storable(value)
    if not isinstance(value, (list, dict)):
        return value
    if depth >= _DEPTH:
        return None
    if isinstance(value, list):
        return [scrub(item, depth + 1) for item in value]
    return {storable(key): scrub(item, depth + 1) for key, item in value.items()}


def decode(body: bytes) -> Any:
    """The JSON value of a body, its strings storable and its numbers finite; raises ``ValueError`` when there is none.

    orjson refuses lone surrogates, NaN, raw control characters and broken UTF-8. One such character in one
    message must not lose its neighbours, so those bodies are read again by the standard library.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return scrub(_decode_leniently(body))
    return scrub(value) if b"\\u0000" in body else value


def _decode_leniently(body: bytes) -> Any:
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        return json.loads(
            text, strict=False, parse_int=_bounded_int, parse_float=_finite_float, parse_constant=lambda _: None
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _bounded_int(digits: str) -> int | None:
    return int(digits) if len(digits) <= 18 else None


def _finite_float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def readable(value: Any) -> str:
    """A JSON value, or a whole body, as text for people: storable, and at most 64 kB of UTF-8."""
    if isinstance(value, bytes):
        text = value[:PARKED_BYTES].decode("utf-8", "replace")
    else:
        text = json.dumps(scrub(value), ensure_ascii=False)
    return storable(text).encode()[:PARKED_BYTES].decode("utf-8", "ignore")


def small(value: dict[str, Any]) -> dict[str, Any]:
    """The same dict when it serialises to at most 8 kB of JSON, else an empty one."""
    try:
        return value if len(orjson.dumps(value)) <= RAW_BYTES else {}
    except orjson.JSONEncodeError:  # nested past orjson's limit
        return {}


def mapping(value: Any) -> dict[str, Any]:
    """The value when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def words(value: Any, limit: int = 65_536) -> str:
    """The value when it is a string, cut at ``limit`` characters, else the empty string."""
    return value[:limit] if isinstance(value, str) else ""


def identifier(value: Any, limit: int = ID_CHARS) -> str | None:
    """The value when it is a string of 1 to ``limit`` characters that are not all blank; never a shortened one."""
    return value if isinstance(value, str) and len(value) <= limit and value.strip() else None


def integer(value: Any) -> int | None:
    """A whole number that came as a number or as ASCII digits (at most 18), else ``None``."""
    if isinstance(value, str) and len(value) <= 18 and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(value: Any) -> datetime | None:
    """A Unix timestamp in seconds or milliseconds as UTC; ``None`` for anything outside 2009 to 2100.

    Seconds are the rule, but milliseconds have been seen (nyaruka/courier, handlers/meta/whatsapp).
    """
    stamp = integer(value)
    if stamp is None:
        return None
    seconds = stamp / 1000 if stamp > _LATEST else stamp
    return datetime.fromtimestamp(seconds, UTC) if _EARLIEST <= seconds <= _LATEST else None


def phone(value: Any) -> str | None:
    """A WhatsApp number (digits, with or without ``+``) as E.164 with ``+``; ``None`` when it is not one."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    found = _DIGITS.fullmatch(value) if isinstance(value, str) else None
    return f"+{found[1]}" if found else None


def bsuid(value: Any) -> str | None:
    """A business-scoped user id: ISO country, a dot, up to 128 characters (Meta, March 2026); else ``None``."""
    return value if isinstance(value, str) and _BSUID.fullmatch(value) else None


def coordinates(latitude: Any, longitude: Any) -> tuple[float, float] | None:
    """Degrees north and east when both are numbers on the globe, else ``None``; never one without the other."""
    north, east = _number(latitude), _number(longitude)
    if north is None or east is None or abs(north) > 90 or abs(east) > 180:
        return None
    return north, east


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and (len(value) > 32 or not value.isascii()):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
