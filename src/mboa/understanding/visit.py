"""Whether somebody has been there: one of ours, after whom it is no better, or one's own, who has mended it."""

from collections.abc import Sequence
from dataclasses import dataclass

from mboa.understanding.phrases import SIGNS
from mboa.understanding.reading import Reading
from mboa.understanding.words import word_set

_REACH = 5
_OF = (("de",), ("du",), ("d",), ("of",), ("from",))


@dataclass(frozen=True, slots=True)
class Visit:
    """Who came stands at word ``start``, what was done ends before word ``end``.

    What it was done to stands at most ``object_reach`` words behind.
    """

    start: int
    end: int
    object_reach: int = 3


def visit_of_ours(reading: Reading) -> Visit | None:
    """The first thing said to have been done by somebody who was sent: "le monsieur est venu"."""
    said = reading.of("aftermath", "aftermath.passing")
    if said:
        return Visit(said[0].start, said[0].end, 0)
    words = reading.text.words
    for start in range(len(words)):
        if _is_sent(words, start):
            end = _deed(words, start, pronoun=words[start] in word_set("visits", "sent", "pronouns"))
            if end:
                return Visit(start, end)
    return None


def mended_by_own(reading: Reading) -> Visit | None:
    """Somebody of one's own who has done the work: "mon cousin l'a réparé", with no word of trouble after it."""
    words = reading.text.words
    for start in range(1, len(words)):
        if _is_own(words, start):
            end = _deed(words, start, pronoun=False)
            if end and not _is_troubled_after(reading, Visit(start, end)):
                return Visit(start, end)
    return None


def is_no_better(reading: Reading, visit: Visit) -> bool:
    """Whether trouble is told along with a visit: "… mais ça fuit encore"."""
    words = reading.text.words
    told = [*reading.of("broken"), *(m for m in reading.of("services") if m.value.endswith(".symptom"))]
    if _set("aftermath").isdisjoint(words):
        # What stands right behind the deed is its object: "il a réglé la fuite".
        return any(match.start >= visit.end + visit.object_reach for match in told)
    return any(match.start >= visit.end or match.end <= visit.start for match in told)


def _is_own(words: Sequence[str], at: int) -> bool:
    """ "Mon cousin", or a repairer of somebody else's: "le plombier de la résidence"."""
    if words[at] in _set("own"):
        return words[at - 1] in _set("own", "owners")
    return words[at] in _set("sent", "nouns") and words[at + 1 : at + 2] in _OF


def _set(section: str, key: str = "words") -> frozenset[str]:
    return word_set("visits", section, key)


def _is_sent(words: Sequence[str], at: int) -> bool:
    if words[at] in _set("sent", "pronouns"):
        nobody_else = _set("own") | {
            "plombier",
            "electricien",
            "technicien",
            "plumber",
            "electrician",
            "gens",
            "enfant",
        }
        before = words[:at]
        return words[at + 1 : at + 2] != ("y",) and nobody_else.isdisjoint(before)
    known = at > 0 and words[at - 1] in word_set("grammar", "intent", "known")
    ours = words[at] in _set("sent", "nouns") and words[at + 1 : at + 2] not in _OF
    return known and ours and _set("sent", "elsewhere").isdisjoint(words[at : at + 4])


def _deed(words: Sequence[str], start: int, *, pronoun: bool) -> int | None:
    """Where the deed of the person at ``start`` ends, or ``None``."""
    done = _set("deed", "told") if pronoun else _set("deed", "told") | _set("deed", "named")
    helped = False
    for at in range(start + 1, min(start + 1 + _REACH, len(words))):
        word = words[at]
        if word in SIGNS or word in _set("deed", "unsure"):
            return None
        if word in _set("deed", "past") or (helped and (word in done or word in _set("deed", "bare"))):
            return at + 1
        helped = helped or word in _set("deed", "helpers")
    return None


def _is_troubled_after(reading: Reading, visit: Visit) -> bool:
    words = reading.text.words[visit.end :]
    told = [*reading.of("broken"), *(m for m in reading.of("services") if m.value.endswith(".symptom"))]
    late = any(m.start >= visit.end + visit.object_reach for m in told)
    return late or not {"mais", "but", "encore", "again", "still"}.isdisjoint(words)
