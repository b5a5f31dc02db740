"""What may be written down of a provider: each field read from whatever a form, a program or a spreadsheet gives."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mboa.channels.numbers import to_e164
from mboa.dispatch.policy import QuietHours
from mboa.understanding.gazetteer import slugs

SERVICES = frozenset({"plumbing", "electricity", "appliance"})
# Excel in French writes VRAI and FAUX for true and false.
YES, NO = frozenset({"1", "true", "yes", "oui", "on", "vrai"}), frozenset({"0", "false", "no", "non", "off", "faux"})
LONGEST_NAME, MOST_JOBS = 80, 100
# Cameroon from the south to Lake Chad and from the Bight of Biafra to the east, in degrees (WGS 84).
SOUTH_NORTH, WEST_EAST = (1.6, 13.1), (8.4, 16.2)
_SPACES = re.compile(r"\s+")
_CLOCK = re.compile(r"(\d{1,2})\s*(?:[:hH]\s*(\d{2})?)?")
_BETWEEN = re.compile(r"\s*(?:-|–|—|à|to)\s*")
# The sign that spreadsheets, and our own export, put before what must not be taken for a formula or a sum.
_PROTECTED = re.compile(r"^'(?=[=+\-@\t\r'])")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a value cannot be taken: a code that every language has words for, and what was given."""

    code: str
    given: str = ""


class Refused(Exception):
    """A reader's answer to a value that cannot be taken."""

    def __init__(self, code: str, given: str = "") -> None:
        super().__init__(code)
        self.fault = Fault(code, given[:60])


def read_fields(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Fault]]:
    """The values that can be taken and the faults of those that cannot, by field; unknown fields are passed over.

    ``latitude`` and ``longitude`` come together or not at all: ``None`` or ``""`` for both means none.
    """
    values: dict[str, Any] = {}
    faults: dict[str, Fault] = {}
    for field, read in READERS.items():
        if field not in given:
            continue
        try:
            values[field] = read(given[field])
        except Refused as refused:
            faults[field] = refused.fault
    if not {"latitude", "longitude"} & faults.keys() and _is_half(values):
        faults["longitude" if values.get("longitude") is None else "latitude"] = Fault("half_spot")
    return values, faults


def _is_half(values: Mapping[str, Any]) -> bool:
    return (values.get("latitude") is None) != (values.get("longitude") is None)


def text_of(value: Any) -> str:
    """A value as one line of text; ``""`` for what is no text."""
    if isinstance(value, str):
        return _SPACES.sub(" ", _PROTECTED.sub("", value.strip())).strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value}"[:60] if abs(value) < 10**60 else "10^60"
    return ""


def _name(value: Any) -> str:
    name = "".join(letter for letter in text_of(value) if letter.isprintable())
    if not name:
        raise Refused("name_empty")
    if len(name) > LONGEST_NAME:
        raise Refused("name_long")
    return name


def _phone(value: Any) -> str:
    text = text_of(value)
    phone = to_e164(text) if len(text) <= 40 else None
    if phone is None:
        raise Refused("phone_bad", text)
    return phone


def _services(value: Any) -> tuple[str, ...]:
    return _codes(value, SERVICES, "service")


def _zones(value: Any) -> tuple[str, ...]:
    return _codes(value, slugs(), "zone")


def _codes(value: Any, known: frozenset[str], what: str) -> tuple[str, ...]:
    """Codes of a list, or of a text that separates them by ``|``; each once, in the order given."""
    parts = value.split("|") if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    codes = tuple(dict.fromkeys(code for part in parts if (code := text_of(part).lower())))
    if not codes:
        raise Refused(f"{what}s_empty")
    foreign = [code for code in codes if code not in known]
    if foreign:
        raise Refused(f"{what}_unknown", ", ".join(foreign))
    return codes


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = text_of(value).lower()
    if text not in YES | NO:
        raise Refused("flag_bad", text)
    return text in YES


def _capacity(value: Any) -> int | None:
    text = text_of(value)
    if _is_nothing(value):
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST_JOBS):
        raise Refused("capacity_bad", text)
    return int(text)


def _hours(value: Any) -> str | None:
    """``07:00-19:00`` from ``7h-19h`` and the like; ``None``, at all hours, for nothing and for 0 to 24."""
    text = text_of(value)
    if _is_nothing(value):
        return None
    ends = [_clock(part) for part in _BETWEEN.split(text)]
    if len(ends) != 2 or None in ends:
        raise Refused("hours_bad", text)
    window = "-".join(filter(None, ends))
    # As matching reads it: what it takes for "at all hours" is kept as nothing.
    return window if QuietHours.parse(window) else None


def _clock(text: str) -> str | None:
    """``07:00`` from ``7``, ``7h``, ``7h00`` or ``7:00``; midnight may be called 24."""
    found = _CLOCK.fullmatch(text.strip())
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    return f"{hour % 24:02}:{minute:02}" if hour * 60 + minute <= 24 * 60 and minute < 60 else None


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _latitude(value: Any) -> float | None:
    return _degree(value, SOUTH_NORTH)


def _longitude(value: Any) -> float | None:
    return _degree(value, WEST_EAST)


def _degree(value: Any, limits: tuple[float, float]) -> float | None:
    """Degrees with a point or, as a French spreadsheet writes them, a comma."""
    text = text_of(value)
    if _is_nothing(value):
        return None
    try:
        degree = float(text.replace(",", "."))
    except ValueError:
        raise Refused("degree_bad", text) from None
    if not (math.isfinite(degree) and limits[0] <= degree <= limits[1]):
        raise Refused("degree_far", text)
    return degree


READERS: Mapping[str, Callable[[Any], Any]] = {
    "name": _name,
    "phone": _phone,
    "services": _services,
    "zones": _zones,
    "available": _flag,
    "active": _flag,
    "capacity": _capacity,
    "hours": _hours,
    "latitude": _latitude,
    "longitude": _longitude,
}
