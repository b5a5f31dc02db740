"""What both engines offer to whoever makes, proves and restores backups."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from mboa.storage.backup_file import Header
from mboa.storage.backup_scratch import Watch

# What is counted when a backup is made, and again when it is restored.
TABLES = (
    "contacts",
    "identities",
    "messages",
    "receipts",
    "requests",
    "offers",
    "providers",
    "events",
    "accounts",
    "audit",
)
COUNT = "SELECT COUNT(*) FROM {table}"

Content = Iterator[bytes]


class CannotBackUp(Exception):
    """No backup, or no restore, can be made here and now; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A snapshot: its schema's version, rows counted in it, about how many bytes will come, and those bytes."""

    schema: str
    rows: dict[str, int]
    size: int
    content: Content


class Source(Protocol):
    """A database of one engine. What raises, raises :class:`CannotBackUp`, ``BadBackup`` or ``OSError``."""

    engine: str

    def reading(self, watch: Watch) -> AbstractContextManager[Taken]:
        """A snapshot to be read out, beside those who work on it."""
        ...

    def prove(self, header: Header, content: Content, watch: Watch) -> str:
        """Put it together in a scratch place and compare: ``restored``, or ``read`` where it could only be read."""
        ...
