"""Short answers, read by what was asked: yes or no, a rating, an offer taken or declined."""

import re
from typing import Literal, cast

from mboa.understanding.facts import Keyword
from mboa.understanding.phrases import Match
from mboa.understanding.reading import Reading, read_message
from mboa.understanding.words import word_set

Verdict = Literal["yes", "no", "doubt", "yes_but", "no_but"]

_CODE = re.compile(r"(?<![^\W_])([A-Za-z])[\s-]?(\d)(?![^\W_])")
_YES_OR_NO_CODE = re.compile(r"^(?:oui|yes|ok|okay|non|no|accept|refuse)?([a-z]\d)(?:oui|yes|ok|non|no)?$")
_A_CODE = re.compile(r"[a-z]\d")
_DIGIT = re.compile(r"(?<!\d)(10|[0-9])(?:\s*(?:/|sur|out of|on|over)\s*(5|10))?(?!\d)", re.IGNORECASE)
_FEW_WORDS = 2
_BUTS = frozenset({"mais", "but"})
_OKAYS = frozenset({"ok", "okay"})
_SPELT = {
    "zero": 1,
    "un": 1,
    "one": 1,
    "deux": 2,
    "two": 2,
    "trois": 3,
    "three": 3,
    "quatre": 4,
    "four": 4,
    "cinq": 5,
    "five": 5,
}
_STARS = re.compile(r"[⭐★🌟]")
_CONTENT = frozenset({"services", "broken", "times"})
_REPLY_DIGITS = {"1": "accept", "2": "decline"}


def verdict(reading: Reading) -> Verdict | None:
    """Whether a message is a yes or a no, alone or before something else ("oui mais …"); ``None`` for neither."""
    yes, no = _free(reading, "yes.word"), _free(reading, "no.word")
    doubt = reading.of("answers", "doubt.word")
    if not yes and not no:
        return "doubt" if doubt and not reading.uncovered(*doubt) else None
    if yes and no:
        return _mixed(reading, yes, no)
    haste = [m for m in reading.of("times", "soon.now", "soon.urgent") if yes and not no]
    rest = _beyond_codes(reading, reading.uncovered(*yes, *no, *haste))
    first = (yes or no)[0]
    if not rest:
        return ("yes" if yes else "no") if not doubt else "doubt"
    if rest[0] < first.start:
        return None
    return "yes_but" if yes else "no_but"


def _beyond_codes(reading: Reading, positions: list[int]) -> list[int]:
    """Positions that hold no code of an offer: "a7 oui" is a plain yes."""
    return [i for i in positions if not _A_CODE.fullmatch(reading.text.words[i])]


def _free(reading: Reading, value: str) -> list[Match]:
    """Matches that are no part of a problem or a time: "no light" is no refusal, "pas urgent" neither."""
    said = reading.of("answers", value)
    if not said:
        return []
    bound = {i for m in reading.found if m.group in _CONTENT and m.value != "mask.none" for i in range(m.start, m.end)}
    opens = {m.start for m in reading.of("services")}
    # "no hot water" is a trouble, "no, the shower" a correction.
    free = [m for m in said if not (m.end in opens and reading.text.words[m.start : m.end] == ("no",))]
    return [m for m in free if bound.isdisjoint(range(m.start, m.end))]


def _mixed(reading: Reading, yes: list[Match], no: list[Match]) -> Verdict | None:
    """ "non c'est bon" or "oui, pas de problème": the first word decides, if nothing else is said."""
    rest = reading.uncovered(*yes, *no)
    first = min(yes[0], no[0], key=lambda m: m.start)
    if rest:
        return ("yes_but" if first is yes[0] else "no_but") if rest[0] > first.start else None
    return "doubt" if yes[0].start < no[0].start else "no"


def keyword_of(reading: Reading) -> Keyword | None:
    """A keyword that the whole message consists of: MENU, MES DONNEES, EFFACER, START."""
    return _whole(reading, "answers", ("my_data", "erase", "menu", "start"))


def _whole(reading: Reading, group: str, keywords: tuple[Keyword, ...]) -> Keyword | None:
    """The first of ``keywords`` that is all the message says."""
    for keyword in keywords:
        for match in reading.of(group, f"{keyword}.word"):
            if reading.alone(match):
                return keyword
    return None


def work_keyword(reading: Reading) -> Keyword | None:
    """What a repairer says of the work he has: on the way, arrived, done; only when it is all he says."""
    return _whole(reading, "offers", ("done", "arrived", "en_route"))


def offer_code(text: str) -> str | None:
    """The code of an offer, one letter and one digit, upper case: "OUI A7", "oui_a7", "a7 oui" give ``A7``."""
    reading = read_message(text)
    glued = next((m[1] for word in reading.text.words if (m := _YES_OR_NO_CODE.match(word))), None)
    found = _CODE.search(text.replace("_", " "))
    code = glued or (found[1] + found[2] if found else None)
    return code.upper() if code else None


def offer_answer(text: str) -> Literal["accept", "decline", "question", "other"]:
    """How a repairer answers an offer. A doubtful answer is never taken for an acceptance."""
    return answer_to_offer(read_message(text))


def answer_to_offer(reading: Reading) -> Literal["accept", "decline", "question", "other"]:
    """:func:`offer_answer` of a message already read."""
    if not reading.content:
        return "other"
    words = reading.text.words
    digits = [word for word in words if word in _REPLY_DIGITS]
    if len(reading.content) == 1 and digits:
        return cast("Literal['accept', 'decline']", _REPLY_DIGITS[digits[0]])
    found = {m.value.split(".")[0] for m in reading.of("offers")}
    if work_keyword(reading) in {"done", "arrived"}:
        return "other"
    said = verdict(reading)
    if "decline" in found or said in {"no", "no_but"}:
        return "decline"
    if "question" in found or "?" in words:
        return "question"
    if reading.has("answers", "doubt.word") or not _is_unreserved(reading):
        return "other"
    return "accept" if "accept" in found or said in {"yes", "yes_but"} else "other"


def _is_unreserved(reading: Reading) -> bool:
    """Whether nothing stands beside the acceptance that may take it back: "oui mais demain", "je prends mon repas"."""
    words = reading.text.words
    yes = _free(reading, "yes.word") + [m for m in reading.of("answers", "yes.word") if m.end - m.start > 1]
    said = [*reading.of("offers", "accept.word", "en_route.word"), *yes]
    if words[0] in _OKAYS and reading.of("answers", "thanks.word") and len(reading.content) <= _FEW_WORDS + 1:
        return False  # "ok bien reçu" has read the offer, no more
    if len(reading.content) > 1 and not word_set("grammar", "offer", "conditions").isdisjoint(words):
        return False  # "si le client augmente je viens" binds nobody yet
    places = [*reading.named, *reading.of("relation"), *reading.of("lead")]
    told = {i for match in (*said, *places) for i in range(match.start, match.end)}
    told |= {i for atom in reading.times for i in range(atom.start, atom.end)}
    left = [i for i in reading.content if i not in told]
    late = {m.end for m in reading.of("bound", "bound.from")} & {atom.start for atom in reading.times}
    soon = bool(reading.times) and all(atom.sort in {"hour", "delay"} for atom in reading.times)
    reserve = word_set("grammar", "offer", "reserve") - (_BUTS if soon else frozenset())
    if late or any(words[i] in reserve for i in left):
        return False  # "oui mais demain"; "oui mais dans 1h" only says when
    spare, harmless = set(reading.uncovered()), word_set("grammar", "offer", "harmless") | _BUTS
    return all(i not in spare or _is_light(words[i], harmless) for i in left)


def _is_light(word: str, harmless: frozenset[str]) -> bool:
    # A sign without letters, such as what stands for an unreadable one, reserves nothing.
    said = any(letter.isalnum() for letter in word)
    return not said or word in harmless or word.isdigit() or bool(_A_CODE.fullmatch(word))


def rating_of(reading: Reading) -> int | None:
    """The rating in an answer to "how was it?": 1 to 5, or ``None`` when it holds none."""
    if reading.has("answers", "doubt.word") and not reading.has("rating"):
        return None
    number = _rated_number(reading)
    if number is not None:
        return number
    scores = [int(m.value.split(".")[1]) for m in reading.of("rating")]
    return _weighed(scores) if scores else None


def is_fraction(reading: Reading) -> bool:
    """Whether a rating is written out of five or ten: "4/5", "3 sur 5"."""
    found = _DIGIT.search(reading.text.original)
    if found and found[2] and not found.start():
        return True
    return bool(found and found[2]) and len(reading.uncovered()) <= _FEW_WORDS * 3


def _rated_number(reading: Reading) -> int | None:
    text = reading.text.original
    stars = len(_STARS.findall(text))
    if stars:
        return min(stars, 5)
    spelt = _SPELT.get(reading.text.words[reading.content[0]]) if 0 < len(reading.content) <= _FEW_WORDS else None
    if spelt is not None:
        return spelt
    found = _DIGIT.search(text)
    if not found or (len(reading.content) > 8 and not (found[2] and not found.start())):
        return None
    value = int(found[1]) if found[2] != "10" else (int(found[1]) + 1) // 2
    return max(1, value) if value <= 5 else None


def _weighed(scores: list[int]) -> int:
    """A complaint outweighs praise beside it; among praise the strongest word counts."""
    return min(scores) if min(scores) <= 2 else max(scores)
