"""What changes by itself on the page of one request: its state, its facts, its story."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mboa.admin.desk import Desk
from mboa.admin.live import Sight, pieces
from mboa.admin.page import phone_for, render_part
from mboa.admin.request_timeline import new_days, timeline
from mboa.admin.veil import veiled
from mboa.dispatch.people import Contact
from mboa.storage.admin import request_page
from mboa.storage.admin.accounts import Account
from mboa.storage.admin.request_page import Story

WORDS_OF_PEOPLE = ("place_text", "time_text", "problem", "cancel_reason", "comment")


def sight(desk: Desk, me: Account, about: str) -> Sight | None:
    """The request with this id, as whoever opened its page sees it."""
    if not about.isascii() or not about.isdecimal() or len(about) > 15:
        return None

    async def look() -> Mapping[str, str]:
        story = await desk.office.store.read(request_page.story, int(about))
        return parts(story, me) if story else {}

    return Sight(key(me, int(about)), look, stays=True)


def key(me: Account, request_id: int) -> tuple[str, ...]:
    """What the parts depend on: the request, the language, and whether numbers are hidden."""
    return "request", str(request_id), me.language, "veiled" if me.role == "viewer" else ""


def parts(story: Story, me: Account) -> dict[str, str]:
    """By their ids: ``state``, ``facts``, ``news`` (that the page's forms are old), and the entries of the story."""
    entries = timeline(story, me)
    shown = {
        "request": story.request,
        "said": veiled(me, {name: getattr(story.request, name) for name in WORDS_OF_PEOPLE}),
        "client": person_json(story.client, me),
        "provider": person_json(story.provider, me),
        "provider_name": story.providers.get(story.request.provider_id or 0),
        "entries": entries,
        "days": new_days(entries),
    }
    return pieces(render_part("request/parts.html", me.language, shown))


def person_json(person: Contact | None, me: Account) -> dict[str, Any] | None:
    """A person as this account may see him."""
    if person is None:
        return None
    known = asdict(person) | {"phone": phone_for(me, person.phone)}
    shown: dict[str, Any] = veiled(me, {name: known[name] for name in ("id", "name", "phone", "language", "opted_out")})
    return shown
