"""What Meta says of our templates: paused, disabled, approved again (``message_template_status_update``)."""

from typing import Any

from mboa.channels.base import TemplateNotice
from mboa.channels.whatsapp.fields import words
from mboa.channels.whatsapp.messages import CHANNEL

FIELD = "message_template_status_update"
_USABLE = frozenset({"APPROVED", "REINSTATED"})
_UNUSABLE = frozenset({"PAUSED", "DISABLED", "REJECTED", "FLAGGED", "PENDING_DELETION"})


def notice(value: Any) -> TemplateNotice | None:
    """One notice; ``None`` for one that changes nothing or names no template."""
    if not isinstance(value, dict):
        return None
    said = words(value.get("event"), 64).upper()
    name = words(value.get("message_template_name"), 512)
    language = words(value.get("message_template_language"), 16)
    if not name or said not in _USABLE | _UNUSABLE:
        return None
    # "fr_FR" and "fr" are one to us: we submit the plain language.
    return TemplateNotice(CHANNEL, name, language.split("_")[0], said in _USABLE, said)
