"""How much anybody may ask for: the figures, and the allowances that all processes share. ``docs/limits.md`` explains.

An allowance lies in the database. So that not every page costs a write, a process takes a few shares at once and hands
them out by itself; what it holds when it ends is lost, so the limit is never passed and at most a little stricter.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from mboa.operations.metrics import track_metric
from mboa.storage import counters, limits
from mboa.storage.store import Store, StoreAway

MINUTE = 60.0
# So many clients are remembered by one process; the longest silent are forgotten, and ask the database again.
REMEMBERED = 10_000
# Whoever is refused is refused without another look for so long: a flood of refusals costs no database anything.
REFUSED_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` in ``seconds``, at once or spread; ``block`` shares are taken from the database at a time."""

    name: str
    most: int
    seconds: float = MINUTE
    block: int = 1


# By address. Many phones of a mobile network share one: hence room for hundreds of people who follow their request.
FOLLOW = Limit("follow", 600, block=10)
SIGN_IN = Limit("sign_in", 120)
ADMIN = Limit("admin", 6_000, block=50)
SIMULATOR = Limit("simulator", 30_000, block=500)
FIGURES = Limit("figures", 600, block=10)
ELSEWHERE = Limit("elsewhere", 600, block=10)
# By account.
READS = Limit("account_reads", 3_000, block=50)
WRITES = Limit("account_writes", 600, block=5)
EXPORTS = Limit("account_exports", 60)


# Rows of allowances that are whole again are of no use to anybody.
SWEEP_SECONDS = 600.0


async def sweep(store: Store) -> None:
    """Remove what nobody needs any more: whole allowances, and the batch numbers of processes that are gone."""
    await store.write(limits.forget)
    await store.write(counters.forget)


@dataclass(slots=True)
class _Held:
    """What this process holds of one allowance, good until then; or until when it refuses."""

    shares: int
    until: float
    refuses: bool = False


class Allowances:
    """What everybody has left. ``clock`` counts this process's seconds."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._held: OrderedDict[str, _Held] = OrderedDict()

    async def take(self, limit: Limit, who: str) -> float:
        """One share: 0 when there was one, else the seconds to wait. A database that is away refuses nobody."""
        subject, now = f"{limit.name}:{who}", self._clock()
        held = self._held.get(subject)
        if held is not None and held.until > now:
            if held.refuses:
                return held.until - now
            if held.shares:
                held.shares -= 1
                return 0.0
        share = limit.seconds / limit.most
        try:
            wait = await self._store.write(limits.take, subject, share * limit.block, limit.seconds)
        except StoreAway:
            return 0.0
        self._remember(subject, limit, wait)
        if wait:
            track_metric("limit.refused", 1, limit=limit.name)
        return wait

    def _remember(self, subject: str, limit: Limit, wait: float) -> None:
        now = self._clock()
        if wait:
            self._held[subject] = _Held(0, now + min(wait, REFUSED_SECONDS), refuses=True)
        elif limit.block > 1:
            self._held[subject] = _Held(limit.block - 1, now + limit.seconds)
        else:
            self._held.pop(subject, None)
        if subject in self._held:
            self._held.move_to_end(subject)
        while len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
