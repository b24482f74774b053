"""Log formatters: one JSON object a line, for log collectors, with the extra fields of a record by name.

A refusal is expected: by AWS, of a person or of a request. It is one line that says who refused what, without a
traceback, which is for faults of the console.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest

_QUERY = re.compile(r"\?[^\s\"]*")
_KEY_OF_LINK = re.compile(r"(/password/reset/key/)[^/?\s]+")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class WithoutExpected(logging.Filter):
    """Takes the traceback off a record of an exception that is expected (`is_expected` of its class)."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if isinstance(error, PermissionDenied | BadRequest) or getattr(error, "is_expected", False):
            sentence = " ".join(str(error).split())
            record.msg = f"{record.getMessage()}{': ' if sentence else ''}{sentence}"
            record.args, record.exc_info, record.exc_text = (), None, None
        return True


def masked(text: str) -> str:
    """An address, or a line with one, as a log may have it: a query may hold somebody's e-mail address or name, and a
    link to set a password holds its key.
    """
    return _KEY_OF_LINK.sub(r"\1…", _QUERY.sub("?…", text))


def _said(value: object) -> object:
    """Of a request its method and path: Django says the query too, in which people search for people."""
    return f"{value.method} {masked(value.path)}" if isinstance(value, HttpRequest) else value


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: _said(value) for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
