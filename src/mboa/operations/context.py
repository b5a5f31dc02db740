"""What is being worked on, so that every log line said meanwhile tells it: ids of request, contact and message."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from logging import LogRecord
from types import MappingProxyType

_NOTHING: Mapping[str, int | str] = MappingProxyType({})
_at_hand: ContextVar[Mapping[str, int | str]] = ContextVar("at_hand", default=_NOTHING)


@contextmanager
def working_on(**ids: int | str | None) -> Iterator[None]:
    """Until the end of the block, in this task alone: ``request_id``, ``contact_id``, ``message_id``, ``offer_id``."""
    known = {name: value for name, value in ids.items() if value is not None}
    token = _at_hand.set({**_at_hand.get(), **known})
    try:
        yield
    finally:
        _at_hand.reset(token)


def add_context(record: LogRecord) -> bool:
    """A filter that adds the ids to a record; what the line says itself is kept."""
    told = vars(record)
    for name, value in _at_hand.get().items():
        if told.get(name) is None:
            told[name] = value
    return True
