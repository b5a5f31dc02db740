"""An operator's own words to a person: through the outbox like everything else, once, and never past somebody."""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from mboa.admin import reserve
from mboa.admin.conversation import WINDOW
from mboa.admin.takeover import NotYours, holder_of, renew
from mboa.conversation.held import BY_OPERATOR
from mboa.dispatch.people import Contact
from mboa.notifications.letter import Letter
from mboa.storage import outbox
from mboa.storage.admin import audit, conversation, posts, takeover
from mboa.storage.admin.accounts import Account
from mboa.storage.unit_of_work import Unit

MOST_CHARS = 4_096


class Unsent(Exception):
    """Nothing was queued. ``reason`` is a name in the words' table ``refused``; ``more`` goes into the JSON answer."""

    def __init__(self, reason: str, **more: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.more = more


@dataclass(frozen=True, slots=True)
class Words:
    """What is to be sent: a ``text`` of 1 to 4,096 characters, or a ``template`` with the values of its parameters.

    ``seen`` is the id of the last message that the operator saw (``None``: not told); ``once`` names the form.
    """

    text: str
    template: str = ""
    values: dict[str, str] | None = None
    seen: int | None = None
    once: str = ""


def write(unit: Unit, contact_id: int, me: Account, words: Words) -> int:
    """Queue it and return the message's id; the same form twice is one message.

    Raises ``LookupError`` for an unknown person, :class:`NotYours`, :class:`Unsent`.
    """
    person = unit.contact(contact_id)
    key = f"operator:{contact_id}:{me.id}:{words.once or token_urlsafe(12)}"
    if not posts.first_time(unit.conn, words.once) and (known := takeover.by_key(unit.conn, key)):
        return known
    _refuse(unit, person, me, words)
    person.expect(BY_OPERATOR)
    outbox.queue(unit.conn, _letter(unit, person, words), key, person.channel)
    renew(unit, person)
    message_id = takeover.by_key(unit.conn, key)
    assert message_id is not None
    what = {"message": message_id, "template": words.template or None}
    audit.note(unit.conn, me.id, "message_written", f"conversation:{contact_id}", after=what)
    return message_id


def _refuse(unit: Unit, person: Contact, me: Account, words: Words) -> None:
    if person.opted_out:
        raise Unsent("opted_out")
    holder = holder_of(unit, person)
    if holder != me.email:
        raise NotYours(holder)
    newest = takeover.newest_in(unit.conn, person.id)
    if words.seen is not None and newest > words.seen:
        raise Unsent("newer", newest=newest)


def _letter(unit: Unit, person: Contact, words: Words) -> Letter:
    is_open = person.last_inbound_at is not None and unit.now - person.last_inbound_at < WINDOW
    if not words.template:
        if not is_open:
            raise Unsent("window_closed")
        return Letter(person.id, "operator", words.text)
    row = conversation.person(unit.conn, person.id)
    spare = next((one for one in reserve.templates_for(unit.conn, row or {}) if one.name == words.template), None)
    if spare is None:
        raise Unsent("no_such_template")
    filled = reserve.filled(spare, words.values or {})
    if filled is None:
        raise Unsent("parameters_missing")
    text, template = filled
    return Letter(person.id, "operator_template", text, template=template)
