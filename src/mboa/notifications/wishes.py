"""When the client wants somebody: his own words, and the day they mean."""

from mboa.dispatch.request import Request
from mboa.notifications.letter import Scene
from mboa.notifications.phrasebook import fill, wording
from mboa.notifications.plain import one_line
from mboa.notifications.when import dated, day

WISH_CHARS = 60


def wish(scene: Scene, request: Request) -> str:
    """The client's own words for when; with the date as soon as they were meant or are read on another day."""
    language, local = scene.reader.language, scene.policy.zone
    said = one_line(request.time_text or "", WISH_CHARS)
    if not said:
        return wording(language, "word", "soon")
    if request.wished_from_at is None:
        return said
    wished = request.wished_from_at.astimezone(local).date()
    until = (request.wished_until_at or request.wished_from_at).astimezone(local).date()
    asked, today = request.created_at.astimezone(local).date(), scene.now.astimezone(local).date()
    # What began when he asked ("before Friday", "this week") is told by its last day.
    if wished <= asked < until:
        return f"{said} (→ {dated(until, language)})"
    if {wished, today} == {asked}:
        return said
    return f"{said} ({dated(wished, language)})"


def slot(scene: Scene, request: Request) -> str:
    """The day, as its reader calls it now, and the client's own words, which may be of another day."""
    if request.wished_from_at is None:
        return wish(scene, request)
    language = scene.reader.language
    known = {
        "day": day(request.wished_from_at, scene.now, language, scene.policy.zone),
        "said": one_line(request.time_text or "", WISH_CHARS),
    }
    return fill(wording(language, "when", "slot"), known)
