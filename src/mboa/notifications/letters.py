"""Which event is told to whom, in which phrase. What is missing here is told to nobody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from mboa.dispatch.events import Actor, EventName
from mboa.notifications.compose import compose
from mboa.notifications.letter import Letter, Scene


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event, who brought it about, and whose words are being heard in this transaction (``None``: nobody's)."""

    actor: Actor
    scene: Scene
    speaker_id: int | None


def _always(_: Occasion) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Hearing:
    """One side hears one phrase, if the occasion is one for it."""

    side: Literal["client", "provider"]
    phrase: str
    when: Callable[[Occasion], bool] = _always


def _told(fact: str) -> Callable[[Occasion], bool]:
    return lambda occasion: bool(occasion.scene.facts.get(fact))


def _not_told(fact: str) -> Callable[[Occasion], bool]:
    return lambda occasion: not occasion.scene.facts.get(fact)


def _client_speaks(occasion: Occasion) -> bool:
    client = occasion.scene.client
    return client is not None and client.id == occasion.speaker_id


def _by(*actors: Actor) -> Callable[[Occasion], bool]:
    return lambda occasion: occasion.actor in actors


def _client_changed_a_job(occasion: Occasion) -> bool:
    request = occasion.scene.request
    return occasion.actor == "client" and request is not None and request.is_assigned


def _has_a_job(occasion: Occasion) -> bool:
    request = occasion.scene.request
    return request is not None and request.is_assigned


HEARINGS: Mapping[EventName, tuple[Hearing, ...]] = {
    "offer_made": (Hearing("provider", "offer"),),
    "offer_withdrawn": (Hearing("provider", "offer_withdrawn", _told("heard")),),
    "request_created": (Hearing("client", "started_by_house", _by("operator")),),
    "request_accepted": (
        Hearing("client", "provider_found", _not_told("replaced")),
        Hearing("client", "provider_replaced", _told("replaced")),
        Hearing("provider", "client_contact"),
    ),
    # An answer to his own words; nobody is woken to hear that nothing happens at night.
    "request_deferred": (Hearing("client", "search_deferred", _client_speaks),),
    "request_unserved": (Hearing("client", "fallback", _told("told")),),
    "request_doubted": (Hearing("client", "still_needed"),),
    "request_released": (
        # Of a provider put in his place by hand the client hears once, with the new one's name.
        Hearing("client", "provider_gave_up", _not_told("replaced")),
        Hearing("provider", "job_taken_back", _by("operator")),
    ),
    "request_cancelled": (
        Hearing("provider", "job_cancelled", _told("had_provider")),
        Hearing("client", "cancelled_by_house", _by("operator")),
    ),
    "request_reopened": (Hearing("client", "reopened_by_house"),),
    "request_completed": (Hearing("client", "closed_by_house", _by("operator")),),
    "request_modified": (Hearing("provider", "job_changed", _client_changed_a_job),),
    "provider_en_route": (Hearing("client", "on_the_way"),),
    "provider_arrived": (Hearing("client", "at_the_door"),),
    "work_reported_done": (Hearing("client", "work_done"),),
    "job_reminded": (Hearing("client", "visit_reminder"), Hearing("provider", "job_reminder")),
    "job_checked": (Hearing("client", "work_check"),),
    "work_disputed": (Hearing("provider", "work_disputed"),),
    "media_received": (Hearing("provider", "media_for_job", _has_a_job),),
}


def letters_for(name: EventName, actor: Actor, scene: Scene, speaker_id: int | None = None) -> list[Letter]:
    """Everything that this event makes the house say; nothing to those who opted out.

    ``scene`` holds the request, the offer, the client, the provider the event is about (of the offer, else of the
    request) with his contact, and the event's data as facts; its ``reader`` is replaced by whoever hears.
    ``speaker_id`` is the contact whose message is being heard.
    """
    occasion = Occasion(actor, scene, speaker_id)
    heard = [_letter(hearing, occasion) for hearing in HEARINGS.get(name, ())]
    return [letter for letter in heard if letter is not None]


def _letter(hearing: Hearing, occasion: Occasion) -> Letter | None:
    reader = occasion.scene.client if hearing.side == "client" else occasion.scene.provider_contact
    if reader is None or reader.opted_out or not hearing.when(occasion):
        return None
    facts = {**occasion.scene.facts, "actor": occasion.actor}
    return compose(hearing.phrase, replace(occasion.scene, reader=reader, facts=facts))
