"""Where a request is, in words."""

from mboa.dispatch.request import Request
from mboa.notifications.plain import one_line, without_numbers
from mboa.understanding.gazetteer import centre_of, zone_name
from mboa.understanding.normalise import fold

PLACE_CHARS = 200
# About ten metres: a spot nearer than that to the zone's centre is the centre itself, not a pin.
SAME_SPOT_DEGREES = 1e-4


def zone(request: Request) -> str:
    """The zone's name; ``""`` while it is unknown."""
    return zone_name(request.zone) if request.zone else ""


def place(request: Request) -> str:
    """For the client: his own words, then the zone when it adds something."""
    said, named = _parts(request)
    return f"{said} ({named})" if said and named else said or named


def address(request: Request) -> str:
    """For the provider who has the job: the zone first, then the client's own words."""
    said, named = _parts(request)
    return ", ".join(part for part in (named, said) if part)


def area(request: Request) -> str:
    """For a provider who is only asked: the same without phone numbers."""
    return without_numbers(address(request))


def _parts(request: Request) -> tuple[str, str]:
    """The client's words, and the zone's name unless the words hold it."""
    said, named = one_line(request.place_text or "", PLACE_CHARS), zone(request)
    return said, "" if fold(named) in fold(said) else named


def maps_link(request: Request) -> str:
    """A map of the client's own pin; ``""`` when only the centre of his zone is known."""
    spot = request.spot
    if spot is None:
        return ""
    centre = centre_of(request.zone) if request.zone else None
    if centre and all(abs(a - b) < SAME_SPOT_DEGREES for a, b in zip(spot, centre, strict=True)):
        return ""
    return f"https://maps.google.com/?q={spot[0]:.6f},{spot[1]:.6f}"
