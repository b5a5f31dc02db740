"""A long selection of requests, walked some seconds at a time, each request in a transaction of its own."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from mboa.admin.request_bodies import Correction
from mboa.admin.request_moves import apply
from mboa.dispatch.permission import NotAllowed, UnknownRequest
from mboa.dispatch.ports import Stale
from mboa.office import Office
from mboa.storage.admin import request_list
from mboa.storage.admin.request_filters import Filters, Place

# One step of a long walk: well below every proxy's patience.
STEP_SECONDS = 5.0
AT_ONCE = 8
# Chosen ones are walked by their ids alone.
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Order:
    """What is done to each request, by whom, why, and the form's mark."""

    account_id: int
    act: str
    reason: str
    once: str


@dataclass(slots=True)
class Walk:
    """A selection on its way: ``ids``, or all that the ``filters`` find behind ``after``. ``tally`` counts what came of
    those behind: ``done``, ``nobody`` (who could be asked), or why it could not be."""

    filters: Filters
    ids: list[int] | None
    after: Place | None
    tally: Counter[str] = field(default_factory=Counter)
    finished: bool = False
    step_seconds: float = STEP_SECONDS

    async def go_on(self, office: Office, order: Order) -> None:
        """Walk on, a few at once, until the end or until this step has lasted long enough."""
        until = monotonic() + self.step_seconds
        while few := await self._ahead(office):
            self.tally.update(await _do(office, order, [place.id for place in few]))
            self.after = few[-1]
            if monotonic() > until:
                return
        self.finished = True

    async def _ahead(self, office: Office) -> list[Place]:
        if self.ids is None:
            store = office.store
            return await store.read(request_list.places, store.dialect, self.filters, self.after, AT_ONCE)
        behind = self.after.id if self.after else 0
        ahead = sorted({request_id for request_id in self.ids if request_id > behind})
        return [Place(_NO_TIME, request_id) for request_id in ahead[:AT_ONCE]]


async def _do(office: Office, order: Order, request_ids: Sequence[int]) -> list[str]:
    return await asyncio.gather(*(_one(office, order, request_id) for request_id in request_ids))


async def _one(office: Office, order: Order, request_id: int) -> str:
    """Do it to one request; what came of it, in a word."""
    sent = Correction(reason=order.reason, once=f"{order.once}-{request_id}" if order.once else "")
    cause = f"operator:{order.account_id}"
    try:
        done = await office.transact(apply, cause, order.account_id, request_id, order.act, sent)
    except NotAllowed as refusal:
        return refusal.why
    except UnknownRequest:
        return "unknown"
    except Stale:
        return "stale"
    return "done" if done else "nobody"
