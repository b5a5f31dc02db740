"""From signed webhook to Meta's side: kept, understood, answered, committed, sent and accepted, none twice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from bench.clients import newcomers
from bench.engines import Engine, engines
from bench.report import judge, say
from bench.servers import Receiver, Server, bare, mboa, receiver
from bench.tally import per_message
from bench.wire import Load, drive
from tests.engines import Database

FLOOD_SECONDS = 4
WARM_UP = 200
ROUNDS = 2
# Of what the flood reached: at this share of it, the way of one message is looked at without its queue.
EASY_SHARE = 0.5
EASY_SECONDS = 4
FAR_SECONDS = 0.1

People = list[tuple[str, bytes]]
"""Phones (E.164 without ``+``), each with the HTTP request of a message."""


@dataclass(frozen=True, slots=True)
class Way:
    """Messages per second from the first webhook written to the last answer accepted by Meta's side; sorted
    milliseconds of each message's way, and by phone; the processor seconds that each side used; how many webhooks were
    put off."""

    rate: float
    spans: list[float]
    cpu: str
    put_off: int
    each: dict[str, float]


def run() -> None:
    """Both engines: a flood for the rate, an easy pace for the way of one message, and what one costs."""
    for engine in engines():
        database = engine.fresh()
        with receiver() as meta, mboa(database, meta.port) as ours, bare(engine.empty()) as keeper:
            flood, reference = measure(meta, [ours], keeper)
            easy = walk(meta, [ours], int(flood.rate * EASY_SHARE * EASY_SECONDS), flood.rate * EASY_SHARE)
        beside = f"the bare handler's {reference:,.0f} /s"
        judge(f"{engine.name}: end to end", f"{flood.rate:,.0f} /s", beside, flood.rate / reference, (">=", 0.10))
        say(
            f"{engine.name}: processor seconds",
            flood.cpu,
            beside=f"{len(flood.spans)} messages, {flood.put_off} put off",
        )
        middle, late = easy.spans[len(easy.spans) // 2], easy.spans[int(len(easy.spans) * 0.99)]
        say(f"{engine.name}: one way, p50 / p99", f"{middle:.0f} / {late:.0f} ms", beside="at half that rate")
        far = at_a_distance(engine.fresh(), len(flood.spans))
        say(f"{engine.name}: the flood, Meta {FAR_SECONDS * 1000:.0f} ms away", f"{far:,.0f} /s")
        cost = per_message(engine.fresh())
        say(
            f"{engine.name}: statements / transactions each",
            f"{cost.statements:.1f} / {cost.transactions:.1f}",
            beside=f"{cost.at_once} at once; one alone: {cost.statements_alone} / {cost.transactions_alone}",
        )


def measure(meta: Receiver, ours: Sequence[Server], keeper: Server) -> tuple[Way, float]:
    """The flood and the reference beside it, turn by turn: medians of the rounds."""
    number = int(walk(meta, ours, WARM_UP).rate * FLOOD_SECONDS)
    references, ways = [], []
    for _ in range(ROUNDS):
        references.append(_keep(keeper, number).rate)
        ways.append(walk(meta, ours, number))
    rate = median(way.rate for way in ways)
    return replace(ways[-1], rate=rate), median(references)


def walk(meta: Receiver, ours: Sequence[Server], people: People | int, rate: float | None = None) -> Way:
    """These people write, or so many newcomers; raises ``RuntimeError`` unless each is answered exactly once."""
    people = newcomers(people) if isinstance(people, int) else people
    number = len(people)
    before, used = meta.count(), [(server, server.cpu_seconds()) for server in (*ours, meta)]
    load = drive([server.port for server in ours if server.has_door], [request for _, request in people], rate=rate)
    meta.wait_for(before + number)
    answers = meta.log()[before:]
    _check([phone for phone, _ in people], [taken.to for taken in answers], [taken.key for taken in answers])
    arrived = {taken.to: taken.at for taken in answers}
    each = {phone: (arrived[phone] - sent) * 1000 for (phone, _), sent in zip(people, load.sent_at, strict=True)}
    seconds = max(arrived.values()) - min(load.sent_at)
    spent = [f"{server.cpu_seconds() - start:.1f}" for server, start in used]
    return Way(
        number / seconds,
        sorted(each.values()),
        f"Mboa {'+'.join(spent[:-1])}, Meta's side {spent[-1]}",
        load.put_off,
        each,
    )


def at_a_distance(database: Database, number: int) -> float:
    """Messages per second when each of Meta's answers comes after a tenth of a second, as over a long line."""
    with receiver(FAR_SECONDS) as meta, mboa(database, meta.port) as ours:
        walk(meta, [ours], WARM_UP)
        return walk(meta, [ours], number).rate


def _keep(keeper: Server, number: int) -> Load:
    return drive([keeper.port], [request for _, request in newcomers(number)])


def _check(phones: list[str], told: list[str], keys: list[str]) -> None:
    doubled = [key for key, times in Counter(keys).items() if times > 1]
    if doubled or sorted(told) != sorted(phones):
        lost = len(set(phones) - set(told))
        raise RuntimeError(f"{lost} unanswered, {len(told) - len(set(told))} answered twice")


def on(engine: Engine, database: Database) -> tuple[Way, float]:
    """One ``mboa serve`` on this database, and its reference."""
    with receiver() as meta, mboa(database, meta.port) as ours, bare(engine.empty()) as keeper:
        return measure(meta, [ours], keeper)
