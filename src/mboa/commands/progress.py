"""How far a long work is: on a terminal, and nowhere else."""

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

T = TypeVar("T")


class Ticking(list[T]):
    """A list that shows on standard error how far whoever walks through it has come."""

    def __init__(self, items: Iterable[T], label: str) -> None:
        super().__init__(items)
        self.label = label

    def __iter__(self) -> Iterator[T]:
        if not sys.stderr.isatty():
            yield from super().__iter__()
            return
        with click.progressbar(list(super().__iter__()), label=self.label, file=sys.stderr) as walked:
            yield from walked


@contextmanager
def each_migration() -> Iterator[None]:
    """Name every migration on standard error as it begins; one of a large table may take minutes."""
    if not sys.stderr.isatty():
        yield
        return
    log = logging.getLogger("alembic.runtime.migration")
    shown, level = _Shown(), log.level
    log.addHandler(shown)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(shown)
        log.setLevel(level)
        log.propagate = True


class _Shown(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message.startswith("Running upgrade"):
            click.echo(message.removeprefix("Running upgrade").strip(), err=True)
