"""One message, as it was read then and as it would be read and answered now: the place to find out why."""

from dataclasses import asdict, dataclass, field
from typing import Any, cast, get_args

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin import replay
from mboa.admin.conversation import contact_json, message_json
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Operator, Viewer
from mboa.admin.page import Id, Problem, show
from mboa.admin.veil import veiled
from mboa.admin.words import words
from mboa.storage.admin import audit, conversation, misread
from mboa.storage.admin.accounts import Account
from mboa.storage.store import Connection, Row
from mboa.understanding.facts import Expecting, Intent, Service
from mboa.understanding.understand import understand

# What is set side by side.
SLOTS = (
    "intent",
    "rule",
    "confidence",
    "sure",
    "service",
    "place",
    "time",
    "problem",
    "rating",
    "language",
    "expecting",
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What the page shows beside the message: a dry run, or what was wrong with a mark."""

    compared: dict[str, Any] | None = None
    errors: dict[str, str] = field(default_factory=dict)


async def show_message(http: Request, desk: AtDesk, me: Viewer, contact_id: Id, message_id: Id) -> Response:
    """A message with everything that is known around it."""
    return await message_page(http, desk, me, (contact_id, message_id))


async def replay_message(http: Request, desk: AtDesk, me: Operator, contact_id: Id, message_id: Id) -> Response:
    """Read it anew, and hear it as if it came now; nothing of it is kept but the note that it was done."""
    row = await desk.office.store.read(conversation.message, contact_id, message_id)
    if row is None:
        raise Problem(404, "not_found")
    heard = await replay.rehearse(desk.office, contact_id, message_id) if row["direction"] == "in" else None
    if heard is None:
        raise Problem(409, words(me.language, "conversations")["refused"]["replay_only_heard"])
    await desk.office.store.write(
        audit.note, me.id, "message_replayed", f"message:{message_id}", after={"contact": contact_id}
    )
    found = message_json(me, row)
    replies = await desk.office.store.read(conversation.replies, message_id)
    compared = {
        "then": {
            "expecting": _kept(row).get("expecting"),
            "understood": _kept(row) or None,
            "decided": found["decided"],
            "said": replies,
        },
        "reread": {"expecting": _kept(row).get("expecting"), "understood": _reread(row)},
        "now": replay.as_json(heard),
    }
    return await message_page(http, desk, me, (contact_id, message_id), Beside(compared))


def _kept(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = row["understood"] or {}
    return found


def _reread(row: Row) -> dict[str, Any] | None:
    """Today's lexicon, and the question of then."""
    asked = _kept(row).get("expecting")
    known = cast("Expecting", asked) if asked in get_args(Expecting) else None
    return asdict(understand(row["text"], known)) if row["text"] else None


async def message_page(
    http: Request,
    desk: Desk,
    me: Account,
    which: tuple[int, int],
    beside: Beside | None = None,
) -> Response:
    """The page of the message ``which`` (contact, message)."""
    found, contact, mark = await desk.office.store.read(_look, me, *which)
    if found is None or contact is None:
        raise Problem(404, "not_found")
    beside = beside or Beside()
    shown = {
        "message": found,
        "contact": contact,
        "mark": mark,
        "compared": beside.compared,
        "slots": SLOTS,
        "errors": beside.errors,
        "intents": get_args(Intent),
        "services": get_args(Service),
    }
    json = {"message": found, "contact": contact, "misread": mark}
    status = 422 if beside.errors else 200
    return show(http, me, "conversations/message.html", shown, json=beside.compared or json, status=status)


def _look(conn: Connection, me: Account, contact_id: int, message_id: int) -> tuple[Any, Any, Any]:
    person, row = conversation.person(conn, contact_id), conversation.message(conn, contact_id, message_id)
    if person is None or row is None:
        return None, None, None
    mark = misread.of_message(conn, message_id)
    wanted = ("intent", "service", "place", "note", "marked_by", "created_at")
    told = veiled(me, {name: mark[name] for name in wanted}) if mark else None
    return message_json(me, row), contact_json(me, person, conn.now), told


def add_routes(made: APIRouter) -> None:
    """The page and the dry run."""
    one = "/admin/conversations/{contact_id}/messages/{message_id}"
    made.add_api_route(one, show_message, methods=["GET"], response_model=None)
    made.add_api_route(f"{one}/replay", replay_message, methods=["POST"], response_model=None)
