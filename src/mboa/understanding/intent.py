"""What a message wants of the system, from its words alone. Rules are tried in order; the first that fits decides."""

from collections.abc import Callable

from mboa.understanding.answers import is_fraction, keyword_of, rating_of, verdict, work_keyword
from mboa.understanding.asking import (
    about_a_visit,
    asks_plainly,
    call_for_help,
    detail,
    hint,
    question_on_us,
    request,
    softly,
    strong,
)
from mboa.understanding.correcting import correction
from mboa.understanding.evidence import Decision, Evidence
from mboa.understanding.facts import Intent
from mboa.understanding.visit import is_no_better, mended_by_own, visit_of_ours

_A_BARE_YES = 2
_PLAIN_YES = frozenset({"oui", "ouais", "yes", "yep", "yeah", "non", "no"})
_US = frozenset({"votre", "vos", "vous", "your", "you", "una", "wuna", "il", "he", "personne", "nobody"})
_STARS = frozenset({"etoile", "etoiles", "star", "stars", "⭐"})


def decide(evidence: Evidence) -> Decision:
    """The intent of a message for which no answer was awaited."""
    for rule in _RULES:
        decision = rule(evidence)
        if decision:
            return decision
    return Decision("other", 0.3, "nothing found")


def _keyword(evidence: Evidence) -> Decision | None:
    keyword = keyword_of(evidence.reading)
    if keyword in {"menu", "start"}:
        return Decision("help", 0.97, "keyword", keyword)
    if keyword:
        return Decision("other", 0.97, "keyword", keyword)
    work = work_keyword(evidence.reading)
    return Decision("other", 0.85, "work keyword", work) if work else None


def _alone(evidence: Evidence) -> Decision | None:
    reading = evidence.reading
    intents: tuple[Intent, ...] = ("stop", "cancel", "status", "modify", "human", "unavailable", "available", "help")
    for intent in intents:
        for match in reading.of(intent, f"{intent}.alone"):
            if reading.alone(match):
                return Decision(intent, 0.95, f"{intent} alone")
    return None


def _not_a_request(evidence: Evidence) -> Decision | None:
    for name in ("advert", "provider", "offtopic"):
        if strong(evidence, name):
            return Decision("other", 0.6, name)
    if strong(evidence, "insult") and not evidence.plain:
        return Decision("other", 0.6, "insult")
    return None


def _stop(evidence: Evidence) -> Decision | None:
    said = evidence.reading.of("stop", "stop.strong")
    wider = {m.start for m in evidence.reading.of("cancel", "cancel.strong") if said and m.end > said[0].end}
    # "ne m'envoyez plus personne" calls off the visit, not the messages.
    return Decision("stop", 0.92, "stop words") if said and not wider else None


def _danger(evidence: Evidence) -> Decision | None:
    hinted = evidence.reading.has("soft", "danger.soft") and not evidence.reading.has("danger", "danger.none")
    if not (hinted or strong(evidence, "danger")):
        return None
    home_repair = evidence.named.tier == "trade" or (evidence.named.service == "appliance" and evidence.plain)
    return None if home_repair else Decision("human", 0.85, "danger to life")


def _human(evidence: Evidence) -> Decision | None:
    if _is_marked(evidence) or _looks_for_another(evidence):
        return None
    stranger = evidence.plain and evidence.reading.has("human", "human.stranger")
    if strong(evidence, "human") and not stranger:
        of_us = _is_about_us(evidence) or visit_of_ours(evidence.reading)
        told_to_us = of_us or not (evidence.plain and evidence.troubled)
        return Decision("human", 0.88 if told_to_us else 0.65, "complaint or person")
    weak = evidence.reading.has("human", "human.weak") and not (evidence.plain or evidence.troubled)
    return Decision("human", 0.8, "call me") if weak else None


def _cancel(evidence: Evidence) -> Decision | None:
    said = evidence.reading.of("cancel", "cancel.strong")
    kept = bool(said) and said[0].end in {m.end - 1 for m in evidence.reading.of("answers", "no.word")}
    return Decision("cancel", 0.9, "cancel words") if said and not kept else None


def _status(evidence: Evidence) -> Decision | None:
    return Decision("status", 0.88, "status words") if strong(evidence, "status") else None


def _after_a_visit(evidence: Evidence) -> Decision | None:
    """Work that did not hold is a complaint; work that one's own people have done is a reason to call off."""
    visit = visit_of_ours(evidence.reading)
    if visit and is_no_better(evidence.reading, visit):
        return Decision("human", 0.8, "no better after a visit")
    asks = evidence.reading.has("want", "want.strong") or "?" in evidence.reading.text.words
    if not asks and mended_by_own(evidence.reading):
        return Decision("cancel", 0.8, "mended by somebody else")
    return None


def _looks_for_another(evidence: Evidence) -> bool:
    """ "Besoin d'un plombier, le dernier m'a arnaqué": a trade is asked for, whoever is complained of."""
    return evidence.named.tier == "trade" and asks_plainly(evidence) and not _is_about_us(evidence)


def _is_about_us(evidence: Evidence) -> bool:
    return not _US.isdisjoint(evidence.reading.text.words)


def _is_marked(evidence: Evidence) -> bool:
    """Whether marks are given outright, in stars or out of five."""
    return not _STARS.isdisjoint(evidence.reading.text.words) or is_fraction(evidence.reading)


def _rated(evidence: Evidence) -> Decision | None:
    reading = evidence.reading
    number = rating_of(reading) if reading.has("rated") or _is_marked(evidence) else None
    if number is None or (evidence.plain and reading.has("want")):
        return None
    return Decision("rating", 0.85, "rating", rating=number)


def _praise(evidence: Evidence) -> Decision | None:
    """Nothing but words of praise or blame: "bof, peut mieux faire", "plombier ponctuel et propre"."""
    reading = evidence.reading
    marks = reading.of("rating")
    plain = evidence.plain and evidence.named.tier != "trade"
    if plain or evidence.troubled or reading.has("want") or evidence.place or "?" in reading.text.words:
        return None
    enough = (
        len(marks) > 1
        if evidence.plain
        else bool(marks)
        and not reading.uncovered(*marks, *reading.of("work"), *reading.of("visitor"), *reading.of("person"))
    )
    number = rating_of(reading) if enough and verdict(reading) is None else None
    return Decision("rating", 0.75, "praise or blame", rating=number) if number else None


def _outright(evidence: Evidence) -> Decision | None:
    """A yes or a no with nothing beside it."""
    return _yes_or_no(evidence) if verdict(evidence.reading) in {"yes", "no"} else None


def _contradiction(evidence: Evidence) -> Decision | None:
    """ "non, plutôt un plombier": a refusal with something to put right."""
    content = evidence.plain or evidence.place or evidence.wish
    return Decision("modify", 0.8, "no, but") if content and verdict(evidence.reading) == "no_but" else None


def _yes_or_no(evidence: Evidence) -> Decision | None:
    said = verdict(evidence.reading)
    if said == "yes":
        return Decision("confirm", 0.9, "yes")
    if said == "no":
        return Decision("deny", 0.9, "no")
    if said == "no_but":
        return Decision("deny", 0.6, "no, but")
    if said == "doubt":
        return Decision("other", 0.5, "doubt")
    return None


def _social(evidence: Evidence) -> Decision | None:
    """Greetings and thanks with nothing else; "oui merci" is a yes, "ok merci" closes a talk."""
    reading = evidence.reading
    thanks, greeting, yes = (reading.of("answers", f"{name}.word") for name in ("thanks", "greeting", "yes"))
    if not (thanks or greeting) or reading.uncovered(*yes) or _PLAIN_YES & set(reading.text.words):
        return None
    if yes and (not thanks or max(match.end - match.start for match in yes) > _A_BARE_YES):
        return None  # "c'est bien ça, merci" says yes
    if yes and not {"ok", "okay"} & set(reading.text.words):
        return Decision("thanks", 0.6, "thanks, or a yes")
    if greeting and not thanks:
        return Decision("greeting", 0.9, "greeting")
    return Decision("thanks", 0.9, "thanks")


_RULES: tuple[Callable[[Evidence], Decision | None], ...] = (
    *(_keyword, _social, _alone, _not_a_request, _stop, _danger, _human, _cancel, _status, _after_a_visit, _rated),
    *(
        question_on_us,
        _contradiction,
        correction,
        _outright,
        _praise,
        softly,
        about_a_visit,
        request,
        call_for_help,
        _yes_or_no,
        detail,
        hint,
    ),
)
