"""Reads what a program sends: JSON as RFC 8259 has it, of a size and depth that the console takes."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser

from api.errors import Refused
from iamconsole.web.kept_texts import check_texts

MOST_BYTES = 2 * 2**20


def check_body(request: HttpRequest) -> None:
    """Before anything reads it. Raises Refused; RequestDataTooBig where it didn't say its size."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise Refused(413, f"The body of a request has {MOST_BYTES // 2**20} MiB at most.")
    if request.body and request.content_type != "application/json":
        raise Refused(415, "Send JSON, with the header Content-Type: application/json.")


class StrictParser(Parser):
    """Refuses what the database couldn't keep, or what other programs would read otherwise."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        try:
            text = request.body.decode()
            found = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_once_each)
            check_texts(found)
        except (ValueError, RecursionError) as error:
            sentence = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
            raise HttpError(400, f"The body isn’t JSON that the console reads: {sentence}.") from error
        if not isinstance(found, dict):
            raise HttpError(400, "The body is a JSON object.")
        return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a member that stands there twice, programs take the first or the last: nobody would know which was meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has a member twice")
    return found
