"""Who is asked first: a sum of reasons, each between 0 and 1, kept with the offer so that "why him?" has an answer."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import mul

from mboa.dispatch.matching import Withheld, reason_against
from mboa.dispatch.offer import Choice
from mboa.dispatch.people import Candidate

# Weights of the reasons; they sum to 1. Near and well rated come first, money and fairness decide among equals.
WEIGHTS: dict[str, float] = {
    "distance": 0.25,
    "rating": 0.25,
    "answers": 0.15,
    "speed": 0.10,
    "specialisation": 0.05,
    "fairness": 0.12,
    "window": 0.08,
}
_WEIGHTS = tuple(WEIGHTS.values())

# Shrinking to the mean: a rating counts in full only when it stands on several (Bayesian average, 5 phantom votes).
PRIOR_RATING = 3.8
PRIOR_VOTES = 5
PRIOR_ANSWER_RATE = 0.6
PRIOR_OFFERS = 4
# An answer after this long is worth half an instant one.
HALF_SPEED_SECONDS = 180.0
# At this distance nearness is worth half.
HALF_DISTANCE_METRES = 3_000.0
RECENT_JOB = timedelta(hours=12)
WITHHELD_KEPT = 20
EARTH_RADIUS_METRES = 6_371_000.0


def choose(
    candidates: Iterable[Candidate], place: tuple[float, float] | None, now: datetime
) -> tuple[Choice | None, list[Withheld]]:
    """The provider to ask next, and the candidates passed over with the reason against each (at most 20)."""
    best: Candidate | None = None
    best_key = (-1.0, 0)
    withheld: list[Withheld] = []
    for candidate in candidates:
        against = reason_against(candidate, now)
        if against is not None:
            if len(withheld) < WITHHELD_KEPT:
                withheld.append({"provider_id": candidate.provider_id, "reason": against})
            continue
        # Equal scores go to the lower id, so that a replay chooses alike.
        key = (sum(map(mul, _WEIGHTS, _values(candidate, place, now))), -candidate.provider_id)
        if key > best_key:
            best, best_key = candidate, key
    if best is None:
        return None, withheld
    why = reasons(best, place, now)
    return Choice(best.provider_id, round(score(why), 4), why), withheld


def score(why: dict[str, float]) -> float:
    """The weighted sum of the reasons, 0–1."""
    return sum(WEIGHTS[name] * value for name, value in why.items())


def reasons(candidate: Candidate, place: tuple[float, float] | None, now: datetime) -> dict[str, float]:
    """Each reason for this provider, between 0 and 1."""
    return dict(zip(WEIGHTS, _values(candidate, place, now), strict=True))


def _values(candidate: Candidate, place: tuple[float, float] | None, now: datetime) -> tuple[float, ...]:
    """The reasons in the order of their weights: hundreds are weighed for one that is told."""
    return (
        _nearness(candidate, place),
        _rating(candidate),
        (candidate.answers_count + PRIOR_ANSWER_RATE * PRIOR_OFFERS) / (candidate.offers_count + PRIOR_OFFERS),
        HALF_SPEED_SECONDS / (HALF_SPEED_SECONDS + candidate.answer_seconds),
        1.0 / candidate.services_count if candidate.services_count else 0.0,
        _fairness(candidate, now),
        1.0 if candidate.window_open else 0.0,
    )


def _nearness(candidate: Candidate, place: tuple[float, float] | None) -> float:
    # Unknown places are neither near nor far.
    if place is None or candidate.latitude is None or candidate.longitude is None:
        return 0.5
    metres = distance_metres(place, (candidate.latitude, candidate.longitude))
    return HALF_DISTANCE_METRES / (HALF_DISTANCE_METRES + metres)


def _rating(candidate: Candidate) -> float:
    mean = (candidate.rating_sum + PRIOR_RATING * PRIOR_VOTES) / (candidate.rating_count + PRIOR_VOTES)
    return (mean - 1.0) / 4.0


def _fairness(candidate: Candidate, now: datetime) -> float:
    """Newcomers get a share; a job just done, jobs under way and open offers weigh against."""
    newcomer = 1.0 / (1.0 + candidate.jobs_count / 5.0)
    rested = 1.0
    if candidate.last_job_at is not None:
        rested = min(1.0, (now - candidate.last_job_at) / RECENT_JOB)
    load = 1.0 / (1.0 + candidate.jobs_under_way + candidate.open_offers)
    return (newcomer + rested + 2.0 * load) / 4.0


def distance_metres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Distance on the flat map, good to a part in a thousand within a city."""
    latitude = math.radians((here[0] + there[0]) / 2.0)
    north = math.radians(there[0] - here[0])
    east = math.radians(there[1] - here[1]) * math.cos(latitude)
    return EARTH_RADIUS_METRES * math.hypot(north, east)
