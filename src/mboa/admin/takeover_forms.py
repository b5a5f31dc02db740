"""The doors of a takeover: take over, hand back, write."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from mboa.admin import answer, reserve
from mboa.admin.answer import MOST_CHARS, Unsent, Words
from mboa.admin.bodies import takes
from mboa.admin.conversation import Attempt, contact_json, conversation_page
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Operator
from mboa.admin.page import Id, Invalid, Problem, body, see_other, show, wants_json
from mboa.admin.takeover import NotYours, Wish, change_hold
from mboa.admin.words import words
from mboa.storage.admin import conversation
from mboa.storage.admin.accounts import Account
from mboa.storage.store import Connection


class Hold(BaseModel):
    """``instead_of``: the e-mail address of the holder whom one replaces, knowing it."""

    model_config = ConfigDict(extra="ignore")
    on: bool
    instead_of: str = Field("", max_length=254)


class Written(BaseModel):
    """A text, or a template's name with its ``parameters`` (in a form: fields of their names)."""

    model_config = ConfigDict(extra="allow")
    text: str = ""
    template: str = Field("", max_length=60)
    parameters: dict[str, str] = Field(default_factory=dict)
    seen: int | None = None
    once: str = Field("", max_length=60)

    def words(self) -> Words:
        """What it asks for; line ends are the house's, and NUL, which no phone shows, is left out."""
        typed = self.text.replace("\r\n", "\n").replace("\0", "").strip()
        values = {name: str(value).replace("\0", "") for name, value in (self.model_extra or {}).items()}
        return Words(typed, self.template, values | self.parameters, self.seen, self.once)


@takes(Hold)
async def hold(http: Request, desk: AtDesk, me: Operator, contact_id: Id) -> Response:
    """Take over (``on``) or hand back; 409 with the holder's address when somebody else answers this person."""
    asked = await body(http, Hold)
    wish = Wish(asked.on, asked.instead_of)
    try:
        await desk.office.transact(change_hold, f"operator:{me.id}", contact_id, me, wish)
    except LookupError as unknown:
        raise Problem(404, "not_found") from unknown
    except NotYours as other:
        return await _refused(http, desk, me, contact_id, _of_another(me, other))
    return await _done(http, desk, me, contact_id, "taken" if asked.on else "handed_back")


async def _done(http: Request, desk: Desk, me: Account, contact_id: int, what: str) -> Response:
    if not wants_json(http):
        return see_other(http, f"/admin/conversations/{contact_id}?done={what}")
    return show(http, me, "", json=await desk.office.store.read(_contact, me, contact_id))


def _contact(conn: Connection, me: Account, contact_id: int) -> dict[str, Any]:
    person = conversation.person(conn, contact_id)
    return {"contact": contact_json(me, person, conn.now) if person else None}


@takes(Written)
async def write(http: Request, desk: AtDesk, me: Operator, contact_id: Id) -> Response:
    """Send words of one's own: 201, or 409 with the reason; what was typed is never lost."""
    written = (await body(http, Written)).words()
    wrong = _wrong(me, written)
    if wrong and wants_json(http):
        raise Invalid(wrong)
    if wrong:
        return await _refused(http, desk, me, contact_id, Attempt(422, values=_typed(written), errors=wrong))
    try:
        message_id = await desk.office.transact(answer.write, f"operator:{me.id}", contact_id, me, written)
    except LookupError as unknown:
        raise Problem(404, "not_found") from unknown
    except NotYours as other:
        return await _refused(http, desk, me, contact_id, _of_another(me, other, written))
    except Unsent as unsent:
        return await _refused(http, desk, me, contact_id, await _unsent(desk, me, contact_id, written, unsent))
    if not wants_json(http):
        return see_other(http, f"/admin/conversations/{contact_id}?done=written")
    return show(http, me, "", json={"id": message_id, "contact_id": contact_id, "status": "queued"}, status=201)


def _wrong(me: Account, written: Words) -> dict[str, str]:
    said = words(me.language, "common")["invalid"]
    if written.template:
        return {}
    if not written.text:
        return {"text": said["missing"]}
    return {"text": said["string_too_long"]} if len(written.text) > MOST_CHARS else {}


def _typed(written: Words) -> dict[str, str]:
    return {"text": written.text, "template": written.template, **(written.values or {})}


def _of_another(me: Account, other: NotYours, written: Words | None = None) -> Attempt:
    said = words(me.language, "conversations")["refused"]
    told = said["held"].replace("{holder}", other.holder) if other.holder else said["not_held"]
    more = {"reason": "held" if other.holder else "not_held", "held_by": other.holder}
    return Attempt(409, told, _typed(written) if written else {}, more=more)


async def _unsent(desk: Desk, me: Account, contact_id: int, written: Words, unsent: Unsent) -> Attempt:
    more: dict[str, Any] = {"reason": unsent.reason, **unsent.more}
    if unsent.reason in {"window_closed", "no_such_template", "parameters_missing"}:
        more["templates"] = await desk.office.store.read(_spare, contact_id)
    said = words(me.language, "conversations")["refused"][unsent.reason]
    return Attempt(409, said, _typed(written), more=more)


def _spare(conn: Connection, contact_id: int) -> list[dict[str, Any]]:
    person = conversation.person(conn, contact_id)
    found = reserve.templates_for(conn, person) if person else []
    return [
        {"name": one.name, "language": one.language, "body": one.body, "parameters": list(one.parameters)}
        for one in found
    ]


async def _refused(http: Request, desk: Desk, me: Account, contact_id: int, attempt: Attempt) -> Response:
    return await conversation_page(http, desk, me, contact_id, attempt)


def add_routes(made: APIRouter) -> None:
    """Take over and hand back (``POST`` for forms), write."""
    one = "/admin/conversations/{contact_id}"
    for method in ("POST", "PUT"):
        made.add_api_route(f"{one}/takeover", hold, methods=[method], response_model=None)
    made.add_api_route(f"{one}/messages", write, methods=["POST"], response_model=None)
