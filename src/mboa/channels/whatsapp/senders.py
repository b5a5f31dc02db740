"""Who wrote, and who a person became: phone numbers and business-scoped ids, either of which may be missing."""

import re
from typing import Any

from mboa.channels.base import Sender
from mboa.channels.numbers import to_e164
from mboa.channels.whatsapp.fields import bsuid, mapping, phone, words

NAME_CHARS = 255
_CHANGED = re.compile(r"changed from (\S{1,132}) to (\S{1,132})")


def sender_of(message: dict[str, Any], contacts: list[Any]) -> Sender | None:
    """The sender by the message's own addresses, completed from the contact that bears one of them.

    A contact that agrees with neither address is left alone, so that one body naming two people never makes
    them one. A message without any address belongs to the only contact of its body; ``None`` when there is no one.
    """
    number = phone(message.get("from"))
    user_id = bsuid(message.get("from_user_id")) or bsuid(message.get("from"))
    contact = _contact(contacts, number, user_id)
    number = number or phone(contact.get("wa_id"))
    user_id = user_id or bsuid(contact.get("user_id")) or bsuid(contact.get("wa_id"))
    if number is None and user_id is None:
        return None
    return Sender(number, user_id, _name(contact))


def _contact(contacts: list[Any], number: str | None, user_id: str | None) -> dict[str, Any]:
    people = [contact for contact in contacts if isinstance(contact, dict)]
    if number is None and user_id is None:
        return people[0] if len(people) == 1 else {}
    for contact in people:
        its_number = phone(contact.get("wa_id"))
        its_user_id = bsuid(contact.get("user_id"))
        if number and its_number:
            if number == its_number:
                return contact
        elif user_id and user_id == its_user_id:
            return contact
    return {}


def _name(contact: dict[str, Any]) -> str | None:
    profile = mapping(contact.get("profile"))
    return words(profile.get("name"), NAME_CHARS).strip() or words(profile.get("username"), NAME_CHARS).strip() or None


def previous(message: dict[str, Any]) -> Sender | None:
    """Who a ``system`` message is about, by the address that stops being theirs.

    An id change may come without ``from``: the old id then stands in ``previous_user_id`` or only in the words
    "changed from X to Y" of the body.
    """
    system = mapping(message.get("system"))
    number = phone(message.get("from"))
    user_id = bsuid(message.get("from_user_id")) or bsuid(message.get("from")) or bsuid(system.get("previous_user_id"))
    if number is None and user_id is None:
        said = _CHANGED.search(words(system.get("body"), 1_000))
        number, user_id = (phone(said[1]), bsuid(said[1])) if said else (None, None)
    return Sender(number, user_id) if number or user_id else None


def successor(system: dict[str, Any]) -> Sender | None:
    """The new addresses that a ``system`` message announces, ``None`` when it names none.

    ``wa_id`` is the new number; older versions say ``new_wa_id``.
    """
    number = phone(system.get("new_wa_id")) or phone(system.get("wa_id"))
    user_id = bsuid(system.get("user_id"))
    if number is None and user_id is None:
        said = _CHANGED.search(words(system.get("body"), 1_000))
        number, user_id = (phone(said[2]), bsuid(said[2])) if said else (None, None)
    return Sender(number, user_id) if number or user_id else None


def phone_on_card(card: dict[str, Any]) -> str | None:
    """The first usable number of a shared contact card as E.164: its WhatsApp number, else what is written on it.

    A number without a country code is read as Cameroonian.
    """
    listed = card.get("phones")
    entries = [mapping(entry) for entry in listed] if isinstance(listed, list) else [mapping(listed)]
    known = (phone(entry.get("wa_id")) for entry in entries)
    written = (to_e164(words(entry.get("phone"), 64)) for entry in entries)
    return next((number for numbers in (known, written) for number in numbers if number), None)
