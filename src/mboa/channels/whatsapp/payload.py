"""An :class:`Outbound` as the JSON of ``POST /{phone id}/messages``."""

from typing import Any

from mboa.channels.base import Outbound, SendFailed, Template
from mboa.channels.whatsapp.lengths import (
    BODY_CHARS,
    PAYLOAD_CHARS,
    ROW_DESCRIPTION_CHARS,
    ROW_PAYLOAD_CHARS,
    ROW_TITLE_CHARS,
    TEXT_CHARS,
    TITLE_CHARS,
    parameters,
    shorten,
)

KEY_CHARS = 512
BUTTONS = 3
ROWS = 10
_CAPTIONED = frozenset({"image", "video", "document"})
Json = dict[str, Any]


def build(message: Outbound) -> Json:
    """The request body for one message.

    Outside the window it is the template, inside it the free form: media, list, buttons, number request or text,
    the first that applies. More than three buttons become a list. A voice note carries no words of its own.
    Raises :class:`SendFailed` (``unreachable``) without an address, (``permanent``) for a closed window without a
    template.
    """
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_address(message),
        **_content(message),
        "biz_opaque_callback_data": message.key[:KEY_CHARS],
    }


def _address(message: Outbound) -> Json:
    if message.phone:
        return {"to": message.phone.removeprefix("+")}
    if message.user_id:
        return {"recipient": message.user_id}
    raise SendFailed("the person has neither a number nor a WhatsApp id", outcome="unreachable")


def _content(message: Outbound) -> Json:
    if not message.window_open:
        if message.template is None:
            raise SendFailed("the window is closed and there is no template", outcome="permanent", report=True)
        return {"type": "template", "template": _template(message.template)}
    if message.media_id and message.media_kind:
        return _media(message, message.media_kind, message.media_id)
    if message.choices or message.buttons or message.ask_phone:
        return {"type": "interactive", "interactive": _interactive(message)}
    return {"type": "text", "text": {"body": shorten(message.text, TEXT_CHARS), "preview_url": False}}


def _media(message: Outbound, kind: str, media_id: str) -> Json:
    media = {"id": media_id}
    if message.text and kind in _CAPTIONED:
        media["caption"] = shorten(message.text, BODY_CHARS)
    return {"type": kind, kind: media}


def _interactive(message: Outbound) -> Json:
    body = {"text": shorten(message.text, BODY_CHARS)}
    if message.choices or len(message.buttons) > BUTTONS:
        return {"type": "list", "body": body, "action": _list(message)}
    if message.buttons:
        replies = [{"id": b.payload[:PAYLOAD_CHARS], "title": shorten(b.title, TITLE_CHARS)} for b in message.buttons]
        return {"type": "button", "body": body, "action": {"buttons": [_reply(reply) for reply in replies]}}
    return {"type": "request_contact_info", "body": body, "action": {"name": "request_contact_info"}}


def _reply(reply: Json) -> Json:
    return {"type": "reply", "reply": reply}


def _list(message: Outbound) -> Json:
    rows = [_row(c.payload, c.title, c.description) for c in message.choices]
    rows = rows or [_row(b.payload, b.title, "") for b in message.buttons]
    label = shorten(message.choices_label or "Choisir", TITLE_CHARS)
    return {"button": label, "sections": [{"title": shorten(label, ROW_TITLE_CHARS), "rows": rows[:ROWS]}]}


def _row(payload: str, title: str, description: str) -> Json:
    row = {"id": payload[:ROW_PAYLOAD_CHARS], "title": shorten(title, ROW_TITLE_CHARS)}
    if description:
        row["description"] = shorten(description, ROW_DESCRIPTION_CHARS)
    return row


def _template(template: Template) -> Json:
    components: list[Json] = []
    if template.parameters:
        texts = [{"type": "text", "text": value} for value in parameters(template.parameters)]
        components.append({"type": "body", "parameters": texts})
    for index, payload in enumerate(template.payloads):
        answer = [{"type": "payload", "payload": payload[:PAYLOAD_CHARS]}]
        components.append({"type": "button", "sub_type": "quick_reply", "index": str(index), "parameters": answer})
    language = {"code": template.language}
    return {"name": template.name, "language": language, "components": components}
