"""The one door: what a short message says, offline, in well under a millisecond."""

from dataclasses import replace

import phonenumbers

from mboa.understanding.answers import offer_code
from mboa.understanding.danger import danger_of
from mboa.understanding.evidence import SURE, Decision, Evidence
from mboa.understanding.expected import decide_expecting, menu_number
from mboa.understanding.facts import Expecting, Place, Service, Slot, Understanding, Wish
from mboa.understanding.language import language_of
from mboa.understanding.place import locate, whole_place
from mboa.understanding.problem import problem_of
from mboa.understanding.reading import Reading, read_message
from mboa.understanding.second import likelihood
from mboa.understanding.service import Named, name_service
from mboa.understanding.time import wish as wish_of

_SILENT = frozenset({"confirm", "deny", "greeting", "thanks", "stop", "available", "unavailable", "question", "rating"})
_TIERS_UNLIKE_TRADE = frozenset({"fixture", "symptom", "thing", "weak"})
_WORDS_OF_A_NAME = 2
_DIGITS_OF_A_PHONE = 9
_BEYOND_DOUBT = frozenset({"danger to life", "stop words", "yes", "no", "greeting"})
_ENOUGH_WORDS = 3
# Measured on batches that neither reader had met: below it the rules were wrong twice as often as right.
_UNLIKELY = 0.25
_LIKELY = 0.9
_HALF = 0.5
_DOUBTED = 0.65
_BACKED = 0.75


def understand(text: str, expecting: Expecting | None = None) -> Understanding:
    """Read one message (or a burst of one person's messages); ``expecting`` is what was asked last.

    Deterministic; raises nothing for any text. Only the first 4,096 characters are read. Slots are verbatim pieces of
    ``text``.
    """
    reading = read_message(text)
    wish = wish_of(reading)
    named = name_service(reading)
    danger = danger_of(reading)
    if danger == "shock" and named.service in {"plumbing", "appliance"} and named.tier != "trade":
        named = replace(named, service="electricity", services=("electricity",))
    place = locate(reading, asked=expecting == "place")
    evidence = Evidence(reading, named, place, wish, danger)
    decision = decide_expecting(evidence, expecting)
    if expecting is None:
        decision = _seconded(reading, decision)
    return _result(evidence, decision, expecting)


def _result(evidence: Evidence, decision: Decision, expecting: Expecting | None) -> Understanding:
    reading, named = evidence.reading, _spoken_of(evidence, decision, expecting)
    place = _place(evidence, decision, expecting)
    wish = _wish(evidence, decision)
    sure = decision.confidence >= SURE and (decision.intent != "other" or decision.keyword is not None)
    return Understanding(
        intent=decision.intent,
        service=named.service,
        services=named.services,
        place=place,
        time=wish,
        problem=_problem(evidence, decision, expecting),
        rating=decision.rating if decision.intent == "rating" else None,
        language=language_of(reading.text),
        confidence=decision.confidence,
        sure=sure,
        urgent=bool((wish and wish.urgent) or evidence.danger),
        danger=evidence.danger,
        keyword=decision.keyword,
        trade=named.trade,
        correcting=_correcting(evidence, decision, place, wish),
        offer_code=_code(reading, decision, expecting),
        phone=_phone(reading),
        outage=_is_outage(reading, named),
        rule=decision.rule,
    )


def _seconded(reading: Reading, decision: Decision) -> Decision:
    """``decision``, less or more sure by what the words alone make likely; danger and bare keywords stay as read."""
    beyond_doubt = decision.keyword or decision.rule in _BEYOND_DOUBT or decision.rule.endswith(" alone")
    if beyond_doubt or decision.confidence < _HALF or len(reading.content) < _ENOUGH_WORDS:
        return decision
    likely = likelihood(reading, decision.intent)
    if likely is None:
        return decision
    if decision.confidence >= SURE:
        return replace(decision, confidence=_DOUBTED) if likely < _UNLIKELY else decision
    backed = likely > _LIKELY and decision.intent != "new_request"
    return replace(decision, confidence=_BACKED) if backed else decision


def _is_outage(reading: Reading, named: Named) -> bool:
    """Whether the neighbourhood lacks current, and not this house alone: no electrician helps then."""
    told = reading.has("outage") and not reading.has("only_here")
    return told and named.service in {None, "electricity"}


def _spoken_of(evidence: Evidence, decision: Decision, expecting: Expecting | None) -> Named:
    number: Service | None = menu_number(evidence) if expecting == "service" else None
    if number:
        return Named(number, (number,) if number != "other" else (), "menu")
    quiet = decision.intent in _SILENT or decision.rule.split()[0] in {"advert", "offtopic", "provider", "insult"}
    vague = _TIERS_UNLIKE_TRADE if decision.intent in {"cancel", "status"} else {"thing", "weak"}
    unsaid = evidence.named.tier in vague and decision.intent not in {"new_request", "modify"}
    about_work = {"new_request", "help"} if evidence.named.tier == "thing" else {"new_request", "modify", "help"}
    elsewhere = evidence.named.service == "other" and decision.intent not in about_work
    return Named() if quiet or unsaid or elsewhere or decision.rule == "place asked" else evidence.named


def _place(evidence: Evidence, decision: Decision, expecting: Expecting | None) -> Place | None:
    if decision.rule == "place asked":
        return whole_place(evidence.reading)
    if decision.rule == "time asked":
        return None
    if decision.rule == "place or time only" and evidence.wish is None and evidence.reading.has("detail"):
        whole = whole_place(evidence.reading)
        return whole if whole and evidence.place and whole.zone == evidence.place.zone else evidence.place
    if decision.intent in _SILENT and expecting != "confirmation":
        return None
    return evidence.place


def _wish(evidence: Evidence, decision: Decision) -> Wish | None:
    if decision.rule == "time asked" and evidence.wish is None:
        return Wish(evidence.reading.text.original.strip(), "other")
    return None if decision.intent in {"greeting", "thanks", "stop"} else evidence.wish


def _problem(evidence: Evidence, decision: Decision, expecting: Expecting | None) -> str | None:
    if expecting == "problem" and decision.intent in {"inform", "new_request"}:
        return evidence.reading.text.original.strip() or None
    if decision.intent not in {"new_request", "modify", "human", "inform", "help"}:
        return None
    return problem_of(evidence.reading, evidence.place, evidence.wish)


def _correcting(evidence: Evidence, decision: Decision, place: Place | None, wish: Wish | None) -> Slot | None:
    # After "what should be different?" the name of the detail stands alone: "le lieu".
    alone = decision.intent in {"other", "inform"} and len(evidence.reading.content) <= _WORDS_OF_A_NAME
    if decision.intent != "modify" and not alone:
        return None
    for slot in ("place", "time", "service", "problem"):
        if evidence.reading.has("correcting", f"correcting.{slot}"):
            return slot
    if alone:
        return None
    if wish:
        return "time"
    return "place" if place else ("service" if evidence.plain else None)


def _code(reading: Reading, decision: Decision, expecting: Expecting | None) -> str | None:
    answered = expecting == "offer_answer" or (expecting is None and decision.intent in {"confirm", "deny"})
    return offer_code(reading.text.original) if answered else None


def _phone(reading: Reading) -> str | None:
    original = reading.text.original
    if sum(map(str.isdigit, original)) < _DIGITS_OF_A_PHONE:
        return None
    for match in phonenumbers.PhoneNumberMatcher(original, "CM", max_tries=20):
        return str(phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164))
    return None
