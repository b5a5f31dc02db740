"""The dispatch office: runs the product's functions in transactions, and tells log and metrics what happened."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from mboa.dispatch.events import Event
from mboa.dispatch.policy import Policy
from mboa.dispatch.ports import Stale
from mboa.operations.metrics import track_event
from mboa.storage.store import Connection, Store
from mboa.storage.unit_of_work import Unit

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)
# A row that moved under a reader's feet moves on: a handful of tries is plenty, more would hide a bug.
TRIES = 5


@dataclass(frozen=True, slots=True)
class Office:
    """One city's office: where things are kept, the house's rules, and the public address for links."""

    store: Store
    policy: Policy
    base_url: str

    async def transact(
        self, fn: Callable[Concatenate[Unit, P], T], cause: str | None, /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one of the product's functions in a transaction; raises what it raises."""

        def within(conn: Connection) -> tuple[T, list[Event]]:
            unit = Unit(conn, self.policy, self.base_url, cause)
            result = fn(unit, *args, **kwargs)
            unit.close()
            return result, unit.events

        for tries_left in reversed(range(TRIES)):
            try:
                result, events = await self.store.write(within)
            except Stale:
                if not tries_left:
                    raise
            else:
                for event in events:
                    report(event)
                return result
        raise AssertionError("unreachable: the last try returns or raises")


def report(event: Event) -> None:
    """One structured log line and the metrics of a committed event. No names, numbers or texts: ids only."""
    logger.info(
        event.name,
        extra={
            "request_id": event.request_id,
            "contact_id": event.contact_id,
            "actor": event.actor,
            "cause": event.cause,
            **{name: value for name, value in event.data.items() if name in LOGGED},
        },
    )
    track_event(event)


LOGGED = frozenset({"offer_id", "provider_id", "position", "score", "rating", "late", "told", "times", "danger"})
