"""Structured logs on the standard library: ``logger.info("request_created", extra={…})`` becomes one JSON line."""

import logging
import sys
from typing import Literal

from pythonjsonlogger.json import JsonFormatter

from mboa.operations.spool import LogSpool

# Everything that LogRecord carries by itself; the rest came as ``extra``.
# ``color_message`` is uvicorn's second copy of a message, for terminals.
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class TextFormatter(logging.Formatter):
    """For people: time, level, event, and what came with it as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        extras = " ".join(f"{k}={v}" for k, v in vars(record).items() if k not in STANDARD and v is not None)
        line = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname:<7} {record.getMessage()} {extras}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up(form: Literal["json", "text"], level: int = logging.INFO) -> None:
    """Send every log line to standard error, once, in the chosen form."""
    handler = LogSpool(sys.stderr)
    if form == "json":
        fields = "{asctime}{levelname}{name}{message}"
        names = {"asctime": "at", "levelname": "level", "name": "logger", "message": "event"}
        handler.setFormatter(
            JsonFormatter(
                fields, style="{", rename_fields=names, datefmt="%Y-%m-%dT%H:%M:%S%z", reserved_attrs=sorted(STANDARD)
            )
        )
    else:
        handler.setFormatter(TextFormatter())
    root = logging.getLogger()
    for former in root.handlers:
        if isinstance(former, LogSpool):
            former.close()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Libraries that tell every request would put phone numbers and tokens of URLs into the log.
    for chatty in ("httpx2", "httpcore2", "uvicorn.access", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
