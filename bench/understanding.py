"""How well and how fast messages are understood, against a labelled file.

Usage: ``python bench/understanding.py FILE.jsonl`` with one object a line. Messages carry ``text, intent, service,
location (or place), urgency_or_time (or time), lang (or language)``; offer replies ``text, label``; ratings ``text,
score``. Prints counts with 95 % Wilson intervals, per language; slots by token F1 of 0.5 or more; latency at p50 and
p95 against a reference measured in the same run (an accent fold of the same text). ``--errors`` lists what is wrong.
"""

import json
import math
import re
import sys
import time
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

from mboa.understanding.answers import offer_answer
from mboa.understanding.facts import Understanding
from mboa.understanding.understand import understand

SAME = {"inform": "new_request", "thanks": "other", "other service": "other"}
IN_SCOPE = {"plumbing", "electricity", "appliance"}
Row = dict[str, Any]


def wilson(hits: int, total: int) -> str:
    """Hits of total with the 95 % Wilson interval, in percent."""
    if not total:
        return "0/0"
    z, share = 1.96, hits / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{hits}/{total} = {100 * share:.1f} % ({100 * max(0, centre - half):.1f}-{100 * min(1, centre + half):.1f})"


def tokens(text: str | None) -> list[str]:
    """Folded words of a slot."""
    plain = unicodedata.normalize("NFKD", (text or "").lower())
    return re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))


def token_f1(gold: str | None, found: str | None) -> float:
    """Token F1 of two slots."""
    left, right = tokens(gold), tokens(found)
    common = sum(min(left.count(w), right.count(w)) for w in set(left))
    return 2 * common / (len(left) + len(right)) if left or right else 0.0


def same(intent: str | None) -> str | None:
    """Labels that the gold files do not tell apart."""
    return SAME.get(intent or "", intent)


def slot_counts(rows: list[tuple[Row, Understanding]], gold: str, slot: str) -> str:
    """F1 of a slot over requests and changes."""
    right = found = wanted = 0
    for row, result in rows:
        if same(row["intent"]) not in {"new_request", "modify"}:
            continue
        value = getattr(result, slot)
        wanted += bool(row[gold])
        found += value is not None
        right += bool(row[gold] and value and token_f1(row[gold], value.text) >= 0.5)
    precision, recall = right / max(1, found), right / max(1, wanted)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return f"F1 {f1:.3f} (precision {right}/{found}, recall {right}/{wanted})"


def is_right(row: Row, result: Understanding) -> bool:
    """Intent and service as labelled."""
    return same(result.intent) == same(row["intent"]) and result.service == row["service"]


def normal(row: Row) -> Row:
    """One shape for the two spellings of the fields."""
    return {
        "text": row["text"],
        "intent": row["intent"],
        "service": SAME.get(row["service"] or "", row["service"]),
        "place": row.get("location", row.get("place")),
        "time": row.get("urgency_or_time", row.get("time")),
        "language": row.get("lang", row.get("language")),
    }


def read_rows(path: Path) -> list[Row]:
    """The rows of a file of one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def report_messages(rows: list[Row], errors: bool) -> None:
    """All figures on first messages."""
    results = [(row, understand(row["text"])) for row in map(normal, rows)]
    by_language: dict[str, list[tuple[Row, Understanding]]] = defaultdict(list)
    for pair in results:
        by_language[pair[0]["language"]].append(pair)
    for name, pairs in (("all", results), *sorted(by_language.items())):
        scope = [p for p in pairs if p[0]["service"] in IN_SCOPE and same(p[0]["intent"]) == "new_request"]
        print(f"[{name}] in-scope requests right: {wilson(sum(is_right(*p) for p in scope), len(scope))}")
        print(f"[{name}] sure and right: {wilson(sum(r.sure and is_right(g, r) for g, r in pairs), len(pairs))}")
        print(f"[{name}] confidently wrong: {wilson(sum(r.sure and not is_right(g, r) for g, r in pairs), len(pairs))}")
        print(f"[{name}] unsure: {wilson(sum(not r.sure for _, r in pairs), len(pairs))}")
    print("intent alone:", wilson(sum(same(r.intent) == same(g["intent"]) for g, r in results), len(results)))
    print("language:", wilson(sum(r.language == g["language"] for g, r in results), len(results)))
    print("place:", slot_counts(results, "place", "place"))
    print("time:", slot_counts(results, "time", "time"))
    if errors:
        list_errors(results)


def list_errors(results: list[tuple[Row, Understanding]]) -> None:
    """Every message that is not read as labelled."""
    for row, result in results:
        marks = [] if is_right(row, result) else ["SURE" if result.sure else "unsure"]
        if same(row["intent"]) in {"new_request", "modify"}:
            for slot in ("place", "time"):
                value = getattr(result, slot)
                if bool(row[slot]) != bool(value) or (value and token_f1(row[slot], value.text) < 0.5):
                    marks.append(f"{slot}:{row[slot]!r}/{value.text if value else None!r}")
        if marks:
            print(
                f"- {row['text']!r}: {row['intent']}/{row['service']} read {result.intent}/{result.service}",
                f"[{result.rule}]",
                *marks,
            )


def report_replies(rows: list[Row], errors: bool) -> None:
    """Provider replies, and how many were taken for an acceptance and were none."""
    wrong = [(row, offer_answer(row["text"])) for row in rows if offer_answer(row["text"]) != row["label"]]
    print("provider replies:", wilson(len(rows) - len(wrong), len(rows)))
    print("false acceptances:", sum(answer == "accept" for _, answer in wrong))
    print(*(f"- {row['text']!r}: {row['label']} read {answer}" for row, answer in wrong if errors), sep="\n")


def report_ratings(rows: list[Row], errors: bool) -> None:
    """Answers to "how was it?"."""
    wrong = [(row, understand(row["text"], "rating").rating) for row in rows]
    wrong = [(row, rating) for row, rating in wrong if rating != row["score"]]
    print("ratings:", wilson(len(rows) - len(wrong), len(rows)))
    print(*(f"- {row['text']!r}: {row['score']} read {rating}" for row, rating in wrong if errors), sep="\n")


def timed(texts: list[str]) -> str:
    """Milliseconds a message, and the ratio to folding the accents of the same text."""
    spans, reference = [], []
    for text in texts * 3:
        start = time.perf_counter()
        understand(text)
        spans.append(time.perf_counter() - start)
        start = time.perf_counter()
        tokens(text)
        reference.append(time.perf_counter() - start)
    spans.sort()
    ratio = sum(spans) / max(1e-9, sum(reference))
    p50, p95 = spans[len(spans) // 2] * 1000, spans[int(len(spans) * 0.95)] * 1000
    return f"latency p50 {p50:.2f} ms, p95 {p95:.2f} ms, {ratio:.0f} times an accent fold"


def main() -> None:
    """Report on each file given."""
    errors = "--errors" in sys.argv
    for name in [argument for argument in sys.argv[1:] if not argument.startswith("--")]:
        rows = read_rows(Path(name))
        print(f"== {Path(name).name}: {len(rows)} messages")
        report = report_replies if "label" in rows[0] else report_ratings if "score" in rows[0] else report_messages
        report(rows, errors)
        print(timed([row["text"] for row in rows]))


if __name__ == "__main__":
    main()
