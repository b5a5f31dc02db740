"""A message before it is sent: whom it is for, what it says, and what it is about."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from mboa.channels.base import Button, ListChoice, Template
from mboa.dispatch.offer import Offer
from mboa.dispatch.people import Contact, Provider
from mboa.dispatch.policy import Policy
from mboa.dispatch.request import Request


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a wording may speak of.

    ``reader`` is who will read it; ``provider_contact`` the person behind ``provider``. ``offers`` are the request's
    offers in order, when the story of the search is told. ``facts`` are the particulars of the event or reply.
    """

    now: datetime
    policy: Policy
    base_url: str
    reader: Contact
    request: Request | None = None
    offer: Offer | None = None
    client: Contact | None = None
    provider: Provider | None = None
    provider_contact: Contact | None = None
    offers: tuple[Offer, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told. ``key`` is unique for ever for messages that must not be said twice.

    Letters without a key are answers in the conversation: those to one person in one transaction become one message.
    """

    contact_id: int
    phrase: str
    text: str
    key: str | None = None
    buttons: tuple[Button, ...] = ()
    choices: tuple[ListChoice, ...] = ()
    choices_label: str = ""
    ask_phone: bool = False
    template: Template | None = None
    media_id: str | None = None
    media_kind: Literal["audio", "image", "video", "document"] | None = None
    request_id: int | None = None
    offer_id: int | None = None
