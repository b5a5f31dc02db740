"""What happened, in the past tense. The diary keeps it; the wording turns some of it into messages."""

from dataclasses import dataclass, field
from typing import Any, Literal

from mboa.dispatch.status import OfferStatus

EventName = Literal[
    "request_drafted",
    "request_created",
    "request_modified",
    "request_deferred",
    "offer_made",
    "offer_accepted",
    "offer_declined",
    "offer_expired",
    "offer_withdrawn",
    "offer_undeliverable",
    "request_accepted",
    "request_released",
    "request_unserved",
    "request_doubted",
    "request_renewed",
    "request_cancelled",
    "request_corrected",
    "request_reopened",
    "provider_en_route",
    "provider_arrived",
    "work_reported_done",
    "work_disputed",
    "request_completed",
    "feedback_received",
    "comment_received",
    "cancel_reason_given",
    "job_reminded",
    "job_checked",
    "provider_available",
    "provider_paused",
    "person_opted_out",
    "person_returned",
    "human_requested",
    "conversation_taken_over",
    "conversation_handed_back",
    "message_held",
    "danger_reported",
    "trade_unserved",
    "city_unserved",
    "message_misunderstood",
    "phone_given",
    "data_told",
    "erasure_asked",
    "person_erased",
    "media_received",
    "message_failed",
    "template_paused",
]
Actor = Literal["client", "provider", "system", "operator"]


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the diary. ``cause`` names what brought it about (``message:12``, ``timer``, ``receipt:4``)."""

    name: EventName
    actor: Actor
    cause: str | None = None
    request_id: int | None = None
    contact_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


OFFER_EVENTS: dict[OfferStatus, EventName] = {
    OfferStatus.DECLINED: "offer_declined",
    OfferStatus.EXPIRED: "offer_expired",
    OfferStatus.UNDELIVERABLE: "offer_undeliverable",
    OfferStatus.WITHDRAWN: "offer_withdrawn",
}
PROGRESS_EVENTS: dict[str, EventName] = {
    "en_route": "provider_en_route",
    "arrived": "provider_arrived",
    "done": "work_reported_done",
}
