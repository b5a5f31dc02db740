"""Messages read by the question asked before them: the same "5" is a rating, a menu number or nothing at all."""

from collections.abc import Callable

from mboa.understanding.answers import answer_to_offer, rating_of, verdict
from mboa.understanding.evidence import SURE, Decision, Evidence
from mboa.understanding.facts import Expecting, Service
from mboa.understanding.intent import decide

MENU: dict[str, Service] = {"1": "plumbing", "2": "electricity", "3": "appliance", "4": "other"}
"""The numbers of the service menu."""

# Said instead of the awaited answer, these are read for what they are.
_INTERRUPTIONS = frozenset(
    {"stop", "human", "cancel", "status", "help", "greeting", "thanks", "available", "unavailable"}
)
_FREE_TEXT_WORDS = 25
_NOWHERE = frozenset(
    {"chez", "moi", "nous", "a", "la", "maison", "ici", "here", "home", "house", "my", "at", "for", "je", "suis"}
)


def decide_expecting(evidence: Evidence, expecting: Expecting | None) -> Decision:
    """The intent of a message after the question ``expecting`` (``None``: none was asked)."""
    if expecting is None:
        return decide(evidence)
    return _READERS[expecting](evidence) or decide(evidence)


def menu_number(evidence: Evidence) -> Service | None:
    """The service of a bare number of the service menu."""
    content = evidence.reading.content
    return MENU.get(evidence.reading.text.words[content[0]]) if len(content) == 1 else None


def _service(evidence: Evidence) -> Decision | None:
    if menu_number(evidence):
        return Decision("new_request", 0.97, "menu number")
    # "C'est la plomberie" may be about a visit; after "which repairer?" it is the answer.
    guessed = decide(evidence).confidence < SURE
    return Decision("new_request", 0.8, "service asked") if guessed and evidence.plain else None


def _confirmation(evidence: Evidence) -> Decision | None:
    said = verdict(evidence.reading)
    plain = decide(evidence)
    if said == "yes":
        return Decision("confirm", 0.97, "yes to the recap")
    if said == "no":
        return Decision("deny", 0.97, "no to the recap")
    if said in {"yes_but", "no_but"} and plain.intent not in _INTERRUPTIONS | {"modify"}:
        return _with_content(evidence, said)
    if plain.intent == "inform":
        return Decision("modify", 0.8, "a detail instead of a yes")
    if plain.intent == "greeting" and "va" in evidence.reading.text.words:
        return Decision("confirm", 0.6, "ça va")
    return None


def _with_content(evidence: Evidence, said: str) -> Decision:
    corrected = evidence.plain or evidence.place or evidence.wish
    if said == "no_but":
        return Decision("modify", 0.85, "no, but") if corrected else Decision("deny", 0.75, "no and more")
    if {"mais", "but", "sauf", "except", "plutot"} & set(evidence.reading.text.words):
        return Decision("modify", 0.75 if corrected else 0.5, "yes, but")
    return Decision("confirm", 0.6, "yes and more")


def _rating(evidence: Evidence) -> Decision | None:
    number = rating_of(evidence.reading)
    plain = decide(evidence)
    keeps = plain.intent in {"stop", "status", "help"} or (
        plain.intent == "new_request" and plain.confidence > 0.9 and number is None
    )
    if keeps and not _is_short(evidence, number):
        return plain
    if number is not None:
        return Decision("rating", 0.95, "rating asked", rating=number)
    return None


def _is_short(evidence: Evidence, number: int | None) -> bool:
    return number is not None and len(evidence.reading.content) <= 3


def _offer_answer(evidence: Evidence) -> Decision | None:
    if [evidence.reading.text.words[i] for i in evidence.reading.content] == ["pause"]:
        return Decision("unavailable", 0.95, "pause")
    answer = answer_to_offer(evidence.reading)
    if answer == "accept":
        # "J'arrive" may also be news of a job under way: whoever knows his jobs decides.
        return Decision("confirm", 0.95, "offer taken", keyword=decide(evidence).keyword)
    if answer == "decline":
        return Decision("deny", 0.95, "offer declined")
    if answer == "question":
        return Decision("question", 0.85, "question on the offer")
    plain = decide(evidence)
    # A provider may be a client too: his own plain errand is read as one, whatever he was offered.
    errand = plain.intent in {"cancel", "new_request"} and plain.confidence >= 0.9
    keeps = plain.keyword or plain.intent in {"stop", "human", "available", "unavailable", "status", "help"} or errand
    return plain if keeps else Decision("other", 0.4, "no answer to the offer")


def _place(evidence: Evidence) -> Decision | None:
    words = evidence.reading.text.words
    spoken = any(sign.isalpha() for sign in evidence.reading.text.original)
    if not spoken or all(words[i] in _NOWHERE for i in evidence.reading.content):
        return Decision("other", 0.4, "a place that says nothing")
    plain = decide(evidence)
    spot = plain.rule in {"something is broken", "thing of another trade", "a hint of a service"} and (
        evidence.place or evidence.reading.has("relation")
    )
    if (plain.intent == "inform" or spot) and not evidence.plain:
        return Decision("inform", 0.9, "place asked")
    return _free_text(evidence, "place asked")


def _problem(evidence: Evidence) -> Decision | None:
    return _free_text(evidence, "problem asked")


def _time(evidence: Evidence) -> Decision | None:
    plain = decide(evidence)
    if plain.intent == "inform" and not evidence.wish and not (evidence.place and evidence.place.zone):
        return Decision("inform", 0.75, "time asked")
    return _free_text(evidence, "time asked")


def _free_text(evidence: Evidence, rule: str) -> Decision | None:
    plain = decide(evidence)
    # What is but guessed to be something else is the answer: "je ne sais pas encore" asks for no news.
    interrupts = plain.intent in _INTERRUPTIONS and plain.confidence >= SURE
    if plain.keyword or interrupts or plain.intent in {"confirm", "deny", "modify", "new_request", "inform"}:
        return None
    said = verdict(evidence.reading)
    content = evidence.reading.content
    # Figures alone are somebody's phone, or nothing: no place, no problem, no time that was not read as one.
    if not any(sign.isalpha() for sign in evidence.reading.text.original):
        return None
    if (
        said
        or plain.rule.split()[0] in {"insult", "advert", "offtopic", "provider"}
        or not 0 < len(content) <= _FREE_TEXT_WORDS
    ):
        return None
    return Decision("inform", 0.75, rule)


_READERS: dict[Expecting, Callable[[Evidence], Decision | None]] = {
    "service": _service,
    "confirmation": _confirmation,
    "rating": _rating,
    "offer_answer": _offer_answer,
    "place": _place,
    "problem": _problem,
    "time": _time,
}
