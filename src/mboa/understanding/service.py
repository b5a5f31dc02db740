"""Which trade is meant: an explicit trade wins, then the first fixture named, then the first symptom."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from mboa.understanding.facts import Service
from mboa.understanding.phrases import SIGNS, Match
from mboa.understanding.reading import Reading, is_mended, mender
from mboa.understanding.words import word_set

# In English the last noun is the thing: a "fridge socket" is a socket.
_ALSO = frozenset({"et", "and", "plus", "aussi", "also", "egalement", "puis"})
_ROOMS = frozenset({"douche", "douches", "toilette", "toilettes", "wc", "shower", "toilet", "toilets"})
_TRADE_ENDINGS = ("iste", "istes", "eur", "euse", "eurs", "icien", "icienne", "ologue", "ier", "iere", "man")
_WHEN_REACH = 6
_WHEN_PAIRS = frozenset(
    {
        ("des", "que"),
        ("des", "qu"),
        ("depuis", "que"),
        ("depuis", "qu"),
        ("chaque", "fois"),
        ("any", "time"),
        ("each", "time"),
        ("as", "soon"),
    }
)


@dataclass(frozen=True, slots=True)
class Named:
    """What was named: the service, all services of two problems, and how plainly (``tier``, "" for not at all)."""

    service: Service | None = None
    services: tuple[Service, ...] = ()
    tier: str = ""
    trade: str | None = None
    match: Match | None = None
    mended: bool = False


def name_service(reading: Reading) -> Named:
    """Find the service of a message; words of a trade that is not served give ``other``."""
    tiers: dict[str, list[Match]] = defaultdict(list)
    for match in reading.of("services"):
        if match.value != "mask.none" and not (negated(reading, match) or is_spot(reading, match)):
            tiers[match.value.rpartition(".")[2]].append(match)
    fixtures = [m for m in tiers["fixture"] if not _beside_the_point(reading, m, tiers["fixture"])]
    if fixtures and _is_cut_off(reading, tiers["symptom"], fixtures[0]):
        fixtures = []
    if any(match.value.startswith("electricity.") for match in (*fixtures, *tiers["symptom"])):
        # Without light "in the shower": the room, not its tap.
        fixtures = [match for match in fixtures if reading.text.words[match.start] not in _ROOMS]
    things = fixtures or tiers["symptom"]
    trades = [m for m in tiers["trade"] if _is_asked_for(reading, m, things)]
    for tier, matches in (
        ("trade", trades),
        ("fixture", fixtures),
        ("symptom", tiers["symptom"]),
        ("thing", tiers["thing"]),
        ("fixture", tiers["fixture"]),
        ("weak", tiers["weak"]),
    ):
        if matches:
            named = _named(reading, tier, matches)
            return _with_first_trouble(reading, named, tiers["symptom"]) if tier == "fixture" else named
    return _unheard_of(reading)


def _with_first_trouble(reading: Reading, named: Named, symptoms: list[Match]) -> Named:
    """ "Une fuite, et en plus la prise ne marche plus" holds two problems; the one told first comes first."""
    fixture, first = named.match, symptoms[0] if symptoms else None
    if fixture is None or first is None or first.end > fixture.start or _service(first) == named.service:
        return named
    told_apart = not _ALSO.isdisjoint(reading.text.words[first.end : fixture.start])
    own_trouble = any(0 <= trouble.start - fixture.end <= _WHEN_REACH for trouble in reading.of("broken"))
    supply = first.value.startswith("electricity.") and named.service == "appliance"
    if not (told_apart and own_trouble) or supply or named.service == "other":
        return named
    services = tuple(dict.fromkeys((_service(first), *named.services)))
    return Named(services[0], services, "symptom", None, first)


def _unheard_of(reading: Reading) -> Named:
    """A trade of no list, told by its ending where somebody is wanted: "besoin d'un plaquiste"."""
    words = reading.text.words
    for match in reading.of("want", "want.strong"):
        at = match.end
        while at < len(words) and words[at] in word_set("grammar", "service", "articles") | {"d", "de"}:
            at += 1
        if at < len(words) and words[at].endswith(_TRADE_ENDINGS) and not mender().knows(words[at]):
            return Named("other", (), "trade", reading.text.piece(at, at + 1))
    return Named()


def _is_cut_off(reading: Reading, symptoms: list[Match], fixture: Match) -> bool:
    """ "Courant trop faible, le frigo ne démarre pas": what lacks current is not what is broken."""
    return bool(
        symptoms
        and fixture.value.startswith("appliance.")
        and symptoms[0].value.startswith("electricity.")
        and not SIGNS.isdisjoint(reading.text.words[symptoms[0].end : fixture.start])
    )


def _service(match: Match) -> Service:
    return cast("Service", match.value.split(".")[0])


def _named(reading: Reading, tier: str, matches: list[Match]) -> Named:
    first = matches[0]
    several = [first]
    for match in matches[1:]:
        if set(reading.text.words[several[-1].end : match.start]) & word_set("grammar", "service", "and"):
            several.append(match)
    services = tuple(dict.fromkeys(_service(m) for m in several if _service(m) != "other"))
    service = _service(first)
    trade = reading.text.piece(first.start, first.end) if service == "other" else None
    return Named(service, services if service != "other" else (), tier, trade, first, is_mended(reading.text, first))


def is_spot(reading: Reading, match: Match) -> bool:
    """Whether a trade is only the name of a spot: "en face de l'hôtel"."""
    return match.value.startswith("other.") and any(0 <= match.start - m.end <= 1 for m in reading.of("relation"))


def negated(reading: Reading, match: Match) -> bool:
    """Whether the words before ``match`` say that it is not meant: "pas la clim", "no be plumber"."""
    words = reading.text.words
    if words[match.end : match.end + 1] == ("par",) and match.value.endswith(".trade"):
        return True  # "remplacez plombier par électricien"
    if words[match.end : match.end + 1] == ("non",) and words[match.end + 1 : match.end + 2] in {
        (",",),
        (".",),
        ("juste",),
    }:
        return True  # "caméra non, juste un projecteur"
    at = match.start - 1
    while at >= 0 and words[at] in word_set("grammar", "service", "determiners"):
        at -= 1
    if at < 0:
        return False
    inside_problem = any(m.start <= at < m.end for m in reading.of("broken"))
    if words[at] == "pas" and at > 0 and words[at - 1] in {"a", "ai", "as", "ont", "avons", "avez", "avait"}:
        return False  # "il n'y a pas de lumière" is the trouble itself
    if words[at] in {"pas", "ni"} and not inside_problem:
        return True
    if words[at] == "not" and not inside_problem and (at < match.start - 1 or match.value.endswith(".trade")):
        return True
    return words[at] == "be" and at > 0 and words[at - 1] == "no"


def _beside_the_point(reading: Reading, match: Match, fixtures: list[Match]) -> bool:
    return _is_modifier(reading, match, fixtures) or _is_in_when_clause(reading, match)


def _is_modifier(reading: Reading, match: Match, fixtures: list[Match]) -> bool:
    words = reading.text.words
    for other in fixtures:
        between = words[other.end : match.start]
        if (
            other.end < match.start
            and len(between) <= 3
            and between[0] in word_set("grammar", "service", "binders")
            and set(between)
            <= word_set("grammar", "service", "binders") | word_set("grammar", "service", "determiners")
        ):
            return True
        if other.start == match.end and words[other.end - 1] in word_set("grammar", "service", "english_heads"):
            return True
    return False


def _is_in_when_clause(reading: Reading, match: Match) -> bool:
    openers = word_set("grammar", "service", "when")
    for word in reversed(reading.text.words[max(0, match.start - _WHEN_REACH) : match.start]):
        if word in SIGNS:
            return False
        if word in openers:
            return True
    before = reading.text.words[max(0, match.start - _WHEN_REACH) : match.start]
    return any(pair in _WHEN_PAIRS for pair in pairwise(before))


def _is_asked_for(reading: Reading, match: Match, things: list[Match]) -> bool:
    """A served trade always counts; another one when it is said first or asked for ("un carreleur")."""
    if not match.value.startswith("other.") or not things or match.start <= things[0].start:
        return True
    return reading.text.words[match.start - 1] in word_set("grammar", "service", "articles")
