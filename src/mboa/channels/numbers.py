"""Phone numbers as people write them."""

import phonenumbers


def to_e164(text: str) -> str | None:
    """Any spelling of a Cameroonian number, or an international one, as E.164; ``None`` when it is no number."""
    try:
        number = phonenumbers.parse(text, "CM")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
