"""Weighs words for the second reader: ``python -m mboa.understanding.weighing FILE.jsonl …`` writes its weights.

Softmax regression on :func:`mboa.understanding.second.features`, with a step that shrinks as in AdaGrad (Duchi et al.,
2011). Rows carry ``text`` and ``intent``. The same files give the same weights. Run it after the lexicon has changed.
"""

import json
import math
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from mboa.understanding.reading import read_message
from mboa.understanding.second import SAME, SCALE, WEIGHTS, Weights, features

_ROUNDS = 10
_STEP = 0.3
_LEAST_SEEN = 2

Example = tuple[list[str], int]


def weigh(rows: Iterable[tuple[str, str]]) -> Weights:
    """Weights from pairs of a message and its intent."""
    labelled = [(sorted(features(read_message(text))), SAME.get(intent, intent)) for text, intent in rows]
    intents = tuple(sorted({intent for _, intent in labelled}))
    counts = Counter(feature for found, _ in labelled for feature in found)
    examples = [([f for f in found if counts[f] >= _LEAST_SEEN], intents.index(intent)) for found, intent in labelled]
    learnt: dict[str, list[float]] = {f: [0.0] * len(intents) for f, count in counts.items() if count >= _LEAST_SEEN}
    moved: dict[str, list[float]] = {f: [1.0] * len(intents) for f in learnt}
    for turn in range(_ROUNDS):
        for example in sorted(examples, key=lambda one: zlib.crc32(f"{turn} {one}".encode())):
            _learn(example, learnt, moved, len(intents))
    return Weights(intents, {feature: rounded for feature, row in learnt.items() if (rounded := _rounded(row))})


def _learn(example: Example, learnt: dict[str, list[float]], moved: dict[str, list[float]], intents: int) -> None:
    found, right = example
    scores = [sum(learnt[feature][k] for feature in found) for k in range(intents)]
    highest = max(scores)
    shares = [math.exp(score - highest) for score in scores]
    total = sum(shares)
    for k, share in enumerate(shares):
        slope = share / total - (k == right)
        for feature in found if abs(slope) >= 0.02 else ():
            moved[feature][k] += slope * slope
            learnt[feature][k] -= _STEP * slope / math.sqrt(moved[feature][k])


def _rounded(row: Sequence[float]) -> list[int]:
    kept = [(position, round(weight * SCALE)) for position, weight in enumerate(row)]
    return [number for pair in kept if pair[1] for number in pair]


def main(paths: Sequence[str]) -> None:
    """Weigh the rows of ``paths`` and write the weights beside the lexicon."""
    rows = [json.loads(line) for path in paths for line in Path(path).read_text("utf-8").splitlines()]
    intents, of = weigh((row["text"], row["intent"]) for row in rows)
    lines = ",\n".join(
        f"{json.dumps(feature)}:{json.dumps(of[feature], separators=(',', ':'))}" for feature in sorted(of)
    )
    WEIGHTS.write_text(f'{{"intents":{json.dumps(intents)},"weights":{{\n{lines}\n}}}}\n', "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
