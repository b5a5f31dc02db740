"""A person wants to be forgotten: what is under way for him ends, and he is marked. Housekeeping does the rest.

He is forgotten once nothing is on its way to him any more: the last word must still find his number.
"""

from mboa import lifecycle
from mboa.dispatch.events import Actor
from mboa.dispatch.people import Contact
from mboa.dispatch.ports import UnitOfWork


class OnTheRoster(Exception):
    """A repairer is taken off the roster first: others wait for what he has in hand."""


def begin_forgetting(unit: UnitOfWork, contact: Contact, actor: Actor) -> None:
    """End everything that this person (locked) asked for; the caller keeps him. Raises :class:`OnTheRoster`."""
    provider = unit.provider_of(contact)
    if provider is not None and provider.active:
        raise OnTheRoster(str(contact.id))
    for request in unit.live_requests(contact.id):
        lifecycle.cancel(unit, request, actor, "erased")
    contact.erasing_since_at = unit.now
    unit.happened("erasure_asked", actor, contact_id=contact.id)
