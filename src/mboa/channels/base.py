"""What every channel speaks: messages in, receipts of messages out, and the ways a send can fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Kind = Literal[
    "text",
    "button",
    "location",
    "contacts",
    "audio",
    "image",
    "video",
    "document",
    "sticker",
    "reaction",
    "order",
    "number_changed",
    "identity_changed",
    "revoked",
    "unsupported",
]
ReceiptStatus = Literal["sent", "delivered", "read", "failed"]
Outcome = Literal["retry", "permanent", "unknown", "window_closed", "unreachable", "template", "account"]
Blamed = Literal["message", "pair", "throughput", "cold", "template", "line"]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote: every address the channel gave, never assumed to be all there are.

    ``phone`` is E.164 with ``+``; ``user_id`` is WhatsApp's business-scoped user id (BSUID). At least one is set.
    """

    phone: str | None = None
    user_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of one person, exactly as one effect may come of it.

    ``external_id`` is the channel's own message id and is unique for ever. ``sent_at`` is the channel's
    timestamp (UTC), ``None`` when it gave none. ``payload`` is a button's or list row's payload.
    ``reply_to`` is the external id of the message this one quotes. ``phone_given`` is the number in a shared
    contact card. ``successor`` holds the new addresses of a number or id change. ``edits`` is the external id of
    the earlier message whose words these replace.
    """

    channel: str
    external_id: str
    sender: Sender
    kind: Kind
    text: str = ""
    payload: str | None = None
    reply_to: str | None = None
    sent_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    media_id: str | None = None
    media_type: str | None = None
    phone_given: str | None = None
    successor: Sender | None = None
    referral: dict[str, Any] | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    edits: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message that we sent. ``key`` is our own message key when the channel echoes it.

    ``error_code`` is set for ``failed``. ``pricing`` is Meta's category/billable/model as it came.
    """

    channel: str
    external_id: str
    status: ReceiptStatus
    key: str | None = None
    at: datetime | None = None
    error_code: int | None = None
    error: str | None = None
    pricing: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """A piece of a webhook that could not be read: kept whole, shown to people, never lost."""

    channel: str
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class TemplateNotice:
    """The channel's word on one of our templates: whether it may be used, and what it called that."""

    channel: str
    name: str
    language: str
    usable: bool
    said: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything one webhook body held, in its order."""

    messages: tuple[Inbound, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    parked: tuple[Parked, ...] = ()
    notices: tuple[TemplateNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A quick reply. WhatsApp shows at most three, each title at most 20 characters, a payload at most 256."""

    payload: str
    title: str


@dataclass(frozen=True, slots=True)
class Template:
    """The approved twin of a message, for a closed 24-hour window.

    ``parameters`` fill ``{{1}}``, ``{{2}}``, … of the body; ``payloads`` are those of its quick replies, in order.
    """

    name: str
    language: str
    parameters: tuple[str, ...] = ()
    payloads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListChoice:
    """One row of a list message: title at most 24 characters, description at most 72."""

    payload: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to one person. ``key`` is our own unique key, echoed by WhatsApp in its receipts.

    Text and buttons go out inside the 24-hour window, ``template`` outside it (``window_open`` says which).
    ``choices`` make a list message under the button ``choices_label``. ``ask_phone`` asks WhatsApp to offer
    "share contact info". ``media_id`` forwards a voice note or picture of kind ``media_kind``.
    """

    key: str
    phone: str | None
    user_id: str | None
    text: str
    window_open: bool
    buttons: tuple[Button, ...] = ()
    choices: tuple[ListChoice, ...] = ()
    choices_label: str = ""
    ask_phone: bool = False
    media_id: str | None = None
    media_kind: Literal["audio", "image", "video", "document"] | None = None
    template: Template | None = None


# Where no code says more: nobody answers, or nobody takes anything of us.
BLAMED: Mapping[Outcome, Blamed] = {"retry": "line", "unknown": "line", "account": "line", "template": "template"}


class SendFailed(Exception):
    """A message did not go out, or nobody knows whether it did.

    ``outcome`` is what the caller must do: ``retry`` (surely not sent: try later), ``permanent`` (never will be),
    ``unknown`` (the answer was lost: wait for the receipt before one repeat), ``window_closed`` (send the template
    instead), ``unreachable`` (this person cannot be reached here), ``template`` (the template is at fault),
    ``account`` (our account is at fault: stop and call the operator). ``report`` says whether a person should know.

    ``blamed`` is what must rest because of it: this ``message`` alone, what goes to this person (``pair``), the number
    of messages a second (``throughput``), everything to closed windows (``cold``), one ``template``, or the ``line``.
    """

    def __init__(
        self,
        message: str,
        *,
        outcome: Outcome,
        code: int | None = None,
        report: bool = False,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.outcome: Outcome = outcome
        self.code = code
        self.report = report
        self.retry_after_seconds = retry_after_seconds
        self.blamed: Blamed = BLAMED.get(outcome, "message")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a channel bears; by default, everything.

    ``levels`` are messages a second, the highest first: a refusal for throughput leads down to the next.
    ``pair_seconds`` is the even pace to one person, ``pair_burst`` how many may run ahead of it. ``cold_a_day`` is to
    how many people whose window is closed it may write in 24 hours (``None``: to any number).
    """

    levels: tuple[int, ...] = ()
    pair_seconds: float = 0.0
    pair_burst: int = 1
    cold_a_day: int | None = None


class Channel(Protocol):
    """One way out. ``unknown_after_seconds`` is how long a send whose answer was lost waits for its receipt."""

    name: str
    unknown_after_seconds: float
    limits: Limits

    async def send(self, message: Outbound) -> str:
        """Send one message and return the channel's id of it; raises :class:`SendFailed`."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...
