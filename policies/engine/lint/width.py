"""Statements that allow too much.

IAM User Guide, "IAM JSON policy elements: NotAction", "NotResource", "Security best practices in IAM".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from policies.engine.json_text import Path
from policies.engine.lint.actions import covers_everything
from policies.engine.lint.checks import FindingMark, Marks, Severity, register_all, statement_check
from policies.engine.lint.subject import LintStatement, LintSubject
from policies.engine.structure import DocumentType

_IDENTITY = frozenset({DocumentType.IDENTITY})  # a boundary or an SCP only limits
_GRANTING = frozenset({DocumentType.IDENTITY, DocumentType.RESOURCE, DocumentType.TRUST})
_ALL = ("*", "*:*")


@statement_check(
    "ALLOW_WITH_NOT_ACTION",
    Severity.SECURITY_WARNING,
    "Allow with NotAction: all other actions, those to come, too.",
    _GRANTING,
    words=("notaction",),
)
def allow_not_action(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.allows and statement.has("NotAction"):
        message = "This allows all other actions, of services that are yet to come, too. Use Action."
        yield FindingMark(message, statement.at("NotAction"), at_name=True)


@statement_check(
    "ALLOW_WITH_NOT_RESOURCE",
    Severity.WARNING,
    "Allow with NotResource: on all other resources.",
    _IDENTITY,
    words=("notresource",),
)
def allow_not_resource(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.allows and statement.has("NotResource"):
        message = "This allows it on all other resources. Use Resource."
        yield FindingMark(message, statement.at("NotResource"), at_name=True)


def _on_everything(statement: LintStatement) -> bool:
    return any(covers_everything(text.value) for text in statement.resources)


@statement_check(
    "ALLOW_EVERYTHING", Severity.SECURITY_WARNING, "All actions on all resources: an administrator.", _IDENTITY
)
def administrator(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.allows and _on_everything(statement) and not statement.tests:
        for text in statement.actions:
            if text.value in _ALL:
                yield FindingMark("This allows everything, as for an administrator.", text.path)


@statement_check("ALLOW_WHOLE_SERVICE", Severity.SUGGESTION, "All actions of a service, on all resources.", _IDENTITY)
def whole_service(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.allows and _on_everything(statement) and not statement.tests:
        for text in statement.actions:
            prefix, _, name = text.value.partition(":")
            if name == "*" and prefix != "*":
                yield FindingMark(f"This allows all that {prefix} can do, on all its resources.", text.path)


# ---- iam:PassRole and iam:CreateServiceLinkedRole on too many roles ------------------------------------------
_ROLE = "role/"
_FIRST = ("i", "*", "?")  # of what may mean an action of IAM: most statements need no closer look


@dataclass(frozen=True)
class _Action:
    """`scoping`: condition keys, in lower case, that say enough."""

    name: str
    code: str
    severity: Severity
    scoping: tuple[str, ...]
    why: str


PASSING = _Action(
    "iam:PassRole",
    "PASS_ROLE",
    Severity.SECURITY_WARNING,
    ("iam:passedtoservice", "iam:associatedresourcearn"),
    "Whoever passes a role to a service can do what the role can.",
)
SERVICE_LINKED = _Action(
    "iam:CreateServiceLinkedRole",
    "CREATE_SLR",
    Severity.WARNING,
    ("iam:awsservicename",),
    "Service-linked roles of all services can be made.",
)


def _how(action: _Action, statement: LintStatement) -> str:
    """Which elements let the action through, by the words of the codes; "" when none does."""
    lowered = action.name.lower()
    may_be = statement.not_actions or any(pattern[:1] in _FIRST for pattern in statement.action_patterns)
    if not may_be or not statement.is_about(lowered):
        return ""
    if statement.not_actions:
        return "NOT_ACTION"
    return "NAME" if lowered in statement.action_patterns else "STAR_IN_ACTION"


def _is_wide(resource: str) -> bool:
    """`role/*`, `role/path/*`, `*`: a prefix of a name says which are meant."""
    name = resource.rpartition(":")[2]
    if not name.startswith(_ROLE):
        return name.startswith("*")
    return name.rpartition("/")[2].startswith("*") and "aws-service-role/" not in name


_WAYS = {
    ("NAME", True): ("{}_WITH_NOT_RESOURCE", "{} with NotResource."),
    ("STAR_IN_ACTION", True): ("{}_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE", "{} by a wildcard, with NotResource."),
    ("NOT_ACTION", True): ("{}_WITH_NOT_ACTION_AND_NOT_RESOURCE", "{} by NotAction, with NotResource."),
    ("NAME", False): ("{}_WITH_STAR_IN_RESOURCE", "{} on every role."),
    ("STAR_IN_ACTION", False): ("{}_WITH_STAR_IN_ACTION_AND_RESOURCE", "{} by a wildcard, on every role."),
    ("NOT_ACTION", False): ("{}_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION", "{} by NotAction, on every role."),
}


def _look(action: _Action, subject: LintSubject) -> Marks:
    found: Marks = {}
    for statement in subject.statements:
        how = _how(action, statement) if statement.allows else ""
        path = _wide_resource(statement) if how else None
        if path is None or statement.tests_of(*action.scoping):
            continue
        code, sentence = _WAYS[how, path[-1] == "NotResource"]
        message = f"{sentence.format(action.name)} {action.why} Name the roles, or say for which service."
        mark = FindingMark(message, path, at_name=path[-1] == "NotResource")
        found.setdefault(code.format(action.code), []).append(mark)
    return found


def _wide_resource(statement: LintStatement) -> Path | None:
    if statement.has("NotResource"):
        return statement.at("NotResource")
    return next((text.path for text in statement.resources if _is_wide(text.value)), None)


for _action in (PASSING, SERVICE_LINKED):
    _checks = [
        (code.format(_action.code), _action.severity, sentence.format(_action.name))
        for code, sentence in _WAYS.values()
    ]
    register_all(_checks, partial(_look, _action), {DocumentType.IDENTITY})
