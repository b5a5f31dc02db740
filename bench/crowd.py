"""Fifty clients who write at the same moment: how long the last of them waits for his answer.

No language model is configured; the same crowd with a slow and with a dead one is still to be measured.
"""

from bench.end_to_end import walk
from bench.engines import engines
from bench.report import p50, within
from bench.servers import mboa, receiver

CLIENTS = 50
ROUNDS = 3


def run() -> None:
    """Both engines: the slowest answer of every round."""
    for engine in engines():
        with receiver() as meta, mboa(engine.fresh(), meta.port) as ours:
            ways = sorted(span / 1000 for _ in range(ROUNDS) for span in walk(meta, [ours], CLIENTS).spans)
        beside = f"median {p50(ways):.2f} s; without a language model"
        within(f"{engine.name}: {CLIENTS} clients at once, slowest", ways[-1], 5, "s", beside)
