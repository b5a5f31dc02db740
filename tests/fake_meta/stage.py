"""What the stories about the double of Meta share: messages of ours, and what was answered."""

from dataclasses import replace
from typing import Any

import orjson

from mboa.channels.base import Outbound, Template
from mboa.channels.whatsapp.payload import build
from mboa.channels.whatsapp.templates import templates

PAUL, MIREILLE, AWA = "+237699001122", "+237677000101", "CM.77"
OFFER = templates()["offer", "fr"]
PAYLOADS = ("offer:7:accept", "offer:7:decline")


def words(to: str = PAUL, key: str = "m-1") -> dict[str, Any]:
    """A free message."""
    phone, user_id = (to, None) if to.startswith("+") else (None, to)
    return build(Outbound(key=key, phone=phone, user_id=user_id, text="Bonjour", window_open=True))


def offer(to: str = PAUL, **changes: Any) -> dict[str, Any]:
    """The offer's template, or one like it."""
    template = replace(Template("offer", "fr", OFFER.samples, PAYLOADS), **changes)
    phone, user_id = (to, None) if to.startswith("+") else (None, to)
    return build(Outbound(key="o-1", phone=phone, user_id=user_id, text="", window_open=False, template=template))


def code(answer: tuple[int, dict[str, Any]]) -> int | None:
    """The code it was refused with, ``None`` when it was taken."""
    return answer[1]["error"]["code"] if answer[0] != 200 else None


def statuses(body: bytes) -> list[str]:
    """The statuses in a webhook body, in order."""
    values = [change["value"] for entry in orjson.loads(body)["entry"] for change in entry["changes"]]
    return [status["status"] for value in values for status in value.get("statuses", ())]
