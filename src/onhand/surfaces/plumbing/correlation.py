"""The correlation id of the request at hand, and log lines that carry it."""

import logging
import random
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

CORRELATION_HEADER = b"wm_qos.correlation_id"
_LENGTH_MAX = 128

current_correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)

# What logging itself puts on a record; the rest was given by the line's author as `extra`.
_RECORD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def new_correlation_id() -> str:
    """A fresh id of 32 hexadecimal digits. It tells requests apart and guards nothing."""
    return f"{random.getrandbits(128):032x}"


def accepted_correlation_id(sent: bytes | None) -> str | None:
    """The id that a caller sent, where it is 1 to 128 printable ASCII characters; else None."""
    if not sent or len(sent) > _LENGTH_MAX or not sent.isascii():
        return None
    text = sent.decode("ascii")
    return text if text.isprintable() else None


class JsonLines(logging.Formatter):
    """Log records as one JSON object a line, with the correlation id of the request that they were written in."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, without its line feed."""
        line: dict[str, Any] = {
            "time": f"{_second_text(int(record.created))}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        correlation_id = current_correlation_id.get()
        if correlation_id is not None:
            line["correlation_id"] = correlation_id
        line.update((name, value) for name, value in vars(record).items() if name not in _RECORD_FIELDS)
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


@lru_cache(maxsize=16)
def _second_text(second: int) -> str:
    # Hundreds of lines are written in the same second.
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]
