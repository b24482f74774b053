"""Reads what somebody pasted: messages, events of CloudTrail, encoded messages and what STS makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from access.denied.decoded import is_decoded, request_of_decoded
from access.denied.events import is_denial, is_event, requests_of_event
from access.denied.messages import bare_encoded, plain, request_of_parts, requests_in_text
from access.denied.requests import DeniedRequest, ReadFrom
from sync.texts import storable_json

LONGEST = 200_000  # characters: some hundred events
MOST = 50  # denials of one text to choose from
_DEEPEST = 6  # lists and texts in each other: a file of events, an answer of LookupEvents, an event of EventBridge
# Where an event, or another message, stands in JSON: files in a trail's bucket and answers of LookupEvents,
# EventBridge, CloudWatch Logs, a decoded message, and the error itself as services that speak JSON send it.
_WITHIN = ("Records", "Events", "events", "CloudTrailEvent", "detail", "message", "Message", "DecodedMessage", "Error")

_NOTHING = (
    "There is no denial in this text that the console can read. Paste the whole message, from “User:” on, an event "
    "of CloudTrail, or what stands behind “Encoded authorization failure message:”. Or fill in the fields below."
)
_NO_DENIAL = "AWS did not deny {}: {} has no error code that says so."
_TOO_LONG = f"This is longer than {LONGEST:,} characters. Paste the message, or the event, without what is around it."
_BROKEN = "This JSON ends, or breaks, at line {}, column {}: {}. Paste all of it."


@dataclass(frozen=True)
class Reading:
    """`problem`: a sentence, where there is no request; `left_out`: how many more there were."""

    requests: tuple[DeniedRequest, ...] = ()
    problem: str = ""
    left_out: int = 0


def read(text: str) -> Reading:
    """Of any text. Equal denials are one."""
    if len(text) > LONGEST:
        return Reading(problem=_TOO_LONG)
    if not text.strip():
        return Reading(problem="There is no text yet: paste a message, or an event of CloudTrail.")
    found = list({each.key: each for each in reversed(list(_requests(text)))}.values())[::-1]
    if found:
        return Reading(tuple(found[:MOST]), left_out=len(found[MOST:]))
    return Reading(problem=_why_none(text))


def _requests(text: str) -> Iterator[DeniedRequest]:
    contents = list(_json_in(text))
    if contents:
        found = [each for content in contents for each in _of_content(content, _DEEPEST)]
        if found or any(_is_known(content, _DEEPEST) for content in contents):
            yield from found
            return
    if encoded := bare_encoded(text):
        yield DeniedRequest(ReadFrom.MESSAGE, encoded=encoded)
        return
    cleaned = plain(text)
    found = list(requests_in_text(cleaned))
    if not found and (guessed := request_of_parts(cleaned)):
        found = [guessed]
    yield from found


# ---- JSON ----------------------------------------------------------------------------------------------------
def _json_in(text: str) -> Iterator[Any]:
    """The text as one JSON value, or each of its lines."""
    content = _loaded(text)
    if content is not None:
        yield content
        return
    for line in text.splitlines():
        if line.lstrip().startswith("{") and (content := _loaded(line)) is not None:
            yield content


def _loaded(text: str) -> Any:
    """None for what isn't JSON, or no list or object."""
    stripped = text.strip().removeprefix("\ufeff").strip()
    if not stripped.startswith(("{", "[")):
        return None
    try:
        return storable_json(json.loads(stripped))
    except (ValueError, RecursionError):
        return None


def _of_content(content: Any, depth: int) -> Iterator[DeniedRequest]:
    if depth == 0:
        return
    if is_event(content):
        yield from requests_of_event(content)
    elif is_decoded(content):
        yield request_of_decoded(content)
    else:
        for inner in _within(content):
            yield from _of_content(inner, depth - 1)


def _within(content: Any) -> Iterable[Any]:
    if isinstance(content, list):
        return content
    if isinstance(content, Mapping):
        return [content[name] for name in _WITHIN if name in content]
    if isinstance(content, str):
        inner = _loaded(content)
        return [] if inner is None else [inner]
    return []


def _is_known(content: Any, depth: int) -> bool:
    """Whether there is an event, or a decoded message, in it at all."""
    if depth == 0:
        return False
    return is_event(content) or is_decoded(content) or any(_is_known(each, depth - 1) for each in _within(content))


# ---- Why there is nothing ------------------------------------------------------------------------------------
def _why_none(text: str) -> str:
    for content in _json_in(text):
        if event := next(_events(content, _DEEPEST), None):
            call = f"{str(event['eventSource']).partition('.')[0]}:{event['eventName']}"
            return _NO_DENIAL.format(call, "this event") if not is_denial(event) else _NOTHING
    stripped = text.strip()
    if stripped.startswith(("{", "[")):
        try:
            json.loads(stripped)
        except RecursionError:
            return "This JSON is nested too deeply. Paste one event."
        except json.JSONDecodeError as problem:
            return _BROKEN.format(problem.lineno, problem.colno, problem.msg.lower())
        except ValueError:
            return "This JSON has a number of thousands of digits. Paste one event."
    return _NOTHING


def _events(content: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if is_event(content):
        yield content
    elif depth:
        for inner in _within(content):
            yield from _events(inner, depth - 1)
