"""Phone numbers as people write them: read, and hidden in what may be read by those who may not see them."""

import re

import phonenumbers

# What stands between the digits of a number, invisible signs included; a number goes on over no line's end.
_GAP = r"(?:[^\S\n]|[./()\-–_,\u200b-\u200f\u2060]){0,3}"
_ABROAD = re.compile(rf"(?<!\w)(?:\+|00){_GAP}[1-9](?:{_GAP}\d){{6,14}}(?!\d)")
_HERE = re.compile(rf"(?<!\d)(?:(?:(?:\+|00){_GAP})?2{_GAP}3{_GAP}7{_GAP})?(?P<own>[26](?:{_GAP}\d){{8}})(?!\d)")
# Cameroon's numbering plan: mobiles begin with 6, fixed lines with 222, 233, 242 and 243 (ITU, E.164 of Cameroon).
_OWN = re.compile(r"6\d{8}|2(?:22|33|42|43)\d{6}")
# Nine digits that are a day and an hour, or two prices side by side.
_DATE = re.compile(r"(?<!\d)\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d(?!\d)")
_PRICES = re.compile(r"\d\d[\s.]?\d00\W{1,3}\d[\s.]?\d00|\d[\s.]?\d00\W{1,3}\d\d[\s.]?\d00")
# Nine digits or more, however they are grouped: it may be a number of somebody's.
_DOUBTFUL = re.compile(r"\+?\d(?:[\s./()\-–_,\u200b-\u200f\u2060]{0,3}\d){8,}")
_DIGIT = re.compile(r"\d")


def to_e164(text: str) -> str | None:
    """Any spelling of a Cameroonian number, or an international one, as E.164; ``None`` when it is no number."""
    try:
        number = phonenumbers.parse(text, "CM")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask(phone: str) -> str:
    """A number in E.164 as it is shown to those who may not see it: ``+237 6•• •• •• 01``."""
    if phone.startswith("+237") and len(phone) == len("+237699000001"):
        return f"+237 {phone[4]}•• •• •• {phone[-2:]}"
    return f"{phone[:3]} {'•' * max(0, len(phone) - 5)}{phone[-2:]}"


def masked(text: str, *, doubtful: bool = False) -> str:
    """The text with every phone number in it as :func:`mask` shows it; the very same text when it has none.

    Numbers are Cameroonian ones in any spelling, and others that begin with ``+`` or ``00``: not prices, dates, codes.
    ``doubtful``: other rows of nine digits or more are hidden as well, but for the last two.
    """
    if _DOUBTFUL.search(text) is None:
        return text
    shown = _HERE.sub(_mask_here, _ABROAD.sub(_mask_abroad, text))
    return _DOUBTFUL.sub(_hide, shown) if doubtful else shown


def blanked(text: str) -> str:
    """The text with every digit of a phone number turned into a 0: as long as it was, and nobody's any more."""
    return _DOUBTFUL.sub(lambda found: _DIGIT.sub("0", found[0]), text)


def _mask_here(found: re.Match[str]) -> str:
    own = "".join(filter(str.isdecimal, found["own"]))
    if not _OWN.fullmatch(own) or _DATE.search(found[0]) or _PRICES.fullmatch(found["own"]):
        return found[0]
    return mask(f"+237{own}")


def _mask_abroad(found: re.Match[str]) -> str:
    digits = "".join(filter(str.isdecimal, found[0]))
    number = to_e164("+" + digits.removeprefix("00"))
    return found[0] if number is None or number.startswith("+237") else mask(number)


def _hide(found: re.Match[str]) -> str:
    number = found[0]
    return _DIGIT.sub("•", number[:-2]) + number[-2:]
