"""``GET /admin/conversations/{contact_id}``: what was said, understood, decided, sent and delivered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin import reserve
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Viewer
from mboa.admin.live import Live, Sight, pieces
from mboa.admin.page import Id, Problem, phone_for, render_part, show
from mboa.admin.veil import veiled
from mboa.dispatch.policy import DOUALA
from mboa.storage.admin import conversation
from mboa.storage.admin.accounts import Account
from mboa.storage.store import Connection, Row

ON_A_PAGE = 25
WINDOW = timedelta(hours=24)
OF_THE_VIEW = (
    "id",
    "channel",
    "direction",
    "contact_id",
    "request_id",
    "external_id",
    "key",
    "kind",
    "text",
    "status",
    "error",
    "attempts",
    "created_at",
    "sent_at",
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A form that was refused: why (in words), what stood in it, and which fields are wrong."""

    status: int = 200
    said: str = ""
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


async def show_conversation(http: Request, desk: AtDesk, me: Viewer, contact_id: Id, before: int = 0) -> Response:
    """The newest messages, oldest first; ``before`` (a message id) leads to older ones."""
    return await conversation_page(http, desk, me, contact_id, before)


async def conversation_page(
    http: Request, desk: Desk, me: Account, contact_id: int, attempt: int | Attempt = 0
) -> Response:
    """The page from the message ``attempt`` backwards, or with a form that was refused shown again."""
    refused = attempt if isinstance(attempt, Attempt) else Attempt()
    before = attempt if isinstance(attempt, int) and 0 < attempt < conversation.NEWEST else conversation.NEWEST
    person, rows, now = await desk.office.store.read(_look, contact_id, before)
    if person is None:
        raise Problem(404, "not_found")
    contact = contact_json(me, person, now)
    messages = [message_json(me, row) for row in rows[-ON_A_PAGE:]]
    following = messages[0]["id"] if len(rows) > ON_A_PAGE else None
    live: Live = http.app.state.live
    parts = _pieces(me, person, messages, now)
    is_newest = before == conversation.NEWEST
    shown = {
        "contact": contact,
        "pieces": parts,
        "story": [name for name in parts if name not in {"facts", "seen", "news"}],
        "mark": live.seen(_key(me, contact_id), parts) if is_newest else "",
        "state": _state(contact, person),
        "next": following,
        "newest_in": person["newest_in"] or 0,
        "mine": contact["held_by_me"],
        "templates": await desk.office.store.read(reserve.templates_for, person) if _needs_template(contact) else [],
        "refused": refused,
        "is_newest": is_newest,
    }
    json = {"detail": refused.said, **refused.more} if refused.said else None
    known = {"contact": contact, "messages": messages, "next": following}
    return show(http, me, "conversations/one.html", shown, json=json or known, status=refused.status)


def sight(desk: Desk, me: Account, about: str) -> Sight | None:
    """The newest messages of the person with this id, and how things stand with him."""
    if not about.isascii() or not about.isdecimal() or len(about) > 15:
        return None

    async def look() -> Mapping[str, str]:
        person, rows, now = await desk.office.store.read(_look, int(about), conversation.NEWEST)
        return _pieces(me, person, [message_json(me, row) for row in rows[-ON_A_PAGE:]], now) if person else {}

    return Sight(_key(me, int(about)), look, stays=True)


def _key(me: Account, contact_id: int) -> tuple[str, ...]:
    return "conversation", str(contact_id), me.language, me.role


def _pieces(me: Account, person: Row, messages: list[dict[str, Any]], now: datetime) -> dict[str, str]:
    """``facts``, ``seen`` (the newest word of his that the page shows), ``news`` (that the form on the page is old),
    and the messages under their days, by their ids."""
    contact = contact_json(me, person, now)
    state, days = _state(contact, person), by_day(messages)
    known = {"me": me, "contact": contact, "state": state, "days": days, "newest_in": person["newest_in"] or 0}
    return pieces(render_part("conversations/pieces.html", me.language, known))


def _state(contact: Mapping[str, Any], person: Row) -> str:
    """What decides which form an operator has: who holds the person, whether he may be written to freely."""
    held = person["held_by"] if contact["held_by"] else 0
    return f"{held}.{contact['window_open_until'] is not None:d}.{contact['opted_out']:d}"


def _needs_template(contact: dict[str, Any]) -> bool:
    return bool(contact["held_by_me"] and not contact["window_open_until"] and not contact["opted_out"])


def _look(conn: Connection, contact_id: int, before: int) -> tuple[Row | None, list[Row], datetime]:
    person = conversation.person(conn, contact_id)
    rows = conversation.messages(conn, contact_id, before, ON_A_PAGE + 1) if person else []
    return person, rows, conn.now


def window_until(row: Row, now: datetime) -> datetime | None:
    """Until when he may be written to freely (24 hours after his last word); ``None`` when that is over."""
    heard_at: datetime | None = row["last_inbound_at"]
    return heard_at + WINDOW if heard_at is not None and now - heard_at < WINDOW else None


def contact_json(me: Account, person: Row, now: datetime) -> dict[str, Any]:
    """The person of a conversation as this account may see him."""
    held = person["held_until_at"] is not None and person["held_until_at"] > now
    plain = ("id", "language", "channel", "opted_out", "needs_human", "is_provider", "misses", "expecting")
    return {
        **{name: person[name] for name in plain},
        "name": veiled(me, person["name"]),
        "phone": phone_for(me, person["phone"]),
        "provider_id": person["provider_id"],
        "request_id": person["request_id"],
        "created_at": person["created_at"],
        "window_open_until": window_until(person, now),
        "held_by": person["holder"] if held else None,
        "held_until": person["held_until_at"] if held else None,
        "held_by_me": held and person["held_by"] == me.id,
    }


def message_json(me: Account, row: Row) -> dict[str, Any]:
    """One message as this account may see it: the columns of ``v_messages``, then what is known around it."""
    around = ("understood", "decided", "receipts", "error_code", "repeats")
    found = {name: row[name] for name in (*OF_THE_VIEW, *around)}
    found["template"] = _template(row)
    found["media"] = row["direction"] == "in" and row["channel"] == "whatsapp" and bool(row["body"].get("media_id"))
    found["buttons"] = [button["title"] for button in row["body"].get("buttons", row["body"].get("choices", []))]
    found["waits_for_operator"] = row["status"] == "received" and row["kept_at"] is not None
    found["misread"] = row["misread_intent"]
    shown: dict[str, Any] = veiled(me, found)
    return shown


def _template(row: Row) -> dict[str, Any] | None:
    """The message's template twin; ``used`` when the window was closed as it went out, ``None`` while it waits."""
    twin = row["body"].get("template")
    if row["direction"] != "out" or twin is None:
        return None
    sent_at, heard_at = row["sent_at"], row["heard_at"]
    used = None if sent_at is None else heard_at is None or sent_at - heard_at >= WINDOW
    return {"name": twin["name"], "language": twin["language"], "used": used}


def by_day(messages: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The messages under their day in Douala (``22/11/2026``)."""
    days: dict[str, list[dict[str, Any]]] = {}
    for one in messages:
        days.setdefault(f"{one['created_at'].astimezone(DOUALA):%d/%m/%Y}", []).append(one)
    return list(days.items())


def add_routes(made: APIRouter) -> None:
    """The one page."""
    made.add_api_route("/admin/conversations/{contact_id}", show_conversation, methods=["GET"], response_model=None)
