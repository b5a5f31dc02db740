"""One message of a webhook, whatever its type, as an :class:`Inbound`."""

from collections.abc import Callable
from typing import Any

from mboa.channels.base import Inbound, Kind, Parked
from mboa.channels.whatsapp.fields import coordinates, identifier, mapping, moment, readable, small, words
from mboa.channels.whatsapp.senders import phone_on_card, previous, sender_of, successor

CHANNEL = "whatsapp"
PAYLOAD_CHARS = 1_024
Content = dict[str, Any]

_MEDIA: dict[str, Kind] = {
    "image": "image",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "document": "document",
    "sticker": "sticker",
}
_CHANGES: dict[str, Kind] = {
    "user_changed_number": "number_changed",
    "customer_changed_number": "number_changed",
    "user_changed_user_id": "identity_changed",
    "customer_identity_changed": "identity_changed",
    "user_identity_changed": "identity_changed",
}


def park(reason: str, piece: Any) -> Parked:
    """A piece of a webhook that could not be read, kept as text for people."""
    return Parked(CHANNEL, reason, readable(piece))


def inbound(message: Any, contacts: list[Any]) -> Inbound | Parked | None:
    """One element of ``messages[]``; ``None`` for a group's message, which is not for us.

    Only an id and a sender are needed. A type that is not known, or whose content is missing, becomes kind
    ``unsupported``. An edit carries the new words, with the id of the edited message in ``edits``.
    """
    if not isinstance(message, dict):
        return park("a message is not an object", message)
    if message.get("group_id"):
        return None
    external_id = identifier(message.get("id"))
    if external_id is None:
        return park("a message without a usable id", message)
    sender = previous(message) if message.get("type") == "system" else sender_of(message, contacts)
    if sender is None:
        return park("a message without a sender", message)
    content: Content = {"reply_to": identifier(mapping(message.get("context")).get("id"))}
    content.update(_content(message))
    return Inbound(
        CHANNEL,
        external_id,
        sender,
        sent_at=moment(message.get("timestamp")),
        referral=small(mapping(message.get("referral"))) or None,
        raw=small(message),
        **content,
    )


def _content(message: dict[str, Any]) -> Content:
    type_ = message.get("type")
    if not isinstance(type_, str):
        return {"kind": "unsupported"}
    reader = _READERS.get(type_)
    return reader(message.get(type_)) if reader else {"kind": "unsupported"}


def _text(block: Any) -> Content:
    body = words(mapping(block).get("body"))
    return {"kind": "text", "text": body} if body else {"kind": "unsupported"}


def _media(kind: Kind) -> Callable[[Any], Content]:
    def read(block: Any) -> Content:
        media = mapping(block)
        return {
            "kind": kind,
            "text": words(media.get("caption")),
            "media_id": identifier(media.get("id")),
            "media_type": identifier(media.get("mime_type")),
        }

    return read


def _location(block: Any) -> Content:
    pin = mapping(block)
    labels = (words(pin.get("name"), 1_000), words(pin.get("address"), 1_000))
    content: Content = {"kind": "location", "text": ", ".join(label for label in labels if label)}
    point = coordinates(pin.get("latitude"), pin.get("longitude"))
    if point:
        content["latitude"], content["longitude"] = point
    return content


def _contacts(block: Any) -> Content:
    cards = [mapping(card) for card in block] if isinstance(block, list) else []
    name = next((words(mapping(card.get("name")).get("formatted_name"), 1_000) for card in cards), "")
    given = next((number for card in cards if (number := phone_on_card(card))), None)
    return {"kind": "contacts", "text": name, "phone_given": given}


def _button(block: Any) -> Content:
    tap = mapping(block)
    payload = identifier(tap.get("payload"), PAYLOAD_CHARS)
    return {"kind": "button", "text": words(tap.get("text")), "payload": payload}


def _interactive(block: Any) -> Content:
    """A tap on a reply button or list row. A form's answer (``nfm_reply``) stays whole in ``raw``: we send no forms."""
    answer = mapping(block)
    reply = mapping(answer.get("button_reply")) or mapping(answer.get("list_reply"))
    if not reply:
        return {"kind": "unsupported", "text": words(mapping(answer.get("nfm_reply")).get("body"))}
    payload = identifier(reply.get("id"), PAYLOAD_CHARS)
    return {"kind": "button", "text": words(reply.get("title")), "payload": payload}


def _reaction(block: Any) -> Content:
    reaction = mapping(block)
    target = identifier(reaction.get("message_id"))
    return {"kind": "reaction", "text": words(reaction.get("emoji"), 64), "reply_to": target}


def _order(block: Any) -> Content:
    return {"kind": "order", "text": words(mapping(block).get("text"))}


def _system(block: Any) -> Content:
    notice = mapping(block)
    kind = _CHANGES.get(words(notice.get("type"), 64), "unsupported")
    return {"kind": kind, "text": words(notice.get("body"), 1_000), "successor": successor(notice)}


def _revoke(block: Any) -> Content:
    return {"kind": "revoked", "reply_to": identifier(mapping(block).get("original_message_id"))}


def _edit(block: Any) -> Content:
    edit = mapping(block)
    message = mapping(edit.get("message"))
    content: Content = {"kind": "unsupported"} if message.get("type") == "edit" else _content(message)
    quoted = identifier(mapping(message.get("context")).get("id"))
    return {"reply_to": quoted} | content | {"edits": identifier(edit.get("original_message_id"))}


_READERS: dict[str, Callable[[Any], Content]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "reaction": _reaction,
    "order": _order,
    "system": _system,
    "revoke": _revoke,
    "edit": _edit,
    **{type_: _media(kind) for type_, kind in _MEDIA.items()},
}
