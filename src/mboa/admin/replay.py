"""A dry run: a message is understood with today's lexicon and heard as if it came now, in a transaction undone at once.

Nothing of it is kept, nobody is written to, no loop is woken, and neither log nor metrics hear of it.
"""

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from mboa.conversation.hear import hear
from mboa.dispatch.events import Event
from mboa.dispatch.status import IllegalMove
from mboa.notifications.letter import Letter
from mboa.office import Office
from mboa.storage import inbox
from mboa.storage.post import merge
from mboa.storage.store import Connection
from mboa.storage.unit_of_work import Unit
from mboa.understanding.facts import Understanding
from mboa.work.reading import asked, read

FOR_EVER = timedelta.max


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would come of it: how it was understood, in the light of which question, what happened, what was said.

    ``failed`` names the error when it cannot be heard at all.
    """

    understood: tuple[Understanding, ...] = ()
    expecting: str | None = None
    decided: tuple[Event, ...] = ()
    said: tuple[Letter, ...] = field(default=())
    failed: str | None = None


class _Undo(Exception):
    """Carries what a rehearsal showed out of the transaction that it undoes."""

    def __init__(self, rehearsal: Rehearsal | None) -> None:
        super().__init__("undone")
        self.rehearsal = rehearsal


async def rehearse(office: Office, contact_id: int, message_id: int) -> Rehearsal | None:
    """Hear a message of this person as if it came now and nobody answered him; ``None`` when it is none that was heard.

    Whatever is done is rolled back.
    """
    try:
        await office.store.write(_rehearse, office, contact_id, message_id)
    except _Undo as undone:
        return undone.rehearsal
    except (ValueError, LookupError, AttributeError, IllegalMove) as error:
        # What parks a message when it comes in is shown for what it is.
        return Rehearsal(failed=type(error).__name__)
    raise AssertionError("unreachable: a rehearsal never ends in a commit")


def _rehearse(conn: Connection, office: Office, contact_id: int, message_id: int) -> None:
    unit = Unit(conn, office.policy, office.base_url, f"message:{message_id}")
    person = unit.contact(contact_id)
    person.held_by = person.held_until_at = None
    unit.keep_contact(person)
    inbox.leave(conn, [message_id], conn.now)
    unread = inbox.alone(conn, message_id, FOR_EVER)
    if unread is None:
        raise _Undo(None)
    utterances = read(unread)
    hear(unit, unit.contact(contact_id), utterances)
    answers = merge(unit.post.answers) if unit.post.answers else []
    said = [*answers, *(letter for _, letter in unit.post.news)]
    facts = tuple(one.facts for one in utterances)
    raise _Undo(Rehearsal(facts, asked(unread), tuple(unit.events), tuple(said)))


def as_json(rehearsal: Rehearsal) -> dict[str, Any]:
    """For programs and for the page."""
    return {
        "understood": [asdict(facts) for facts in rehearsal.understood],
        "expecting": rehearsal.expecting,
        "decided": [
            {"name": one.name, "actor": one.actor, "request_id": one.request_id, "data": one.data}
            for one in rehearsal.decided
        ],
        "said": [{"contact_id": one.contact_id, "kind": one.phrase, "text": one.text} for one in rehearsal.said],
        "failed": rehearsal.failed,
    }
