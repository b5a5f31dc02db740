"""What people wrote, as an account may see it: phone numbers are hidden from those who may not see them."""

from typing import Any

from mboa.channels.numbers import masked
from mboa.storage.admin.accounts import Account

# What names a person by a number in clothes: WhatsApp's message ids hold the phone.
_IDS = frozenset({"external_id", "user_id"})


def veiled(me: Account, value: Any) -> Any:
    """What an account may see of a value and all that is in it: viewers see no more than the last two digits of what
    may be a phone number."""
    return value if me.may("operator") else _veil(value)


def _veil(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value, doubtful=True)
    if isinstance(value, dict):
        return {name: None if name in _IDS else _veil(one) for name, one in value.items()}
    return [_veil(one) for one in value] if isinstance(value, (list, tuple)) else value
