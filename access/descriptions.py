"""Where and when something is allowed, in words, for pages and commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from access.matches import WhoCanMatch
from policies.engine.catalogue import spelled
from policies.engine.conditions import Context
from policies.engine.somewhere import REGION

_WITH: Mapping[tuple[str, tuple[str, ...]], str] = {
    ("aws:multifactorauthpresent", ("true",)): "with MFA",
    ("aws:multifactorauthpresent", ("false",)): "without MFA",
    ("aws:securetransport", ("true",)): "over TLS",
    ("aws:securetransport", ("false",)): "without TLS",
}


def describe_context(context: Context) -> list[str]:
    """Values of condition keys: `with MFA`, `if aws:ResourceTag/team is red`, `without aws:SourceVpce`."""
    return [_with(key, values) for key, values in sorted(context.items())]


def _with(key: str, values: Sequence[str]) -> str:
    if (found := _WITH.get((key, tuple(values)))) is not None:
        return found
    return f"if {spelled(key)} is {' and '.join(values)}" if values else f"without {spelled(key)}"


def describe_condition(found: WhoCanMatch) -> str:
    """Of an answer that is unknown, under which condition it is yes; "" of others."""
    if found.is_undecided:
        return "too much to compare: ask about less"
    supposed = found.allowed_if
    if supposed:
        return f"only {', '.join(describe_context(supposed))}"
    return f"depends on {', '.join(map(spelled, found.depends_on))}" if found.depends_on else ""


def describe_example(found: WhoCanMatch) -> str:
    """Of a pattern, what was found: `s3:GetObject on arn:aws:s3:::box/any, in eu-west-1`."""
    return ", ".join(_example(found))


def _example(found: WhoCanMatch) -> Iterator[str]:
    action, resource = found.example
    yield action if resource == "*" else f"{action} on {resource}"
    if found.region:
        yield f"in {found.region}"
    yield from describe_context({key: values for key, values in found.chosen.items() if key != REGION})
