"""How well messages are understood: ``python -m bench.eval [FILE.jsonl …]``, by default the files of the repository.

Rows of messages carry ``text, intent, service, place (or location), time (or urgency_or_time), language (or lang)``;
answers to an offer ``text, label``; ratings ``text, score``. Every share stands with its count and its 95 % Wilson
interval. What the figures mean: ``docs/understanding.md``. ``--errors`` lists what is wrong.
"""

import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.baselines import Label, by_turns, commonest
from bench.changes import CHANGES
from bench.understanding import IN_SCOPE, Row, list_errors, normal, read_rows, same, token_f1, wilson
from mboa.understanding.answers import offer_answer
from mboa.understanding.evidence import SURE
from mboa.understanding.facts import Understanding
from mboa.understanding.understand import understand

OURS = Path(__file__).parent.parent / "tests" / "understanding"
GOLDEN = Path(__file__).parent.parent / "src" / "mboa" / "understanding" / "golden.jsonl"
FILES = [GOLDEN, *(OURS / name for name in ("fresh.jsonl", "replies.jsonl", "ratings.jsonl"))]
BINS = ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01))
_SLIPS_DRAWN = 3
_REQUESTS = frozenset({"new_request", "modify"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled message and what was read in it."""

    row: Row
    read: Understanding

    @property
    def right(self) -> bool:
        """Whether intent and service are as labelled."""
        return same(self.read.intent) == same(self.row["intent"]) and self.read.service == self.row["service"]

    @property
    def sure(self) -> bool:
        """Whether the reading is confident enough to act upon."""
        return self.read.confidence >= SURE


def say(what: str, figure: str) -> None:
    """One aligned line."""
    print(f"  {what:<46} {figure}")


def share(what: str, told: Sequence[bool]) -> None:
    """One line with a count and its interval."""
    say(what, wilson(sum(told), len(told)))


def in_scope(pairs: Sequence[Pair]) -> list[Pair]:
    """The first messages that ask for a trade which is served."""
    return [p for p in pairs if p.row["service"] in IN_SCOPE and same(p.row["intent"]) == "new_request"]


def all_messages(pairs: Sequence[Pair]) -> None:
    """Outcomes of every message, and of those that ask for nothing."""
    share("sure and right", [p.sure and p.right for p in pairs])
    share("unsure: asks back", [not p.sure for p in pairs])
    share("confidently wrong", [p.sure and not p.right for p in pairs])
    idle = [p for p in pairs if same(p.row["intent"]) != "new_request"]
    share("no request, taken for one", [p.sure and same(p.read.intent) == "new_request" for p in idle])


def by_language(pairs: Sequence[Pair]) -> None:
    """Requests in scope, and all messages, for each language."""
    for language in sorted({str(p.row["language"]) for p in pairs}):
        spoken = [p for p in pairs if p.row["language"] == language]
        share(f"[{language}] requests in scope right", [p.right for p in in_scope(spoken)])
        share(f"[{language}] confidently wrong", [p.sure and not p.right for p in spoken])


def slot(pairs: Sequence[Pair], name: str) -> None:
    """Precision, recall and F1 of a slot over requests and changes; a hit shares half of its words with the label."""
    asked = [p for p in pairs if same(p.row["intent"]) in _REQUESTS]
    found = [p for p in asked if getattr(p.read, name)]
    labelled = [p for p in asked if p.row[name]]
    hits = [bool(p.row[name]) and token_f1(p.row[name], getattr(p.read, name).text) >= 0.5 for p in found]
    f1 = 2 * sum(hits) / max(1, len(found) + len(labelled))
    say(f"{name} F1", f"{f1:.3f}")
    share(f"{name} precision", hits)
    say(f"{name} recall", wilson(sum(hits), len(labelled)))


def reliability(pairs: Sequence[Pair]) -> None:
    """How often a reading is right, by how confident it is."""
    for low, high in BINS:
        inside = [p for p in pairs if low <= p.read.confidence < high]
        if inside:
            mean = sum(p.read.confidence for p in inside) / len(inside)
            share(f"confidence {low:.1f} to {min(high, 1):.1f} (mean {mean:.2f}), right", [p.right for p in inside])


def beside_baselines(pairs: Sequence[Pair]) -> None:
    """Intent and service together, beside a constant answer and n-grams trained on the rest of the same file."""
    rows: list[tuple[str, Label]] = [(p.row["text"], (same(p.row["intent"]) or "", p.row["service"])) for p in pairs]
    scope = [p in (wanted := in_scope(pairs)) and bool(wanted) for p in pairs]
    always, counted = commonest(rows), by_turns(rows)
    for name, said in (
        ("Mboa", [p.right for p in pairs]),
        (f"always {always[0]} {always[1]}", [label == always for _, label in rows]),
        ("n-grams, cross-validated", [label == guess for (_, label), guess in zip(rows, counted, strict=True)]),
    ):
        share(f"{name}: all messages", said)
        share(f"{name}: requests in scope", [hit for hit, asked in zip(said, scope, strict=True) if asked])


def changed(pairs: Sequence[Pair]) -> None:
    """Requests in scope after each transformation; one seed, three draws of typing errors."""
    rows = [p.row for p in in_scope(pairs)]
    for name, change in CHANGES.items():
        chance = random.Random(7)
        draws = _SLIPS_DRAWN if name.startswith("one") else 1
        read = [Pair(row, understand(change(row["text"], chance))) for _ in range(draws) for row in rows]
        share(f"{name}: right", [p.right for p in read])


def speed(texts: Sequence[str]) -> None:
    """Processor time of each first reading: what a busy machine adds by waiting is left out."""
    spans = []
    for text in texts:
        start = time.process_time()
        understand(text)
        spans.append((time.process_time() - start) * 1000)
    spans.sort()
    say("processor time, median / p95", f"{spans[len(spans) // 2]:.2f} / {spans[int(len(spans) * 0.95)]:.2f} ms")


def messages(rows: Sequence[Row], errors: bool) -> None:
    """Every figure on messages."""
    gold = [normal(row) for row in rows]
    speed([row["text"] for row in gold])
    pairs = [Pair(row, understand(row["text"])) for row in gold]
    share("requests in scope, intent and service right", [p.right for p in in_scope(pairs)])
    all_messages(pairs)
    by_language(pairs)
    slot(pairs, "place")
    slot(pairs, "time")
    share("language right", [p.read.language == p.row["language"] for p in pairs if p.row["language"] != "mix"])
    reliability(pairs)
    beside_baselines(pairs)
    changed(pairs)
    if errors:
        list_errors([(p.row, p.read) for p in pairs])


def replies(rows: Sequence[Row], errors: bool) -> None:
    """Answers to an offer."""
    said = [(row, offer_answer(row["text"])) for row in rows]
    share("answers to an offer right", [answer == row["label"] for row, answer in said])
    share("taken for an acceptance and none", [answer == "accept" != row["label"] for row, answer in said])
    share("always accept", [row["label"] == "accept" for row in rows])
    for row, answer in said if errors else ():
        if answer != row["label"]:
            print(f"- {row['text']!r}: {row['label']} read {answer}")


def ratings(rows: Sequence[Row], errors: bool) -> None:
    """Answers to "how was it?"."""
    said = [(row, understand(row["text"], "rating").rating) for row in rows]
    share("ratings exactly right", [found == row["score"] for row, found in said])
    share("ratings off by more than one", [abs((found or 0) - (row["score"] or 0)) > 1 for row, found in said])
    share("always 5", [row["score"] == 5 for row in rows])
    for row, found in said if errors else ():
        if found != row["score"]:
            print(f"- {row['text']!r}: {row['score']} read {found}")


def main() -> None:
    """Report on each file named, or on those of the repository."""
    named = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("--")]
    for path in named or FILES:
        rows = read_rows(path)
        print(f"{path.name}: {len(rows)} rows")
        report = replies if "label" in rows[0] else ratings if "score" in rows[0] else messages
        report(rows, "--errors" in sys.argv)


if __name__ == "__main__":
    main()
