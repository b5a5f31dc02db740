"""Structured logs on the standard library: ``logger.info("request_created", extra={…})`` becomes one JSON line."""

import logging
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import orjson
from pythonjsonlogger.json import JsonFormatter

from mboa.operations.context import add_context
from mboa.operations.log_file import LogFile
from mboa.operations.metrics import count
from mboa.operations.redaction import Redaction, secrets_of, without_rows
from mboa.operations.spool import LogSpool
from mboa.settings import Settings

Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
# Everything that LogRecord carries by itself; the rest came as ``extra``.
# ``color_message`` is uvicorn's second copy of a message, for terminals.
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class TextFormatter(logging.Formatter):
    """For people: time, level, event, and what came with it as ``name=value``."""

    def __init__(self, redaction: Redaction | None = None) -> None:
        super().__init__()
        self.redaction = redaction or Redaction()

    def format(self, record: logging.LogRecord) -> str:
        extras = " ".join(f"{k}={v}" for k, v in vars(record).items() if k not in STANDARD and v is not None)
        line = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname:<7} {record.getMessage()} {extras}".rstrip()
        # Whatever a stranger sent stands in one line, and looks like no other.
        line = "".join(sign if sign.isprintable() else "�" for sign in line)
        return self.redaction(f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line)

    def formatException(self, ei: Failure) -> str:  # noqa: N802 - the standard library's name
        return without_rows(super().formatException(ei))


class LineFormatter(JsonFormatter):
    """For programs: one JSON object in one line."""

    def __init__(self, redaction: Redaction | None = None) -> None:
        names = {"asctime": "at", "levelname": "level", "name": "logger", "message": "event"}
        fields = "{asctime}{levelname}{name}{message}"
        super().__init__(
            fields, style="{", rename_fields=names, datefmt="%Y-%m-%dT%H:%M:%S%z", reserved_attrs=sorted(STANDARD)
        )
        self.redaction = redaction or Redaction()

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Texts alone: a number stays one, or the line would be no JSON any more."""
        return {name: self._redacted(value) for name, value in super().process_log_record(log_data).items()}

    def jsonify_log_record(self, log_data: dict[str, Any]) -> str:
        """The line; what the quick writer refuses (half a surrogate pair, a number of more than 64 bits) the other
        one takes."""
        try:
            return orjson.dumps(log_data).decode()
        except TypeError:
            return super().jsonify_log_record(log_data)

    def _redacted(self, value: Any) -> Any:
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._redacted(one) for one in value]
        if isinstance(value, dict):
            return {str(name): self._redacted(one) for name, one in value.items()}
        return self.redaction(str(value))

    def formatException(self, ei: Failure) -> str:  # noqa: N802 - the standard library's name
        return without_rows(logging.Formatter.formatException(self, ei))


def set_up(form: Literal["json", "text"], level: int = logging.INFO) -> None:
    """Send every log line to standard error, once, in the chosen form."""
    _install(LogSpool(sys.stderr), form, Redaction(), level)


def follow(settings: Settings) -> LogSpool:
    """As :func:`set_up` for a service: its secrets are known, and its lines go to the log file if it has one.

    The file's folder need not be writable, now or ever: what cannot be written is counted.
    """
    stream = LogFile(log_path(settings), settings.log_max_bytes, settings.log_keep) if settings.log_file else sys.stderr
    spool = LogSpool(stream, on_drop=lambda lines: count("log.lines_dropped", lines))
    _install(spool, settings.log_format, Redaction(secrets_of(settings)), logging.INFO)
    return spool


def log_path(settings: Settings) -> Path:
    """Where the log file lies; ``{data}`` is the data directory."""
    return Path(settings.log_file.replace("{data}", str(settings.data_dir)))


def _install(spool: LogSpool, form: Literal["json", "text"], redaction: Redaction, level: int) -> None:
    spool.setFormatter(LineFormatter(redaction) if form == "json" else TextFormatter(redaction))
    spool.addFilter(add_context)
    root = logging.getLogger()
    for former in root.handlers:
        if isinstance(former, LogSpool):
            former.close()
    root.handlers[:] = [spool]
    root.setLevel(level)
    # Libraries that tell every request would put phone numbers and tokens of URLs into the log.
    for chatty in ("httpx2", "httpcore2", "uvicorn.access", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
