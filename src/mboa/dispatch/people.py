"""The people: a contact (client, provider or both) and what a provider is known for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Contact:
    """One person. ``expecting`` is what he was asked last, about the request ``about_id``.

    ``misses`` counts how often in a row he was not understood. ``phone`` is E.164, ``None`` while WhatsApp hides it.
    ``held_by`` is the account of the operator who answers him instead of the bot, until ``held_until_at``.
    ``consent_told_at`` is when he was told what is kept of him, ``erasing_since_at`` when he asked to be forgotten.
    """

    id: int
    channel: str
    created_at: datetime
    name: str | None = None
    language: str = "fr"
    phone: str | None = None
    opted_out: bool = False
    needs_human: bool = False
    is_provider: bool = False
    expecting: str | None = None
    about_id: int | None = None
    misses: int = 0
    last_inbound_at: datetime | None = None
    held_by: int | None = None
    held_until_at: datetime | None = None
    consent_told_at: datetime | None = None
    erasing_since_at: datetime | None = None
    version: int = 1

    def is_held(self, now: datetime) -> bool:
        """Whether a person answers him, and the bot is silent."""
        return self.held_until_at is not None and self.held_until_at > now

    def expect(self, what: str | None, about: int | None = None) -> None:
        """Remember what was asked, so that a short answer is read by it."""
        self.expecting, self.about_id = what, about


@dataclass(frozen=True, slots=True)
class Holding:
    """How much is held about a person: his messages in both directions, and the requests he made."""

    messages: int
    requests: int


@dataclass(frozen=True, slots=True)
class Provider:
    """A repairer. ``rating`` is the plain mean of his 1–5 ratings, ``None`` before the first."""

    id: int
    contact_id: int
    name: str
    services: tuple[str, ...]
    zones: tuple[str, ...]
    available: bool
    active: bool
    rating_sum: int = 0
    rating_count: int = 0

    @property
    def rating(self) -> float | None:
        """Mean of the ratings, 1–5."""
        return self.rating_sum / self.rating_count if self.rating_count else None


# Not frozen: one is made for every provider who covers the zone, and freezing would double the time of a ranking.
@dataclass(slots=True)
class Candidate:
    """All that matching and ranking know of one provider who covers the trade and the zone.

    ``answer_seconds`` is the moving mean of his answer times. ``window_open`` tells whether he wrote within 24 hours
    (a free, instant message instead of a paid template). ``hours`` is his local working time (``07:00-19:00``).
    ``held`` tells whether an operator is talking with him. The last three are about one request: whether he was asked
    for it before, whether its client and he are kept apart, whether he is the client.
    """

    provider_id: int
    contact_id: int
    available: bool
    capacity: int | None
    hours: str | None
    latitude: float | None
    longitude: float | None
    services_count: int
    rating_sum: int
    rating_count: int
    offers_count: int
    answers_count: int
    answer_seconds: float
    jobs_count: int
    last_job_at: datetime | None
    jobs_under_way: int
    open_offers: int
    window_open: bool
    opted_out: bool
    held: bool = False
    asked_before: bool = False
    blocked: bool = False
    is_client: bool = False
