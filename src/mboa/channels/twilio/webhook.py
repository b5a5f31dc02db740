"""Twilio's form webhooks: the signature, a message in, a delivery status."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mboa.channels.base import Batch, Inbound, Kind, Parked, Receipt, ReceiptStatus, Sender
from mboa.channels.whatsapp.fields import (
    bsuid,
    coordinates,
    identifier,
    integer,
    phone,
    readable,
    small,
    storable,
    words,
)

CHANNEL = "twilio"
URL_CHARS = 1_024
Form = Mapping[str, Any]

_PENDING = frozenset({"accepted", "scheduled", "queued", "sending", "receiving", "received"})
_STATUSES: dict[str, ReceiptStatus] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "undelivered": "failed",
    "canceled": "failed",
}
_MEDIA: dict[str, Kind] = {"image": "image", "audio": "audio", "video": "video"}
_CARDS = frozenset({"text/vcard", "text/x-vcard"})


class TwilioExtraMissing(RuntimeError):
    """Twilio's own signature check is not installed: ``pip install 'mboa[twilio]'``."""


def public_url(base: str, path: str, query: str) -> str:
    """The URL that Twilio signed: our configured public base, never the ``Host`` of the request."""
    return f"{base.rstrip('/')}{path}" + (f"?{query}" if query else "")


def verify(url: str, form: Form, signature: str | None, tokens: Sequence[str], settings: str | None = None) -> bool:
    """Whether ``X-Twilio-Signature`` belongs to this URL and form under one of the auth tokens.

    ``settings`` is the header ``X-Twilio-Webhooks-Signature-Settings`` of shared keys. The rule is Twilio's and
    changes with it, so its own package decides; raises :class:`TwilioExtraMissing` when that is not installed.
    """
    try:
        from twilio import request_validator
    except ImportError as error:
        raise TwilioExtraMissing("Twilio webhooks need the extra: pip install 'mboa[twilio]'") from error
    if not signature:
        return False
    algorithm = request_validator.get_signature_algorithm(settings)
    try:
        return any(
            request_validator.RequestValidator(token).validate(url, form, signature, algorithm)
            for token in tokens
            if token
        )
    except ValueError:  # lone surrogates, or a URL that is none
        return False


def parse(form: Form) -> Batch:
    """The message in one webhook form. Never raises; a form without an id or a sender is parked."""
    fields = _clean(form)
    external_id = identifier(fields.get("MessageSid") or fields.get("SmsMessageSid"))
    sender = _sender(fields)
    if external_id is None or sender is None:
        reason = "a message without a usable id" if external_id is None else "a message without a sender"
        return Batch(parked=(Parked(CHANNEL, reason, readable(fields)),))
    message = Inbound(
        CHANNEL,
        external_id,
        sender,
        reply_to=identifier(fields.get("OriginalRepliedMessageSid")),
        referral=small({name: value for name, value in fields.items() if name.startswith("Referral")}) or None,
        raw=small(fields),
        **_content(fields),
    )
    return Batch(messages=(message,))


def parse_status(form: Form, query: Mapping[str, str]) -> Batch:
    """The receipt in one status callback; ``query`` is that of the callback's URL and bears our ``key``.

    A status before ``sent`` gives nothing. Never raises.
    """
    fields = _clean(form)
    external_id = identifier(fields.get("MessageSid"))
    name = fields.get("MessageStatus", "").lower()
    if name in _PENDING:
        return Batch()
    status = _STATUSES.get(name)
    if external_id is None or status is None:
        return Batch(parked=(Parked(CHANNEL, "an unknown status", readable(fields)),))
    key = identifier(storable(words(query.get("key"))), 512)
    if status != "failed":
        return Batch(receipts=(Receipt(CHANNEL, external_id, status, key=key),))
    said = fields.get("ErrorMessage", "")[:1_000] or name
    code = _code(fields.get("ErrorCode"))
    return Batch(receipts=(Receipt(CHANNEL, external_id, status, key=key, error_code=code, error=said),))


def _code(value: str | None) -> int | None:
    code = integer(value)
    return code if code is not None and code < 1_000_000 else None


def _clean(form: Form) -> dict[str, str]:
    return {storable(name): storable(words(value)) for name, value in form.items() if isinstance(name, str)}


def _sender(fields: Mapping[str, str]) -> Sender | None:
    address = fields.get("From", "").removeprefix("whatsapp:").strip()
    number = phone(address) or phone(fields.get("WaId"))
    user_id = bsuid(fields.get("ExternalUserId", "").removeprefix("whatsapp:")) or bsuid(address)
    if number is None and user_id is None:
        return None
    return Sender(number, user_id, fields.get("ProfileName", "")[:255].strip() or None)


def _content(fields: Mapping[str, str]) -> dict[str, Any]:
    text = fields.get("Body", "")
    payload = identifier(fields.get("ButtonPayload") or fields.get("ListId"), 1_024)
    if payload:
        title = fields.get("ButtonText") or fields.get("ListTitle") or text
        return {"kind": "button", "text": title, "payload": payload}
    if "Latitude" in fields or "Longitude" in fields:
        return _location(fields)
    if (integer(fields.get("NumMedia")) or 0) > 0:
        return _media(fields, text)
    return {"kind": "text", "text": text} if text else {"kind": "unsupported"}


def _location(fields: Mapping[str, str]) -> dict[str, Any]:
    labels = (fields.get("Label", ""), fields.get("Address", ""))
    content: dict[str, Any] = {"kind": "location", "text": ", ".join(label for label in labels if label)}
    point = coordinates(fields.get("Latitude"), fields.get("Longitude"))
    if point:
        content["latitude"], content["longitude"] = point
    return content


def _media(fields: Mapping[str, str], text: str) -> dict[str, Any]:
    """The first medium: WhatsApp sends one per message. Its id is Twilio's URL of it."""
    type_ = fields.get("MediaContentType0", "").lower()
    kind: Kind = "contacts" if type_ in _CARDS else _MEDIA.get(re.split("[/;]", type_)[0], "document")
    url = identifier(fields.get("MediaUrl0"), URL_CHARS)
    return {"kind": kind, "text": text, "media_id": url, "media_type": identifier(type_)}
