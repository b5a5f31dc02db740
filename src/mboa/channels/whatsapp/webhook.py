"""Meta's webhook: the handshake, the signature, and a body taken whole."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mboa.channels.base import Batch, Inbound, Parked, Receipt, TemplateNotice
from mboa.channels.whatsapp.fields import decode
from mboa.channels.whatsapp.messages import inbound, park
from mboa.channels.whatsapp.notices import FIELD, notice
from mboa.channels.whatsapp.statuses import receipt

_CHALLENGE = re.compile(r"[A-Za-z0-9._~:+/=-]{1,100}")


def verify(body: bytes, signature: str | None, secrets: Sequence[str]) -> bool:
    """Whether ``X-Hub-Signature-256`` is the HMAC-SHA256 of the raw bytes under one of the app secrets.

    Two secrets serve a rotation. An empty secret never matches. Never raises.
    """
    if not signature or not signature.startswith("sha256="):
        return False
    given = signature[7:].encode("utf-8", "replace")
    return any(_matches(body, given, secret) for secret in secrets if secret)


def _matches(body: bytes, given: bytes, secret: str) -> bool:
    expected = hmac.new(secret.encode("utf-8", "replace"), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), given)


def handshake(query: Mapping[str, str], verify_token: str) -> str | None:
    """The challenge to answer to Meta's subscription request, ``None`` when the answer is 403.

    The challenge is echoed into a response, so only short, plain ones are; an empty ``verify_token`` never matches.
    """
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    same = hmac.compare_digest(given, verify_token.encode("utf-8", "replace"))
    challenge = query.get("hub.challenge", "")
    if not verify_token or not same or query.get("hub.mode") != "subscribe":
        return None
    return challenge if _CHALLENGE.fullmatch(challenge) else None


def parse(body: bytes) -> Batch:
    """Everything in one webhook body: all entries, changes, messages and statuses, in their order.

    Never raises. What cannot be read is parked by itself, and its neighbours are read.
    """
    try:
        envelope = decode(body)
    except ValueError:
        return Batch(parked=(park("not JSON", body),))
    if not isinstance(envelope, dict) or not isinstance(envelope.get("entry"), list):
        return Batch(parked=(park("not a webhook of WhatsApp", body),))
    pieces = _Pieces()
    for entry in envelope["entry"]:
        pieces.entry(entry)
    return Batch(tuple(pieces.messages), tuple(pieces.receipts), tuple(pieces.parked), tuple(pieces.notices))


class _Pieces:
    """Collects what the walk down the levels of one body finds."""

    def __init__(self) -> None:
        self.messages: list[Inbound] = []
        self.receipts: list[Receipt] = []
        self.parked: list[Parked] = []
        self.notices: list[TemplateNotice] = []

    def entry(self, entry: Any) -> None:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list):
            self.parked.append(park("an entry without a list of changes", entry))
            return
        for change in changes:
            self.change(change)

    def change(self, change: Any) -> None:
        if not isinstance(change, dict):
            self.parked.append(park("a change is not an object", change))
            return
        field = change.get("field", "messages")
        if field == FIELD and (said := notice(change.get("value"))) is not None:
            self.notices.append(said)
        if isinstance(field, str) and field != "messages":
            return  # quality, account notices, echoes of our own number: not a message to us
        if not isinstance(change.get("value"), dict):
            self.parked.append(park("a change without a value", change))
            return
        self.value(change["value"])

    def value(self, value: dict[str, Any]) -> None:
        contacts = value.get("contacts")
        known = contacts if isinstance(contacts, list) else []
        for message in self.level(value, "messages"):
            self.keep(inbound(message, known))
        for status in self.level(value, "statuses"):
            self.keep(receipt(status))
        for error in self.level(value, "errors"):
            self.parked.append(park("an error that Meta reports", error))

    def level(self, value: dict[str, Any], name: str) -> list[Any]:
        found = value.get(name)
        if found is None:
            return []
        if isinstance(found, list):
            return found
        self.parked.append(park(f"{name} is not a list", value))
        return []

    def keep(self, piece: Inbound | Receipt | Parked | None) -> None:
        if isinstance(piece, Inbound):
            self.messages.append(piece)
        elif isinstance(piece, Receipt):
            self.receipts.append(piece)
        elif piece is not None:
            self.parked.append(piece)
