"""Statements that allow too much.

IAM User Guide, "IAM JSON policy elements: NotAction", "NotResource", "Security best practices in IAM".
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.engine.lint.actions import covers_everything
from policies.engine.lint.findings import FindingMark, Severity
from policies.engine.lint.registry import statement_check
from policies.engine.lint.subject import LintStatement
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
