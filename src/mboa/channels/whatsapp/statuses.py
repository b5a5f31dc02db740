"""One delivery status of a webhook as a :class:`Receipt`."""

from typing import Any

from mboa.channels.base import Parked, Receipt, ReceiptStatus
from mboa.channels.whatsapp.fields import identifier, integer, mapping, moment, small, words
from mboa.channels.whatsapp.messages import CHANNEL, park

KEY_CHARS = 512  # Meta's limit of biz_opaque_callback_data
_CODES = 2_147_483_647  # what a database integer holds; Meta's codes have seven digits at most
_STATUSES: dict[str, ReceiptStatus] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}


def receipt(status: Any) -> Receipt | Parked | None:
    """One element of ``statuses[]``; ``None`` for ``deleted``, which says nothing of the delivery."""
    if not isinstance(status, dict):
        return park("a status is not an object", status)
    external_id = identifier(status.get("id"))
    if external_id is None:
        return park("a status without a usable message id", status)
    name = words(status.get("status"), 64)
    if name == "deleted":
        return None
    known = _STATUSES.get(name)
    if known is None:
        return park("an unknown status", status)
    code, error = _failure(status.get("errors")) if known == "failed" else (None, None)
    return Receipt(
        CHANNEL,
        external_id,
        known,
        key=identifier(status.get("biz_opaque_callback_data"), KEY_CHARS),
        at=moment(status.get("timestamp")),
        error_code=code,
        error=error,
        pricing=small(mapping(status.get("pricing"))) or None,
    )


def _failure(errors: Any) -> tuple[int | None, str | None]:
    first = mapping(errors[0]) if isinstance(errors, list) and errors else {}
    details = mapping(first.get("error_data")).get("details")
    said = (words(text, 1_000) for text in (details, first.get("message"), first.get("title")))
    code = integer(first.get("code"))
    known = code is not None and 0 <= code <= _CODES
    return code if known else None, next((text for text in said if text), None)
