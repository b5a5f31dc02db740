"""Phone numbers in what people wrote: hidden from those who may not see them, blanked where a text leaves the house."""

import re
from typing import Any

from mboa.storage.admin.accounts import Account

# Nine digits or more, however they are grouped, and whatever invisible signs stand between.
_NUMBER = re.compile(r"\+?\d(?:[\s./()\-–_,\u200b-\u200f\u2060]{0,3}\d){8,}")
_DIGIT = re.compile(r"\d")
# What names a person by a number in clothes: WhatsApp's message ids hold the phone.
_IDS = frozenset({"external_id", "user_id"})


def blanked(text: str) -> str:
    """The text with every digit of a phone number turned into a 0: as long as it was, and nobody's any more."""
    return _NUMBER.sub(lambda found: _DIGIT.sub("0", found[0]), text)


def veiled(me: Account, value: Any) -> Any:
    """What an account may see of a value and all that is in it: viewers get ``•`` for the digits of phone numbers."""
    return value if me.may("operator") else _veil(value)


def _veil(value: Any) -> Any:
    if isinstance(value, str):
        return _NUMBER.sub(_hide, value)
    if isinstance(value, dict):
        return {name: None if name in _IDS else _veil(one) for name, one in value.items()}
    return [_veil(one) for one in value] if isinstance(value, (list, tuple)) else value


def _hide(found: re.Match[str]) -> str:
    number = found[0]
    return _DIGIT.sub("•", number[:-2]) + number[-2:]
