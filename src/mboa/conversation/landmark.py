"""Where a landmark is, learned from jobs that were done at a pin: the nearest repairer is then asked first.

Only what two different clients called the same, with pins that agree, is used: nobody's own words place another.
"""

from mboa.conversation.talk import Talk
from mboa.dispatch.ports import DoneJob
from mboa.dispatch.ranking import distance_metres
from mboa.dispatch.request import Request
from mboa.understanding.gazetteer import centre_of
from mboa.understanding.landmarks import landmark_words

AGREEING_METRES = 150.0
FEWEST_CLIENTS = 2


def place_by_landmark(talk: Talk, request: Request) -> None:
    """Put a request of which only the zone's centre is known where earlier jobs found its landmark, if they did."""
    if request.zone is None or request.place_text is None or request.spot != centre_of(request.zone):
        return
    words = landmark_words(request.place_text, request.zone)
    if words:
        spot = _learned(words, request.zone, talk.unit.done_at_pins(request.zone))
        request.latitude, request.longitude = spot or request.spot or (None, None)


def _learned(words: frozenset[str], zone: str, jobs: list[DoneJob]) -> tuple[float, float] | None:
    """The middle of the pins that agree, when two clients gave them and they are more than half of all."""
    centre = centre_of(zone)
    same = [job for job in jobs if job.spot != centre and landmark_words(job.words, zone) == words]
    groups = [[job for job in same if distance_metres(job.spot, one.spot) <= AGREEING_METRES] for one in same]
    agreeing = max(groups, key=len, default=[])
    if len({job.client_id for job in agreeing}) < FEWEST_CLIENTS or 2 * len(agreeing) <= len(same):
        return None
    middle = [sum(degrees) / len(agreeing) for degrees in zip(*(job.spot for job in agreeing), strict=True)]
    return middle[0], middle[1]
