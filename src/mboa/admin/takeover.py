"""Human takeover: an operator answers a person, and the bot is silent until the conversation is handed back.

A hold has one owner and ends by itself, so that nobody is silent for ever. While it lasts the person's words wait
(``conversation/held.py``), and so do the bot's own messages to him (``storage/clearance.py``).
"""

from dataclasses import dataclass
from datetime import timedelta

from mboa.dispatch.events import EventName
from mboa.dispatch.people import Contact
from mboa.storage.admin import audit, takeover
from mboa.storage.admin.accounts import Account
from mboa.storage.unit_of_work import Unit

# From the takeover, or the operator's last message.
HOLD = timedelta(hours=2)


class NotYours(Exception):
    """Another operator (``holder``, his address) answers this person; ``None``: nobody does, take over first."""

    def __init__(self, holder: str | None) -> None:
        super().__init__(holder)
        self.holder = holder


@dataclass(frozen=True, slots=True)
class Wish:
    """Take over or hand back; ``instead_of`` is the address of the holder whom one knowingly replaces."""

    on: bool
    instead_of: str = ""


def change_hold(unit: Unit, contact_id: int, me: Account, wish: Wish) -> None:
    """Take over or hand back. Raises ``LookupError`` for an unknown person, :class:`NotYours`."""
    person = unit.contact(contact_id)
    holder = holder_of(unit, person)
    if holder not in {None, me.email, wish.instead_of}:
        raise NotYours(holder)
    if wish.on and holder != me.email:
        _take(unit, person, me)
    elif not wish.on and holder is not None:
        _hand_back(unit, person)
    else:
        return
    action: EventName = "conversation_taken_over" if wish.on else "conversation_handed_back"
    unit.happened(action, "operator", contact_id=contact_id)
    audit.note(
        unit.conn, me.id, action, f"conversation:{contact_id}", before={"held_by": holder}, after=_after(wish, me)
    )


def _after(wish: Wish, me: Account) -> dict[str, str | None]:
    return {"held_by": me.email if wish.on else None}


def holder_of(unit: Unit, person: Contact) -> str | None:
    """The address of whoever answers him now."""
    return takeover.email_of(unit.conn, person.held_by) if person.is_held(unit.now) else None


def _take(unit: Unit, person: Contact, me: Account) -> None:
    person.held_by, person.held_until_at = me.id, unit.now + HOLD
    unit.keep_contact(person)
    takeover.forestall(unit.conn, person.id)
    takeover.keep_back(unit.conn, person.id, person.held_until_at)


def _hand_back(unit: Unit, person: Contact) -> None:
    until, person.held_by, person.held_until_at = person.held_until_at, None, None
    person.needs_human = False
    unit.keep_contact(person)
    assert until is not None
    takeover.let_go(unit.conn, person.id, until)


def renew(unit: Unit, person: Contact) -> None:
    """The holder has answered him: nothing waits any more, and the hold counts from now."""
    person.held_until_at = unit.now + HOLD
    person.needs_human = False
    unit.keep_contact(person)
    takeover.answered(unit.conn, person.id)
    takeover.keep_back(unit.conn, person.id, person.held_until_at)
