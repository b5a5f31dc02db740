"""The strict half of the double of Meta: what the Cloud API accepts of a message, and the code it refuses with."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mboa.channels.base import Button, ListChoice
from mboa.channels.whatsapp.templates import TemplateFile

Json = dict[str, Any]
# The template of a name and a language; raises Refused when it may not be sent.
Find = Callable[[str, str], TemplateFile]
_BAD_PARAMETER = re.compile(r"[\n\t]| {4,}")
_MEDIA = ("audio", "image", "video", "document")


class Refused(Exception):
    """The message is not taken: Meta's ``code``, ``None`` for an answer without an error body, under ``status``."""

    def __init__(self, code: int | None, details: str, status: int = 400) -> None:
        super().__init__(details)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a person sees of one message. ``template`` names it when it was one; ``text`` is then the filled body."""

    kind: str
    text: str = ""
    buttons: tuple[Button, ...] = ()
    choices: tuple[ListChoice, ...] = ()
    template: str | None = None
    language: str | None = None
    media_id: str | None = None


def read(payload: Json, find: Find) -> Content:
    """The content of a request body of ``POST /messages``; raises :class:`Refused` for what Meta refuses."""
    _require(payload.get("messaging_product") == "whatsapp", 100, "messaging_product must be whatsapp")
    key = payload.get("biz_opaque_callback_data", "")
    _require(isinstance(key, str) and len(key) <= 512, 131009, "biz_opaque_callback_data is over 512 characters")
    kind = payload.get("type")
    block = payload.get(kind) if isinstance(kind, str) else None
    _require(isinstance(kind, str) and isinstance(block, dict), 100, "type and its object are required")
    assert isinstance(kind, str)
    assert isinstance(block, dict)
    if kind == "text":
        return Content(kind="text", text=_string(block, "body", 4_096))
    if kind == "interactive":
        return _interactive(block)
    if kind == "template":
        return _template(block, find)
    _require(kind in _MEDIA, 100, f"type {kind} is not known")
    return Content(kind=kind, media_id=_string(block, "id", 255), text=block.get("caption", ""))


def _require(condition: bool, code: int, details: str) -> None:
    if not condition:
        raise Refused(code, details)


def _string(block: Json, name: str, limit: int) -> str:
    value = block.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(131008, f"{name} is required")
    _require(len(value) <= limit, 131009, f"{name} is over {limit} characters")
    return value


def _object(block: Json, name: str) -> Json:
    value = block.get(name)
    if not isinstance(value, dict):
        raise Refused(131008, f"{name} is required")
    return value


def _objects(block: Json, name: str, most: int) -> list[Json]:
    value = block.get(name)
    if not isinstance(value, list) or not 1 <= len(value) <= most or not all(isinstance(item, dict) for item in value):
        raise Refused(131009, f"{name} must hold 1 to {most} objects")
    return value


def _interactive(block: Json) -> Content:
    text = _string(_object(block, "body"), "text", 1_024)
    action = _object(block, "action")
    kind = block.get("type")
    if kind == "button":
        return Content(kind="buttons", text=text, buttons=_buttons(action))
    if kind == "list":
        _string(action, "button", 20)
        return Content(kind="list", text=text, choices=_rows(action))
    _require(kind == "request_contact_info" == action.get("name"), 100, f"interactive type {kind} is not known")
    return Content(kind="request_contact_info", text=text)


def _buttons(action: Json) -> tuple[Button, ...]:
    replies = [_object(button, "reply") for button in _objects(action, "buttons", 3)]
    buttons = tuple(Button(_string(reply, "id", 256), _string(reply, "title", 20)) for reply in replies)
    _require(len({b.payload for b in buttons}) == len(buttons) == len({b.title for b in buttons}), 131009, "twice")
    return buttons


def _rows(action: Json) -> tuple[ListChoice, ...]:
    rows = [row for section in _objects(action, "sections", 10) for row in _objects(section, "rows", 10)]
    _require(len(rows) <= 10, 131009, "a list has at most 10 rows")
    _require(all(len(row.get("description", "")) <= 72 for row in rows), 131009, "a description is over 72 characters")
    return tuple(ListChoice(_string(r, "id", 200), _string(r, "title", 24), r.get("description", "")) for r in rows)


def _template(block: Json, find: Find) -> Content:
    name, language = _string(block, "name", 512), _string(_object(block, "language"), "code", 10)
    known = find(name, language)
    values: list[str] = []
    payloads = [""] * len(known.buttons)
    for component in block.get("components", []):
        if str(component.get("type")).lower() == "body":
            values = [_parameter(parameter) for parameter in component["parameters"]]
        else:
            index = int(component.get("index", 99))
            quick_reply = str(component.get("sub_type")).lower() == "quick_reply"
            _require(quick_reply and index < len(payloads), 132000, "no such button")
            payloads[index] = _string(component["parameters"][0], "payload", 256)
    _require(len(values) == len(known.parameters), 132000, f"{len(values)} of {len(known.parameters)} parameters")
    text = known.render(values)
    _require(len(text) <= 1_024, 132005, "the filled template is over 1,024 characters")
    buttons = tuple(Button(payload or title, title) for payload, title in zip(payloads, known.buttons, strict=True))
    return Content(kind="template", text=text, buttons=buttons, template=name, language=language)


def _parameter(parameter: Json) -> str:
    text = _string(parameter, "text", 1_024)
    _require(not _BAD_PARAMETER.search(text), 132012, "a parameter holds a newline, a tab or a run of spaces")
    return text
