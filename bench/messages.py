"""Understanding one message, over the labelled first messages of the tests."""

import json
from pathlib import Path

from bench.report import p50, p95, say, spans
from bench.understanding import tokens
from mboa.understanding.understand import understand

GOLDEN = Path(__file__).parents[1] / "src" / "mboa" / "understanding" / "golden.jsonl"
ROUNDS = 5


def run() -> None:
    """Each message five times; the reference folds the accents of the same text."""
    texts = [json.loads(line)["text"] for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    understand(texts[0])  # the word lists are loaded once
    found = sorted(span for text in texts for span in spans(ROUNDS, lambda text=text: understand(text)))  # type: ignore[misc]
    folds = sorted(span for text in texts for span in spans(ROUNDS, lambda text=text: tokens(text)))  # type: ignore[misc]
    beside = f"{p50(found) / p50(folds):.0f} x an accent fold of the text"
    say(f"one of {len(texts)} messages, median", f"{p50(found):.2f} ms", "< 5 ms", beside)
    say("one of the slowest 5 %", f"{p95(found):.2f} ms", "< 5 ms")
