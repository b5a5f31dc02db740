"""Rules that tell a request for work from talk about work: visits, prices, corrections, mere details."""

from dataclasses import replace
from typing import cast

from mboa.understanding.answers import rating_of
from mboa.understanding.evidence import PLAIN, SURE, Decision, Evidence
from mboa.understanding.facts import Intent
from mboa.understanding.phrases import Match
from mboa.understanding.words import word_set

_SERVED_TRADES = frozenset({"plumbing.trade", "electricity.trade", "appliance.trade"})
_NO_REQUEST = frozenset({"advert", "provider", "offtopic", "insult"})
_NOT_BESIDE_WORK = frozenset({"modify", "advert", "offtopic", "insult"})
_SOFT_ORDER = ("human", "cancel", "modify", "status", "help", "advert", "provider", "offtopic", "insult")
_BEGS_TO_KNOW = frozenset({"comment", "pourquoi", "why", "how", "question", "info", "infos", "expliquer", "perdu"})
_LOOSE_WORDS = 2
_RIVALS = frozenset({"human", "cancel", "modify", "status", "help", "advert", "provider"})
_HIM = (("il",), ("elle",), ("ils",), ("he",), ("she",), ("they",))
_HAS = (("a",), ("est",), ("m",), ("ont",), ("has",), ("came",), ("did",))
_LOOSE_SHARE = 0.4


def strong(evidence: Evidence, name: str) -> bool:
    """Whether words are said that decide for the intent ``name`` even beside a service."""
    return evidence.reading.has(name, f"{name}.strong")


def asks_plainly(evidence: Evidence) -> bool:
    """Whether a thing is said to be broken, or a trade to be wanted: more than a word in passing."""
    if evidence.named.tier in {"fixture", "symptom"}:
        symptom = any(match.value.endswith(".symptom") for match in evidence.reading.of("services"))
        return symptom or evidence.troubled or evidence.reading.has("want", "want.strong")
    return evidence.named.tier == "trade" and (evidence.reading.has("want", "want.strong") or _sought(evidence))


def _sought(evidence: Evidence) -> bool:
    """Whether the wanting stands right before the trade: "do you have a mechanic"."""
    match = evidence.named.match
    return match is not None and any(0 <= match.start - want.end <= 1 for want in evidence.reading.of("want"))


def about_a_visit(evidence: Evidence) -> Decision | None:
    """Somebody who has come or is to come ("le plombier", "your technician") is talked about, not asked for."""
    reading = evidence.reading
    words = reading.text.words
    people = [
        *reading.of("person"),
        *reading.of("visitor"),
        *(m for m in reading.of("services") if m.value in _SERVED_TRADES),
    ]
    known = [
        m
        for m in people
        if m.start > 0
        and words[m.start - 1] in word_set("grammar", "intent", "known")
        and words[m.start - 2 : m.start - 1] != ("pour",)
    ]
    if not known or reading.has("want") or evidence.named.tier == "symptom":
        return None
    if evidence.plain and evidence.troubled and _are_anybody(evidence, known):
        return None  # "les ouvriers ont cassé le tuyau" tells how it broke
    score = rating_of(reading)
    if "?" in words:
        return Decision("help", 0.6, "question about those who come")
    if score is not None and score > 3 and not reading.has("broken"):
        return Decision("rating", 0.8, "praise", rating=score)
    grave = score is not None or reading.has("broken") or reading.has("human", "human.grave")
    return Decision("human", 0.75 if grave else 0.5, "about a visit")


def _are_anybody(evidence: Evidence, known: list[Match]) -> bool:
    """Whether those who came need not be ours: workers, people, a boy."""
    anybody = {match.start for match in evidence.reading.of("visitor")}
    return all(match.start in anybody for match in known)


def question_on_us(evidence: Evidence) -> Decision | None:
    """Prices, hours, how it works; unless work is asked for in another clause."""
    asked = evidence.reading.of("help", "help.strong")
    if not asked or ("?" not in evidence.reading.text.words and evidence.reading.has("soft", "advert.soft")):
        return None
    match = evidence.named.match
    if (
        match
        and evidence.plain
        and evidence.troubled | evidence.reading.has("want")
        and not _same_sentence(evidence, asked[0].start)
    ):
        return None
    return Decision("help", 0.85, "question on the service")


def _same_sentence(evidence: Evidence, position: int) -> bool:
    match = evidence.named.match
    assert match is not None
    start, end = sorted((match.start, position))
    return not {".", "?", ","} & set(evidence.reading.text.words[start:end])


def softly(evidence: Evidence) -> Decision | None:
    """What most of the words speak for, when nothing is said outright and no thing is plainly broken."""
    reading = evidence.reading
    spans = {} if asks_plainly(evidence) else spans_of(evidence)
    if not spans:
        return None
    name = max(spans, key=lambda said: (spans[said], -_SOFT_ORDER.index(said)))
    rivals = [width for other, width in spans.items() if _meaning(other) != _meaning(name)]
    close = max(rivals, default=0) >= spans[name]
    if name == "help" and evidence.plain and (evidence.place or evidence.wish or _is_ones_own(evidence)):
        return None  # "can you fix a toilet in Bonapriso?" is no question on what is offered
    # A question that names who comes may as well ask for news.
    doubtful = close or (name == "help" and (reading.has("person") or reading.has("visitor") or evidence.plain))
    return Decision(_meaning(name), 0.65 if doubtful else 0.8, f"{name} by most words")


def _is_ones_own(evidence: Evidence) -> bool:
    """Whether the thing named is the speaker's: "can you fix my fridge?"."""
    match = evidence.named.match
    return match is not None and evidence.reading.text.words[match.start - 1] in {
        "mon",
        "ma",
        "mes",
        "my",
        "our",
        "notre",
    }


def spans_of(evidence: Evidence) -> dict[str, int]:
    """How many words speak for each intent. One word is not enough beside a service, a place or a time."""
    spans: dict[str, int] = {}
    for match in evidence.reading.of("soft"):
        name = match.value.partition(".")[0]
        if name in _SOFT_ORDER:
            spans[name] = spans.get(name, 0) + match.end - match.start
    if (evidence.plain and (evidence.wanted or evidence.troubled)) or evidence.reading.has("outage"):
        spans = {name: width for name, width in spans.items() if name not in _NOT_BESIDE_WORK}
    least = 2 if evidence.plain or evidence.place or evidence.wish else 1
    return {name: width for name, width in spans.items() if width >= least}


def _meaning(name: str) -> Intent:
    return "other" if name in _NO_REQUEST else cast("Intent", name)


def request(evidence: Evidence) -> Decision | None:
    """Work is asked for, or something is broken; less surely when words beside it speak for something else."""
    said = _plain_request(evidence) or _vague_request(evidence)
    if said and said.confidence >= SURE and _has_rival(evidence):
        return replace(said, confidence=0.65)
    return said


def _has_rival(evidence: Evidence) -> bool:
    """Whether anything hints at a complaint, news, a change or an advertisement, or at a visit: "il a …"."""
    words = evidence.reading.text.words
    hints = {match.value.partition(".")[0] for match in evidence.reading.of("soft")}
    opens_with_him = words[:1] in _HIM and words[1:2] in _HAS
    return opens_with_him or not hints.isdisjoint(_RIVALS)


def _plain_request(evidence: Evidence) -> Decision | None:
    tier, reading = evidence.named.tier, evidence.reading
    if evidence.named.mended and not (evidence.troubled or evidence.wanted) and tier != "trade":
        return Decision("new_request", 0.6, "a repaired word")
    if tier in PLAIN and reading.has("help", "help.weak") and not (evidence.troubled or reading.has("want")):
        return Decision("new_request", 0.6, "asks whether we do it")
    if tier == "trade":
        return Decision("new_request", 0.95 if evidence.named.service != "other" else 0.85, "trade")
    if reading.has("outage") and tier == "symptom" and not (evidence.wanted or reading.has("only_here")):
        return Decision("new_request", 0.65, "no current anywhere")
    if tier in {"fixture", "symptom"}:
        backed = evidence.troubled or evidence.wanted
        return Decision("new_request", 0.93 if backed else 0.8, tier)
    return None


def _vague_request(evidence: Evidence) -> Decision | None:
    tier, reading = evidence.named.tier, evidence.reading
    if reading.has("outage") and not (reading.has("only_here") or tier):
        return Decision("new_request", 0.6, "no current anywhere")
    if tier == "thing" and (evidence.troubled or evidence.wanted):
        return Decision("new_request", 0.75, "thing of another trade")
    if tier == "weak" and (evidence.troubled or reading.has("want")):
        return Decision("new_request", 0.6, "weak")
    if evidence.troubled and _BEGS_TO_KNOW.isdisjoint(reading.text.words):
        return Decision("new_request", 0.75, "something is broken")
    if reading.has("person") or (reading.has("want") and reading.has("work")):
        return Decision("new_request", 0.75 if reading.has("want") else 0.6, "work wanted")
    return None


def call_for_help(evidence: Evidence) -> Decision | None:
    """Help is asked for, with no service named."""
    thanked = evidence.reading.of("answers", "thanks.word")[:1]
    if thanked and thanked[0].start == 0:
        return None
    return Decision("help", 0.8, "help words") if evidence.reading.has("help", "help.weak") else None


def detail(evidence: Evidence) -> Decision | None:
    """A place or a time and little else."""
    if not (evidence.place or evidence.wish):
        return None
    loose = _unexplained(evidence)
    total = max(1, len(evidence.reading.content))
    if loose <= _LOOSE_WORDS or loose / total <= _LOOSE_SHARE:
        return Decision("inform", 0.85, "place or time only")
    if evidence.reading.has("want"):
        return Decision("new_request", 0.5, "something wanted somewhere")
    return Decision("other", 0.4, "place or time in something else")


def _unexplained(evidence: Evidence) -> int:
    reading = evidence.reading
    spans = [piece.text for piece in (evidence.place, evidence.wish) if piece]
    explained: set[int] = set()
    for piece in spans:
        at = reading.text.original.find(piece)
        explained |= {i for i in reading.content if at <= reading.text.starts[i] < at + len(piece)}
    covers = [
        *reading.of("lead"),
        *reading.of("want"),
        *reading.of("times"),
        *reading.of("answers", "yes.word"),
        *reading.of("relation"),
        *(reading.of("detail") if evidence.place else ()),
    ]
    return len([i for i in reading.uncovered(*covers) if i not in explained])


def hint(evidence: Evidence) -> Decision | None:
    """Too little to act on, enough to ask back."""
    reading = evidence.reading
    if reading.has("status", "status.weak"):
        return Decision("status", 0.6, "vague status")
    if evidence.named.tier == "weak" or evidence.named.tier == "thing":
        return Decision("new_request", 0.4, "a hint of a service")
    return Decision("new_request", 0.4, "something wanted") if reading.has("want", "want.strong") else None
