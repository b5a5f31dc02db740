"""A double of Meta: phones, what they say and show, and the strict taking of what they are sent."""

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from mboa.fake_meta.bodies import error, sign, wamid
from mboa.fake_meta.faults import PROFILES, Profile, Weather
from mboa.fake_meta.graph import asgi
from mboa.fake_meta.limits import Limits
from mboa.fake_meta.phones import Phones, Received
from mboa.fake_meta.reading import Content, Json, Refused, read
from mboa.fake_meta.registry import Registry

__all__ = ["LENIENT", "MetaDouble", "Received", "asgi", "error", "sign"]

LENIENT = PROFILES["lenient"]
LOG_ENTRIES = 10_000
_CONTENT = tuple(Content.__dataclass_fields__)


class MetaDouble(Phones):
    """Accepts what is sent to ``POST /messages``, and writes the webhook bodies that Meta would send.

    The window and the templates are always strict. Rates and faults are the profile's; the ``lenient`` one has
    neither, for stories that send much while the clock stands. All time is the clock's, all chance the seed's.
    ``on_accept`` is called with every accepted message, after it is stored. ``log`` holds every request, oldest first.
    """

    def __init__(self, clock: Callable[[], datetime], profile: Profile = LENIENT, *, seed: int = 0) -> None:
        super().__init__(clock)
        self.on_accept: Callable[[Received], None] | None = None
        self.log: deque[Json] = deque(maxlen=LOG_ENTRIES)
        self.registry = Registry()
        self.adopt(profile, seed=seed)
        self._requests = 0
        self._entries: dict[str, Json] = {}
        self._failures: dict[str, deque[Refused]] = defaultdict(deque)

    def adopt(self, profile: Profile, *, seed: int = 0) -> None:
        """Behave like ``profile`` from now on. What its limits count starts anew; windows and templates stay."""
        self.profile = profile
        self.weather = Weather(profile, seed)
        self.limits = Limits(profile)
        self.on_heard = self._count_heard if profile.messages_per_second else None

    def _count_heard(self, _address: str) -> None:
        self.limits.heard(self.clock().timestamp())

    def accept(self, payload: Json) -> tuple[int, Json]:
        """Take one request body of ``POST /messages``: the HTTP status and Meta's JSON answer."""
        now = self.clock()
        try:
            message = self._received_from(payload, now)
        except Refused as refused:
            answer = error(refused.code, str(refused)) if refused.code is not None else {}
            self.note(payload, refused.status, answer, at=now)
            return refused.status, answer
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as broken:
            answer = error(100, f"malformed: {broken}")
            self.note(payload, 400, answer, at=now)
            return 400, answer
        answer = self._answer(message)
        self._entries[message.id] = self.note(payload, 200, answer, at=now)
        self._received[message.address].append(message)
        self._by_id[message.id] = message
        if self.on_accept:
            self.on_accept(message)
        return 200, answer

    def note(self, payload: Any, status: int, answer: Json, *, at: datetime | None = None) -> Json:
        """Write one request into the log; returns its entry.

        An entry says when (``at``, and ``sequence`` from 1), what was sent and answered (``payload``, ``status``,
        ``answer``), and for a reader's ease ``key``, ``address``, ``kind``, the refusal's ``code``, the accepted
        message's ``message_id``, the ``fate`` of the answer on its way, and the ``statuses`` reported since.
        """
        self._requests += 1
        fields = payload if isinstance(payload, dict) else {}
        to, kind = fields.get("to"), fields.get("type")
        messages = answer.get("messages")
        entry: Json = {
            "at": at or self.clock(),
            "status": status,
            "payload": payload,
            "answer": answer,
            "sequence": self._requests,
            "key": fields.get("biz_opaque_callback_data"),
            "address": f"+{to}" if to else fields.get("recipient"),
            "kind": kind,
            "code": answer["error"]["code"] if "error" in answer else None,
            "message_id": messages[0]["id"] if messages else None,
            "fate": "normal",
            "statuses": [],
        }
        self.log.append(entry)
        return entry

    def shown(self, message_id: str) -> Received:
        """The accepted message with this id; raises ``KeyError``."""
        return self._by_id[message_id]

    def status(self, message_id: str, state: str, *, code: int | None = None, at: datetime | None = None) -> bytes:
        """As :meth:`Phones.status`, and the log remembers it at its message."""
        told = super().status(message_id, state, code=code, at=at)
        said: Json = {"status": state, "at": at or self.clock(), "code": code}
        self._entries[message_id]["statuses"].append(said)
        return told

    def _received_from(self, payload: Json, now: datetime) -> Received:
        content = read(payload, lambda name, language: self.registry.find(name, language, now))
        address = self._address(payload)
        if self._failures and self._failures.get(address):
            raise self._failures[address].popleft()
        if address in self._gone:
            raise Refused(131026, "nobody is at this address any more")
        window_open = self.window_open(address)
        if content.kind != "template" and not window_open:
            raise Refused(131047, "more than 24 hours have passed since this person last wrote")
        self.limits.take(address, now.timestamp(), window_open=window_open)
        return Received(
            id=wamid(),
            address=address,
            key=payload.get("biz_opaque_callback_data", ""),
            at=now,
            **{name: getattr(content, name) for name in _CONTENT},
        )

    def _answer(self, message: Received) -> Json:
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
