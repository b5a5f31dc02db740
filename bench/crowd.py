"""Fifty clients who write at the same moment: how long the last of them waits, and whether a slow or a dead language
model, which a fifth of them give reason to ask, holds up the others."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bench.clients import PUZZLES, newcomers
from bench.end_to_end import People, walk
from bench.engines import Engine, engines
from bench.report import judge, p50, within
from bench.servers import mboa, receiver
from tests.llm.loopback import KEY, NOTHING, Loopback, chat
from tests.processes import free_port

CLIENTS, PUZZLING = 50, 10
ROUNDS = 3
SLOW_SECONDS = 1.0


def run() -> None:
    """Both engines: without a model, with one that answers after a second, with one that nobody runs."""
    for engine in engines():
        plain, _ = measure(engine)
        _tell(f"{engine.name}: {CLIENTS} clients at once, no language model", plain)
        with slow_model() as port:
            clear, puzzling = measure(engine, port)
        _tell(f"{engine.name}: the same, {PUZZLING} are asked about, model after {SLOW_SECONDS:.0f} s", puzzling)
        _beside(f"{engine.name}: the other {CLIENTS - PUZZLING}", clear, plain)
        clear, puzzling = measure(engine, free_port())
        _tell(f"{engine.name}: the same, the model is dead", puzzling)
        _beside(f"{engine.name}: the other {CLIENTS - PUZZLING}", clear, plain)


def measure(engine: Engine, model_port: int | None = None) -> tuple[list[float], list[float]]:
    """Sorted seconds to the answer, of every round: of those who write clearly, and of the others."""
    settings = _model_at(model_port) if model_port else {}
    clear, puzzling = [], []
    with receiver() as meta, mboa(engine.fresh(), meta.port, **settings) as ours:
        for _ in range(ROUNDS):
            riddles = newcomers(PUZZLING, PUZZLES)
            people: People = [*newcomers(CLIENTS - PUZZLING), *riddles]
            waited = walk(meta, [ours], people).each
            hard = {phone for phone, _ in riddles}
            clear += [span / 1000 for phone, span in waited.items() if phone not in hard]
            puzzling += [span / 1000 for phone, span in waited.items() if phone in hard]
    return sorted(clear), sorted(puzzling)


def _model_at(port: int) -> dict[str, str]:
    return {
        "MBOA_LLM_MODEL": "small",
        "MBOA_LLM_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "MBOA_LLM_API_KEY": KEY,
    }


@contextmanager
def slow_model() -> Iterator[int]:
    """A model that finds nothing, after a second: its port."""
    model = Loopback(lambda _: chat(json.dumps(NOTHING)), seconds=SLOW_SECONDS)
    ready, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with model.serve():
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    ready.wait()
    yield model.port
    over.set()
    thread.join()
    if not model.asked:
        raise RuntimeError("the model was never asked: this measures nothing")


def _tell(what: str, waited: list[float]) -> None:
    within(f"{what}, slowest", waited[-1], 5, "s", f"median {p50(waited):.2f} s")


def _beside(what: str, waited: list[float], plain: list[float]) -> None:
    beside = f"{plain[-1]:.2f} s without a model; medians {p50(waited):.2f} and {p50(plain):.2f} s"
    judge(f"{what}, slowest", f"{waited[-1]:.2f} s", beside, waited[-1] / plain[-1], ("<=", 1.5))
