"""One number writes a thousand messages a minute and more: what everybody else then waits for his answer."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from bench.clients import newcomers, request
from bench.engines import engines
from bench.report import judge, say
from bench.servers import Receiver, Server, mboa, receiver
from bench.wire import Load, drive
from mboa.fake_meta.double import MetaDouble

FLOODER = "+237651999999"
# A thousand a minute, which is what the promise is about, and three thousand.
RATES = (1_000 / 60, 50.0)
OTHERS, OTHERS_A_SECOND = 80, 10.0
ROUNDS = 2
WARM_UP = 100
# Few connections, so that none rests for as long as a server keeps it open.
LINES = 8


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds from writing to being answered, of everybody but the flooder: half, and 95 of 100, waited less."""

    p50: float
    p95: float


def run() -> None:
    """Both engines; quiet and flooded turn by turn, in one run. The flood begins before the others and ends after."""
    for engine in engines():
        for rate in RATES:
            with receiver() as meta, mboa(engine.fresh(), meta.port) as ours:
                walk(meta, ours, WARM_UP, 50.0)
                quiet, flooded, told = [], [], 0
                for _ in range(ROUNDS):
                    quiet.append(walk(meta, ours, OTHERS, OTHERS_A_SECOND))
                    before = meta.count()
                    with_flood = Flood(ours, rate)
                    flooded.append(walk(meta, ours, OTHERS, OTHERS_A_SECOND))
                    with_flood.end()
                    told += meta.count() - before - OTHERS
            still, loud = median(one.p95 for one in quiet), median(one.p95 for one in flooded)
            what = f"{engine.name}: others' p95, {rate * 60:,.0f} a minute from one"
            judge(what, f"{loud:.1f} ms", f"quiet {still:.1f} ms", loud / still, ("<=", 2.0))
            beside = f"to {ROUNDS * int(rate * OTHERS / OTHERS_A_SECOND):,} messages or more"
            say(f"{engine.name}: answers to the flooder", str(told), beside=beside)


class Flood:
    """One phone that writes at a pace, from now until :meth:`end`."""

    def __init__(self, ours: Server, rate: float) -> None:
        double = MetaDouble(lambda: datetime.now(UTC))
        number = int(rate * (OTHERS / OTHERS_A_SECOND + 2))
        words = [request(double.text(FLOODER, f"allo allo répondez {number}")) for number in range(number)]
        self._loads: list[Load] = []
        self._thread = threading.Thread(
            target=lambda: self._loads.append(drive([ours.port], words, connections=LINES, rate=rate))
        )
        self._thread.start()

    def end(self) -> None:
        """Until its last message was taken; raises ``RuntimeError`` when one was not."""
        self._thread.join()
        if not self._loads:
            raise RuntimeError("the flood broke off")


def walk(meta: Receiver, ours: Server, number: int, rate: float) -> Waits:
    """So many newcomers write, each his first message; from writing it to the first answer that reaches him."""
    people = newcomers(number)
    before = len(meta.log())
    load = drive([ours.port], [wire for _, wire in people], connections=LINES, rate=rate)
    wanted = {phone for phone, _ in people}
    arrived = _answers(meta, before, wanted)
    spans = sorted((arrived[phone] - sent) * 1000 for (phone, _), sent in zip(people, load.sent_at, strict=True))
    return Waits(spans[len(spans) // 2], spans[int(len(spans) * 0.95)])


def _answers(meta: Receiver, before: int, wanted: set[str]) -> dict[str, float]:
    """When each of them was first answered."""
    arrived: dict[str, float] = {}
    while len(arrived) < len(wanted):
        meta.wait_for(before + 1)
        log = meta.log()
        for taken in log[before:]:
            if taken.to in wanted:
                arrived.setdefault(taken.to, taken.at)
        before = len(log)
    return arrived
