"""The JSON that Meta writes: ids, errors, webhook bodies of one update or many, and their signature."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Any
from uuid import uuid4

import orjson

from mboa.fake_meta.reading import Json

ACCOUNT = "1"
METADATA = {"display_phone_number": "237600000000", "phone_number_id": "1"}


def wamid() -> str:
    """A new message id."""
    return f"wamid.{uuid4().hex}"


def stamp(moment: datetime) -> str:
    """A time as webhooks write it: whole seconds since 1970, as a string."""
    return str(int(moment.timestamp()))


def error(code: int, details: str) -> Json:
    """An error body in Meta's shape."""
    data = {"messaging_product": "whatsapp", "details": details}
    return {"error": {"message": f"(#{code})", "type": "OAuthException", "code": code, "error_data": data}}


def body(value: Json) -> bytes:
    """A webhook body with one update of the field ``messages``."""
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": METADATA, **value}}
    return _envelope([{"id": ACCOUNT, "changes": [change]}])


def account_body(field: str, value: Json, at: datetime) -> bytes:
    """A webhook body about the account itself (``message_template_status_update``); its entry bears the time."""
    return _envelope([{"id": ACCOUNT, "time": int(at.timestamp()), "changes": [{"field": field, "value": value}]}])


def entry_of(one: bytes) -> Json:
    """The only entry of a body."""
    entry: Json = orjson.loads(one)["entry"][0]
    return entry


def ids_in(entry: Json) -> list[str]:
    """The message ids that an entry speaks of."""
    value = entry["changes"][0]["value"]
    return [item["id"] for name in ("messages", "statuses") for item in value.get(name, ())]


def batch(entries: Sequence[Json], dice: Random) -> bytes:
    """Many updates in one body, in one of the shapes that receivers report.

    An entry for each, one entry with a change for each, or one change with all messages and one with all statuses.
    """
    shape = dice.choice(("entries", "changes", "value")) if len(entries) > 1 else "entries"
    if shape == "entries" or any("time" in entry for entry in entries):
        return _envelope(list(entries))
    changes = [change for entry in entries for change in entry["changes"]]
    if shape == "value":
        values = [change["value"] for change in changes]
        kinds = [[value for value in values if name in value] for name in ("messages", "statuses")]
        changes = [{"field": "messages", "value": _joined(alike)} for alike in kinds if alike]
    return _envelope([{"id": ACCOUNT, "changes": changes}])


def _joined(values: list[Json]) -> Json:
    joined: Json = {"messaging_product": "whatsapp", "metadata": METADATA}
    for value in values:
        for name in ("contacts", "messages", "statuses"):
            if name in value:
                joined.setdefault(name, []).extend(value[name])
    return joined


def _envelope(entries: list[Any]) -> bytes:
    return orjson.dumps({"object": "whatsapp_business_account", "entry": entries})


def sign(content: bytes, secret: str) -> str:
    """The ``X-Hub-Signature-256`` of a body under an app secret."""
    return "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
