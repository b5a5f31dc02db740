"""A double of Meta for the demo and the tests: phones with their 24-hour windows, what they received, what they say."""

import hashlib
import hmac
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mboa.fake_meta.reading import Content, Json, Refused, read

WINDOW = timedelta(hours=24)
LOG_ENTRIES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Content):
    """One message as it reached the phone ``address`` (E.164 or business-scoped id). ``key`` is the sender's own."""

    id: str
    address: str
    key: str
    at: datetime


class MetaDouble:
    """Accepts what is sent to ``POST /messages``, and writes the webhook bodies that Meta would send.

    A person is an address: a number (``+2376…``) or, for those who hide theirs, a business-scoped id (``CM.…``).
    ``clock`` gives aware UTC times. ``names`` are profile names by address. ``on_accept`` is called with every
    accepted message, after it is stored.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.names: dict[str, str] = {}
        self.on_accept: Callable[[Received], None] | None = None
        self.log: deque[Json] = deque(maxlen=LOG_ENTRIES)
        self._received: dict[str, list[Received]] = defaultdict(list)
        self._by_id: dict[str, Received] = {}
        self._last_inbound: dict[str, datetime] = {}
        self._owners: dict[str, str] = {}
        self._failures: dict[str, deque[Refused]] = defaultdict(deque)

    # --- what we send

    def accept(self, payload: Json) -> tuple[int, Json]:
        """Take one request body of ``POST /messages``: the HTTP status and Meta's JSON answer."""
        try:
            message = self._received_from(payload)
        except Refused as refused:
            status, answer = refused.status, error(refused.code, str(refused)) if refused.code is not None else {}
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as broken:
            status, answer = 400, error(100, f"malformed: {broken}")
        else:
            status, answer = 200, self._keep(message)
        self.log.append({"at": self.clock(), "status": status, "payload": payload, "answer": answer})
        return status, answer

    def _received_from(self, payload: Json) -> Received:
        content = read(payload)
        address = self._address(payload)
        if self._failures[address]:
            raise self._failures[address].popleft()
        if content.kind != "template" and not self.window_open(address):
            raise Refused(131047, "more than 24 hours have passed since this person last wrote")
        return Received(
            id=_wamid(),
            address=address,
            key=payload.get("biz_opaque_callback_data", ""),
            at=self.clock(),
            **{name: getattr(content, name) for name in Content.__dataclass_fields__},
        )

    def _keep(self, message: Received) -> Json:
        self._received[message.address].append(message)
        self._by_id[message.id] = message
        if self.on_accept:
            self.on_accept(message)
        contact = {"input": message.address.removeprefix("+"), **self._ids(message.address)}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": message.id}]}

    def _address(self, payload: Json) -> str:
        to, recipient = payload.get("to"), payload.get("recipient")
        if isinstance(to, str) and to.isascii() and to.isdigit() and 7 <= len(to) <= 15:
            return f"+{to}"
        if to is None and isinstance(recipient, str) and recipient[2:3] == ".":
            return self._owners.get(recipient, recipient)
        raise Refused(131009, "to must be the digits of a number, or recipient a user id")

    def fail_next(self, address: str, *, code: int | None, status: int = 400) -> None:
        """Refuse the next well-formed message to this address; without a code the answer has no error body."""
        self._failures[address].append(Refused(code, "failure asked for", status))

    # --- what the phones show

    def phone(self, address: str) -> list[Received]:
        """Everything this phone received, oldest first."""
        return list(self._received.get(address, ()))

    def window_open(self, address: str) -> bool:
        """Whether this person wrote within the last 24 hours."""
        wrote = self._last_inbound.get(address)
        return wrote is not None and self.clock() - wrote < WINDOW

    def remember(self, address: str, wrote_at: datetime) -> None:
        """Open a window from before this double was made (a restarted demo)."""
        self._last_inbound[address] = wrote_at

    # --- what the phones say: webhook bodies, ready to sign

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
        return self._inbound(phone, "audio", {"id": media_id, "mime_type": "audio/ogg; codecs=opus", "voice": True})

    def photo(self, phone: str, caption: str = "", media_id: str = "media-photo") -> bytes:
        """A picture, with or without words under it."""
        photo = {"id": media_id, "mime_type": "image/jpeg", "sha256": hashlib.sha256(media_id.encode()).hexdigest()}
        return self._inbound(phone, "image", photo | ({"caption": caption} if caption else {}))

    def contact_card(self, phone: str, number: str, name: str = "Contact") -> bytes:
        """A contact card that bears ``number`` (E.164): how a person without a visible number gives theirs."""
        phones = [{"phone": number, "wa_id": number.removeprefix("+"), "type": "CELL"}]
        card = [{"name": {"formatted_name": name}, "phones": phones, "origin": "contact_request"}]
        return self._inbound(phone, "contacts", card)

    def status(self, message_id: str, state: str, *, code: int | None = None) -> bytes:
        """The delivery status of an accepted message; ``code`` is the error of a ``failed`` one."""
        message = self._by_id[message_id]
        status: Json = {"id": message_id, "status": state, "timestamp": self._timestamp()}
        status |= {f"recipient_{name.removeprefix('wa_')}": value for name, value in self._ids(message.address).items()}
        if message.key:
            status["biz_opaque_callback_data"] = message.key
        if code is not None:
            status["errors"] = [error(code, "failure asked for")["error"]]
        category = "utility" if message.template else "service"
        status["pricing"] = {"billable": True, "pricing_model": "PMP", "category": category}
        return _body({"statuses": [status]})

    def _inbound(self, address: str, kind: str, block: Any, reply_to: str | None = None) -> bytes:
        self._last_inbound[address] = self.clock()
        ids = self._ids(address)
        self._owners[ids["user_id"]] = address
        message: Json = {"id": _wamid(), "timestamp": self._timestamp(), "type": kind, kind: block}
        message |= {"from_user_id": ids["user_id"]} | ({"from": ids["wa_id"]} if "wa_id" in ids else {})
        if reply_to:
            message["context"] = {"id": reply_to}
        contact = {"profile": {"name": self.names.get(address, "Mboa")}, **ids}
        return _body({"contacts": [contact], "messages": [message]})

    def _ids(self, address: str) -> dict[str, str]:
        if not address.startswith("+"):
            return {"user_id": address}
        number = int(hashlib.sha256(address.encode()).hexdigest()[:12], 16)
        return {"wa_id": address[1:], "user_id": f"CM.{number}"}

    def _timestamp(self) -> str:
        return str(int(self.clock().timestamp()))


def _wamid() -> str:
    return f"wamid.{uuid4().hex}"


def _body(value: Json) -> bytes:
    metadata = {"display_phone_number": "237600000000", "phone_number_id": "1"}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]})


def error(code: int, details: str) -> Json:
    """An error body in Meta's shape."""
    data = {"messaging_product": "whatsapp", "details": details}
    return {"error": {"message": f"(#{code})", "type": "OAuthException", "code": code, "error_data": data}}


def sign(body: bytes, secret: str) -> str:
    """The ``X-Hub-Signature-256`` of a body under an app secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def asgi(double: MetaDouble) -> Starlette:
    """The double over HTTP: ``POST /{version}/{phone_id}/messages``, and ``GET /log`` for what it was sent."""

    async def messages(request: Request) -> Response:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return _json(401, error(190, "an access token is required"))
        try:
            payload = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            return _json(400, error(100, "the body is not JSON"))
        return _json(*double.accept(payload))

    async def log(_: Request) -> Response:
        return _json(200, list(double.log))

    paths = [Route("/{version}/{phone_id}/messages", messages, methods=["POST"]), Route("/log", log)]
    return Starlette(routes=paths)


def _json(status: int, value: Any) -> Response:
    return Response(orjson.dumps(value, default=asdict), status, media_type="application/json")
