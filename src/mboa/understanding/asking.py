"""Rules that tell a request for work from talk about work: visits, prices, corrections, mere details."""

from mboa.understanding.answers import rating_of
from mboa.understanding.evidence import PLAIN, Decision, Evidence
from mboa.understanding.service import negated
from mboa.understanding.words import word_set

_SERVED_TRADES = frozenset({"plumbing.trade", "electricity.trade", "appliance.trade"})
_LOOSE_WORDS = 2
_LOOSE_SHARE = 0.4


def strong(evidence: Evidence, name: str) -> bool:
    """Whether words are said that decide for the intent ``name`` even beside a service."""
    return evidence.reading.has(name, f"{name}.strong")


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
    score = rating_of(reading)
    if "?" in words:
        return Decision("help", 0.7, "question about those who come")
    if score is not None and score > 3 and not reading.has("broken"):
        return Decision("rating", 0.8, "praise", rating=score)
    grave = score is not None or reading.has("broken") or reading.has("human", "human.grave")
    return Decision("human", 0.75 if grave else 0.5, "about a visit")


def question_on_us(evidence: Evidence) -> Decision | None:
    """Prices, hours, how it works; unless work is asked for in another clause."""
    asked = evidence.reading.of("help", "help.strong")
    if not asked:
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


def correction(evidence: Evidence) -> Decision | None:
    """Something said before is to be put right."""
    if strong(evidence, "modify"):
        return Decision("modify", 0.82, "modify words")
    refused = any(negated(evidence.reading, m) for m in evidence.reading.of("services") if m.value != "mask.none")
    if refused and evidence.named.service and not evidence.reading.has("want", "want.strong"):
        return Decision("modify", 0.75, "this and not that")
    return None


def request(evidence: Evidence) -> Decision | None:
    """Work is asked for, or something is broken."""
    return _plain_request(evidence) or _vague_request(evidence)


def _plain_request(evidence: Evidence) -> Decision | None:
    tier, reading = evidence.named.tier, evidence.reading
    if evidence.named.mended and not (evidence.troubled or evidence.wanted) and tier != "trade":
        return Decision("new_request", 0.6, "a repaired word")
    if tier in PLAIN and reading.has("help", "help.weak") and not (evidence.troubled or reading.has("want")):
        return Decision("new_request", 0.6, "asks whether we do it")
    if tier == "trade":
        return Decision("new_request", 0.95, "trade")
    if tier in {"fixture", "symptom"}:
        backed = evidence.troubled or evidence.wanted
        return Decision("new_request", 0.93 if backed else 0.8, tier)
    return None


def _vague_request(evidence: Evidence) -> Decision | None:
    tier, reading = evidence.named.tier, evidence.reading
    if tier == "thing" and (evidence.troubled or evidence.wanted):
        return Decision("new_request", 0.75, "thing of another trade")
    if tier == "weak" and (evidence.troubled or reading.has("want")):
        return Decision("new_request", 0.6, "weak")
    if evidence.troubled and not reading.has("help", "help.weak"):
        return Decision("new_request", 0.75, "something is broken")
    if reading.has("person") or (reading.has("want") and reading.has("work")):
        return Decision("new_request", 0.75, "work wanted")
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
