"""Reads what a program sends, and refuses what the OpenAPI document doesn't say: parameters that there aren't, a body
that is no JSON as RFC 8259 has it, of a size and depth that the console takes.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from api.errors import Refused, undocumented
from iamconsole.web.kept_texts import check_texts

MOST_BYTES = 2 * 2**20
_MOST_DIGITS = 400
_DIGITS = re.compile(r"-?[0-9]{1,20}")
# RFC 3339, 5.6: with its offset from UTC.
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]{8}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")


# ---- Parameters ----------------------------------------------------------------------------------------------------
def check_query(request: HttpRequest, known: Collection[str], repeated: Collection[str] = ()) -> None:
    """`repeated`: those that may stand there several times. Raises Refused."""
    for name in request.GET:
        if name not in known:
            there = f"but: {', '.join(sorted(known))}" if known else "nor any other"
            raise undocumented([(f"query.{name[:40]}", f"There is no such parameter here, {there}.")])
        if name not in repeated and len(request.GET.getlist(name)) > 1:
            raise undocumented([(f"query.{name}", "It may be given once.")])


def _whole(value: Any) -> Any:
    """In addresses numbers are texts. pydantic would take blanks, underlines and digits of all scripts in them."""
    if isinstance(value, bool) or (isinstance(value, str) and not _DIGITS.fullmatch(value)):
        raise PydanticCustomError("whole_number", "It must be a whole number")
    return value


def _whole_in_json(value: Any) -> Any:
    if isinstance(value, str):
        raise PydanticCustomError("whole_number", "It must be a whole number")
    return _whole(value)


def _moment(value: Any) -> Any:
    """pydantic would take numbers and bare days, too."""
    if value is None:
        return None
    try:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value.upper())
    except ValueError:
        pass
    raise PydanticCustomError("moment", "It must be a time with its offset from UTC, such as 2030-01-31T09:00:00Z")


Whole = BeforeValidator(_whole)
WholeInJson = BeforeValidator(_whole_in_json)
Moment = BeforeValidator(_moment)


# ---- Bodies --------------------------------------------------------------------------------------------------------
def check_body(request: HttpRequest) -> None:
    """Before anything reads it. Raises Refused; RequestDataTooBig where it didn't say its size."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise Refused(413, f"The body of a request has {MOST_BYTES // 2**20} MiB at most.")
    if not request.body:
        return
    if request.content_type != "application/json":
        raise Refused(415, "Send JSON, with the header Content-Type: application/json.")
    request.json = _parsed(request.body)  # type: ignore[attr-defined]


def _parsed(body: bytes) -> dict[str, Any]:
    """Raises Refused for what the database couldn't keep, or what other programs would read otherwise."""
    try:
        found = json.loads(body.decode(), **_HOOKS)
        check_texts(found)
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"The body isn’t JSON that the console reads: {_what_is_wrong(error)}.") from error
    if not isinstance(found, dict):
        raise Refused(400, "The body must be a JSON object.")
    return found


def _what_is_wrong(error: Exception) -> str:
    match error:
        case RecursionError():
            return "it is nested too deeply"
        case UnicodeDecodeError():
            return f"byte {error.start} isn’t UTF-8"
        case json.JSONDecodeError():
            return f"{error.msg} at line {error.lineno}, column {error.colno}"
        case _:
            return str(error)


class StrictParser(Parser):
    """Gives what `check_body` read: django-ninja would say of no JSON that it can't parse it, and not where."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = request.json  # type: ignore[attr-defined]
        return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _integer(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"the number {text[:20]}… is too large")
    return int(text)


def _finite(text: str) -> float:
    """1e999 would be infinite, which no answer and no database has."""
    found = float(text)
    if not math.isfinite(found):
        raise ValueError(f"the number {text[:20]} is too large")
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a member that stands there twice, programs take the first or the last: nobody would know which was meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"an object has the member {twice[:40]!r} twice")
    return found


_HOOKS: dict[str, Any] = {
    "parse_constant": _refuse_constant,
    "parse_int": _integer,
    "parse_float": _finite,
    "object_pairs_hook": _once_each,
}
