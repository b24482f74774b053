"""What breaks the model of a service, in AWS's words: it names everything at once."""

from __future__ import annotations

from typing import Any

from aws_constraints import broken

_SHORTENED = 80


def violations(shape: Any, params: dict[str, Any]) -> list[str]:
    """A sentence for each constraint of the input shape that the parameters break."""
    described = []
    for each in broken(shape, params):
        shown = "'***'" if each.sensitive else "null" if each.of == "null" else f"'{str(each.value)[:_SHORTENED]}'"
        described.append(f"Value {shown} at '{each.path}' failed to satisfy constraint: Member must {each.must}")
    return described


def message(found: list[str]) -> str:
    """AWS's message for several violations."""
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: {'; '.join(found)}"
