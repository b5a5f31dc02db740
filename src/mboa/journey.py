"""The mission's three questions, answered as WhatsApp would answer them."""

from collections.abc import Callable

from mboa.conversation import affairs, answers
from mboa.conversation.talk import Talk, Utterance
from mboa.dispatch.request import Request
from mboa.notifications.phrasebook import wording
from mboa.office import Office
from mboa.storage import people
from mboa.storage.unit_of_work import Unit
from mboa.understanding.facts import Understanding

# Whoever calls a method by its name means it.
SURE = Understanding(intent="status", sure=True)


class UserJourneyManager:
    """What a client can ask about his request. ``user_id`` is his phone (E.164) or his contact id.

    Each answer is the text that WhatsApp would show him; nothing is sent to him. A person or request that is not
    known, or not his, is refused in words.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    async def handle_status_request(self, user_id: str) -> str:
        """Where his requests stand, and what comes next."""
        return await self._answer(user_id, affairs.status)

    async def handle_cancellation(self, user_id: str, request_id: int) -> str:
        """End one of his requests; the provider involved, if any, is told at once."""
        return await self._answer(user_id, lambda talk: _about(talk, request_id, affairs.cancel_request))

    async def handle_feedback(self, user_id: str, request_id: int, rating: int) -> str:
        """Take his 1 to 5 for a job; raises ``ValueError`` for another number."""
        if not 1 <= rating <= 5:
            raise ValueError(f"a rating is 1 to 5, not {rating}")
        return await self._answer(
            user_id,
            lambda talk: _about(talk, request_id, lambda t, request: answers.rate(t, request, rating)),
        )

    async def _answer(self, user_id: str, act: Callable[[Talk], None]) -> str:
        return await self._office.transact(_ask, "journey", user_id, act)


def _ask(unit: Unit, user_id: str, act: Callable[[Talk], None]) -> str:
    """Let a known person ask; the answers are returned instead of sent."""
    contact_id = people.by_user_id(unit.conn, user_id)
    if contact_id is None:
        return wording("fr", "text", "not_yours")
    contact = unit.contact(contact_id)
    unit.post.outspoken = False
    act(Talk(unit, contact, Utterance("text", (), unit.now, facts=SURE)))
    unit.keep_contact(contact)
    return "\n\n".join(letter.text for letter in unit.post.answers)


def _about(talk: Talk, request_id: int, act: Callable[[Talk, Request], None]) -> None:
    """Act on a request of the asker's, and on no other."""
    request = talk.unit.request(request_id)
    if request is None or request.client_id != talk.contact.id:
        talk.reply("not_yours")
    else:
        act(talk, request)
