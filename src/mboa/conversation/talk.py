"""One thing that one person said, and what is known around it while it is heard."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from mboa.dispatch.offer import Offer
from mboa.dispatch.people import Contact
from mboa.dispatch.ports import UnitOfWork
from mboa.dispatch.request import Request
from mboa.understanding.facts import Understanding

UNHEARD = Understanding(intent="other")


@dataclass(frozen=True, slots=True)
class Utterance:
    """One burst of text, one tap, one pin, one voice note or picture. ``facts`` are what its words were found to say.

    ``payload`` is the tapped button's. ``offer_id`` is the offer whose message it quotes, if it quotes one.
    ``phone`` is a number shared as a contact card.
    """

    kind: Literal["text", "tap", "pin", "media", "card", "unreadable"]
    message_ids: tuple[int, ...]
    said_at: datetime
    text: str = ""
    facts: Understanding = UNHEARD
    payload: str | None = None
    offer_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    phone: str | None = None


@dataclass
class Talk:
    """The speaker, his words, and his affairs (read once, when first needed)."""

    unit: UnitOfWork
    contact: Contact
    said: Utterance

    @property
    def facts(self) -> Understanding:
        """What the words were found to say."""
        return self.said.facts

    @cached_property
    def live(self) -> list[Request]:
        """His requests that are not over, newest first, locked."""
        return self.unit.live_requests(self.contact.id)

    @property
    def draft(self) -> Request | None:
        """The request he is still describing; of two, the one he told first."""
        return next((request for request in reversed(self.live) if request.is_draft), None)

    @property
    def about(self) -> Request | None:
        """The live request that he was last asked about."""
        return next((request for request in self.live if request.id == self.contact.about_id), None)

    @property
    def confirmed(self) -> list[Request]:
        """His requests that somebody is working on, newest first."""
        return [request for request in self.live if not request.is_draft and request.is_live]

    def reply(self, phrase: str, request: Request | None = None, offer: Offer | None = None, **facts: Any) -> None:
        """Say something to him."""
        self.unit.reply(self.contact, phrase, request, offer, **facts)
