"""``GET …/messages/{id}/media``: a voice note is heard, a picture seen, by whoever may."""

import re

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin.desk import AtDesk
from mboa.admin.gate import Operator
from mboa.admin.page import HEADERS, Id, Problem
from mboa.admin.words import words
from mboa.channels.whatsapp.media import Medium, NoMedium
from mboa.storage.admin import audit, conversation
from mboa.work.media import MediaRoom, open_shelf

# Shown in the page; everything else is a file to be saved.
INLINE = frozenset(
    {"audio/ogg", "audio/mpeg", "audio/aac", "audio/amr", "audio/mp4", "image/jpeg", "image/png", "image/webp"}
)
ENDINGS = {"audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/aac": "aac", "audio/amr": "amr", "audio/mp4": "m4a"}
ENDINGS |= {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "video/mp4": "mp4"}
_RANGE = re.compile(r"bytes=(\d{1,9})-(\d{0,9})")


async def show_media(http: Request, desk: AtDesk, me: Operator, contact_id: Id, message_id: Id) -> Response:
    """The file of a message; that it was opened is noted."""
    row = await desk.office.store.read(conversation.message, contact_id, message_id)
    source = desk.media
    if row is None or not row["body"].get("media_id") or row["direction"] != "in":
        raise Problem(404, "not_found")
    if source is None or row["channel"] != "whatsapp":
        raise Problem(409, words(me.language, "conversations")["refused"]["no_media"])
    try:
        medium = await MediaRoom(desk.office, source, open_shelf(desk.settings)).open(message_id, row["body"])
    except NoMedium as error:
        raise Problem(502, words(me.language, "conversations")["refused"]["media_gone"]) from error
    if "range" not in http.headers or http.headers["range"].startswith("bytes=0-"):
        noted = {"contact": contact_id, "kind": medium.kind}
        await desk.office.store.write(audit.note, me.id, "media_opened", f"message:{message_id}", after=noted)
    return _file(http, message_id, medium)


def _file(http: Request, message_id: int, medium: Medium) -> Response:
    inline = medium.kind in INLINE
    name = f"{message_id}.{ENDINGS.get(medium.kind, 'bin')}"
    headers = {
        **HEADERS,
        # Whatever the file is, it is no page: nothing in it runs, loads or is part of anything.
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": f"{'inline' if inline else 'attachment'}; filename={name}",
        "Cache-Control": "no-store",
        "Accept-Ranges": "bytes",
    }
    first, last = _asked_for(http.headers.get("range", ""), len(medium.content))
    if first == 0 and last == len(medium.content) - 1:
        return Response(medium.content, 200, headers, media_type=medium.kind)
    if first > last:
        return Response(b"", 416, {**headers, "Content-Range": f"bytes */{len(medium.content)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(medium.content)}"
    return Response(medium.content[first : last + 1], 206, headers, media_type=medium.kind)


def _asked_for(header: str, size: int) -> tuple[int, int]:
    """First and last byte: players of some phones ask for a piece at a time."""
    found = _RANGE.fullmatch(header)
    if found is None:
        return 0, size - 1
    return int(found[1]), min(int(found[2] or size), size - 1)


def add_routes(made: APIRouter) -> None:
    """The one door."""
    one = "/admin/conversations/{contact_id}/messages/{message_id}/media"
    made.add_api_route(one, show_media, methods=["GET"], response_model=None)
