"""The phones: what they were shown, and what their owners say and do, as the webhook bodies of Meta."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from mboa.fake_meta.bodies import METADATA, body, error, stamp, wamid
from mboa.fake_meta.media import PHOTO, VOICE, MediaShelf, Medium
from mboa.fake_meta.reading import Content, Json

WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Content):
    """One message as it reached the phone ``address`` (E.164 or business-scoped id). ``key`` is the sender's own."""

    id: str
    address: str
    key: str
    at: datetime


class Phones:
    """Everybody's phones.

    A person is an address: a number (``+2376…``) or, for those who hide theirs, a business-scoped id (``CM.…``).
    ``clock`` gives aware UTC times. ``names`` are profile names by address. ``on_heard`` is called whenever somebody
    writes.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.names: dict[str, str] = {}
        self.media = MediaShelf()
        self.on_heard: Callable[[str], None] | None = None
        self._received: dict[str, list[Received]] = defaultdict(list)
        self._by_id: dict[str, Received] = {}
        self._last_inbound: dict[str, datetime] = {}
        self._owners: dict[str, str] = {}
        self._user_ids: dict[str, str] = {}
        self._gone: set[str] = set()

    # --- what they show

    def phone(self, address: str) -> list[Received]:
        """Everything this phone received, oldest first."""
        return list(self._received.get(address, ()))

    def addresses(self) -> list[str]:
        """Every phone that wrote or was written to."""
        return sorted({*self._last_inbound, *self._received})

    def window_open(self, address: str) -> bool:
        """Whether this person wrote within the last 24 hours."""
        wrote = self._last_inbound.get(address)
        return wrote is not None and self.clock() - wrote < WINDOW

    def remember(self, address: str, wrote_at: datetime) -> None:
        """Open a window from before this double was made (a restarted demo)."""
        self._last_inbound[address] = wrote_at

    # --- what their owners say: webhook bodies, ready to sign

    def text(self, phone: str, words: str, *, reply_to: str | None = None) -> bytes:
        """A typed message."""
        return self._inbound(phone, "text", {"body": words}, reply_to)

    def tap(self, phone: str, payload: str, title: str, reply_to: str | None = None) -> bytes:
        """A tap on a quick reply of a template, on a reply button, or on a list row, as ``reply_to`` was one."""
        shown = self._by_id.get(reply_to or "")
        if shown and shown.kind == "template":
            return self._inbound(phone, "button", {"payload": payload, "text": title}, reply_to)
        kind = "list_reply" if shown and shown.kind == "list" else "button_reply"
        return self._inbound(phone, "interactive", {"type": kind, kind: {"id": payload, "title": title}}, reply_to)

    def pin(self, phone: str, latitude: float, longitude: float, name: str | None = None) -> bytes:
        """A shared location, in degrees."""
        pin: Json = {"latitude": latitude, "longitude": longitude}
        return self._inbound(phone, "location", pin | ({"name": name} if name else {}))

    def voice(self, phone: str, media_id: str = "media-voice") -> bytes:
        """A voice note."""
        note = self._medium(media_id, VOICE, "audio/ogg; codecs=opus")
        return self._inbound(phone, "audio", note | {"voice": True})

    def photo(self, phone: str, caption: str = "", media_id: str = "media-photo") -> bytes:
        """A picture, with or without words under it."""
        photo = self._medium(media_id, PHOTO, "image/jpeg")
        return self._inbound(phone, "image", photo | ({"caption": caption} if caption else {}))

    def contact_card(self, phone: str, number: str, name: str = "Contact") -> bytes:
        """A contact card that bears ``number`` (E.164): how a person without a visible number gives theirs."""
        phones = [{"phone": number, "wa_id": number.removeprefix("+"), "type": "CELL"}]
        card = [{"name": {"formatted_name": name}, "phones": phones, "origin": "contact_request"}]
        return self._inbound(phone, "contacts", card)

    def react(self, phone: str, message_id: str, emoji: str) -> bytes:
        """An emoji on a message."""
        return self._inbound(phone, "reaction", {"message_id": message_id, "emoji": emoji})

    def change_number(self, phone: str, number: str) -> bytes:
        """A person moves to another number (E.164): a system message. The old number is nobody's any more.

        The business-scoped id changes with the number. The new phone has shown nothing yet, and its window is closed:
        a notice of Meta's is not a message of hers.
        """
        body_ = f"User {self.names.get(phone, 'Mboa')} changed from {phone[1:]} to {number[1:]}"
        change = {"type": "user_changed_number", "body": body_, "wa_id": number[1:]}
        return self._moved(phone, number, change | {"user_id": self._ids(number)["user_id"]})

    def change_user_id(self, phone: str, user_id: str) -> bytes:
        """The business-scoped id of a person changes. Who hides the number is from now on at the new id."""
        old = self._ids(phone)["user_id"]
        change = {"type": "user_changed_user_id", "body": f"User changed from {old} to {user_id}", "user_id": user_id}
        if not phone.startswith("+"):
            return self._moved(phone, user_id, change)
        told = self._system(phone, change)
        self._owners.pop(old, None)
        self._gone.add(old)
        self._user_ids[phone] = user_id
        self._owners[user_id] = phone
        return told

    # --- what becomes of what they are sent

    def status(self, message_id: str, state: str, *, code: int | None = None, at: datetime | None = None) -> bytes:
        """The delivery status of an accepted message; ``code`` is the error of a ``failed`` one, ``at`` when it was."""
        message = self._by_id[message_id]
        ids = self._ids(message.address)
        status: Json = {"id": message_id, "status": state, "timestamp": stamp(at or self.clock())}
        status |= {f"recipient_{name.removeprefix('wa_')}": value for name, value in ids.items()}
        if message.key:
            status["biz_opaque_callback_data"] = message.key
        if code is not None:
            status["errors"] = [error(code, "failure asked for")["error"]]
        category = "utility" if message.template else "service"
        status["pricing"] = {"billable": True, "pricing_model": "PMP", "category": category}
        return body({"contacts": [self._contact(message.address)], "statuses": [status]})

    def _medium(self, media_id: str, content: bytes, mime_type: str) -> Json:
        medium = Medium(content, mime_type, self.clock())
        return {"id": self.media.put(medium, media_id), "mime_type": mime_type, "sha256": medium.sha256}

    def _inbound(self, address: str, kind: str, block: Any, reply_to: str | None = None) -> bytes:
        self._last_inbound[address] = self.clock()
        self._gone.discard(address)
        self._owners[self._ids(address)["user_id"]] = address
        if self.on_heard:
            self.on_heard(address)
        message = self._from(address) | {"type": kind, kind: block}
        if reply_to:
            message["context"] = {"from": METADATA["display_phone_number"], "id": reply_to}
        return body({"contacts": [self._contact(address)], "messages": [message]})

    def _moved(self, old: str, new: str, change: Json) -> bytes:
        told = self._system(old, change)
        self.names[new] = self.names.get(old, "")
        self._owners.pop(self._ids(old)["user_id"], None)
        self._gone |= {old, self._ids(old)["user_id"]}
        self._gone -= {new, self._ids(new)["user_id"]}
        self._owners[self._ids(new)["user_id"]] = new
        return told

    def _system(self, address: str, change: Json) -> bytes:
        return body({"messages": [self._from(address) | {"type": "system", "system": change}]})

    def _from(self, address: str) -> Json:
        ids = self._ids(address)
        sender = {"from_user_id": ids["user_id"]} | ({"from": ids["wa_id"]} if "wa_id" in ids else {})
        return {"id": wamid(), "timestamp": stamp(self.clock()), **sender}

    def _contact(self, address: str) -> Json:
        return {"profile": {"name": self.names.get(address, "")}, **self._ids(address)}

    def _ids(self, address: str) -> dict[str, str]:
        if not address.startswith("+"):
            return {"user_id": address}
        user_id = self._user_ids.get(address)
        if user_id is None:
            user_id = f"CM.{int(sha256(address.encode()).hexdigest()[:12], 16)}"
            self._user_ids[address] = user_id
        return {"wa_id": address[1:], "user_id": user_id}
