"""Logging: `event key=value` lines or JSON, with the token removed from everything.

Bodies of articles and texts of people are never logged.
"""

import json
import logging
import sys
import time
from collections.abc import Iterable

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
MASK = "<token>"


class SecretFormatter(logging.Formatter):
    """Formats a record and takes every secret out of the finished line.

    The last step before the stream, so that messages, fields and tracebacks of any library
    (httpx logs whole URLs, a Bot's repr prints its token) pass through it.
    """

    def __init__(self, secrets: Iterable[str], *, as_json: bool) -> None:
        super().__init__()
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """Give the line for a record, without secrets."""
        line = self._json(record) if self._as_json else self._text(record)
        for secret in self._secrets:
            line = line.replace(secret, MASK)
        return line

    def _fields(self, record: logging.LogRecord) -> dict[str, object]:
        return {key: value for key, value in vars(record).items() if key not in STANDARD}

    def _text(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        fields = "".join(f" {key}={_quoted(value)}" for key, value in self._fields(record).items())
        line = f"{at} {record.levelname.lower():<7} {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line

    def _json(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **self._fields(record),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def set_up_logging(*, level: str, as_json: bool, secrets: Iterable[str]) -> None:
    """Send every logger's records to standard error through the secret-removing formatter."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SecretFormatter(secrets, as_json=as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore", "apscheduler", "aiohttp.access", "telegram", "aiosqlite"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def _quoted(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if any(c in text for c in ' "=\n\r\t') else text
