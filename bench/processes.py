"""Two web and two worker processes on one PostgreSQL, beside one ``mboa serve`` on it."""

from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median

from bench.end_to_end import FLOOD_SECONDS, WARM_UP, walk
from bench.engines import engines
from bench.report import judge
from bench.servers import Receiver, Server, mboa, receiver

ROUNDS = 3
ROLES = ("web", "web", "worker", "worker")


def run() -> None:
    """The same floods, turn by turn; each of them counts lost and doubled answers."""
    for engine in engines():
        if engine.cluster is None:
            continue
        shared, alone = engine.fresh(), engine.fresh()
        with ExitStack() as stack:
            metas = [stack.enter_context(receiver()) for _ in range(2)]
            many = [stack.enter_context(mboa(shared, metas[0].port, role)) for role in ROLES]
            one = [stack.enter_context(mboa(alone, metas[1].port))]
            together, by_itself = _rates([(metas[0], many), (metas[1], one)])
        beside = f"one serve's {by_itself:,.0f} /s; none lost, none doubled on either side"
        what = "PostgreSQL: two web and two workers"
        judge(what, f"{together:,.0f} /s", beside, together / by_itself, (">=", 1.0))


def _rates(sides: Sequence[tuple[Receiver, Sequence[Server]]]) -> list[float]:
    number = int(min(walk(meta, servers, WARM_UP).rate for meta, servers in sides) * FLOOD_SECONDS)
    found: list[list[float]] = [[] for _ in sides]
    for _ in range(ROUNDS):
        for (meta, servers), rates in zip(sides, found, strict=True):
            rates.append(walk(meta, servers, number).rate)
    return [median(rates) for rates in found]
