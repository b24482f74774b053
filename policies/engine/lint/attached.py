"""Actions and ARNs of other services in the policy of a resource, where they have no effect.

To which resource it is attached isn't said in a policy. But a statement of it is about resources of one kind: what its
other actions, or its other resources, are of.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.engine import catalogue
from policies.engine.lint.actions import are_of_another_service, kinds_of, kinds_taken, shown
from policies.engine.lint.findings import FindingMark, Severity
from policies.engine.lint.registry import statement_check
from policies.engine.lint.subject import LintStatement
from policies.engine.statements import StatementText
from policies.engine.structure import DocumentType

_TRUST, _RESOURCE = DocumentType.TRUST, DocumentType.RESOURCE
# STS API Reference; what stands beside AssumeRole…: IAM User Guide, "Pass session tags in AWS STS".
_IN_TRUST = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
    "sts:*",
    "sts:assumerole*",
    "*",
)


@statement_check(
    "UNSUPPORTED_ACTION_IN_POLICY",
    Severity.ERROR,
    "An action that has no place in a trust policy, or beside the resources of another service.",
    {_TRUST, _RESOURCE},
)
def actions_of_others(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.subject.kind is _RESOURCE:
        for text in _beside_the_resources(statement):
            yield FindingMark(f"{text.value} is nothing that one does to the resources listed.", text.path)
        return
    for text in statement.actions:
        if text.value.lower() not in _IN_TRUST and catalogue.action(text.value):
            yield FindingMark(f"{text.value} is nothing that one does to a role by its trust policy.", text.path)


def _beside_the_resources(statement: LintStatement) -> list[StatementText]:
    """None where no action suits the resources: then these are wrong."""
    kinds = {text: kinds_of(text.value.lower()) for text in statement.actions}
    arns = statement.resource_patterns
    if not arns or not all(kinds.values()):
        return []
    found = [text for text in statement.actions if all(are_of_another_service(arn, kinds[text]) for arn in arns)]
    return found if len(found) < len(kinds) else []


@statement_check(
    "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
    Severity.ERROR,
    "An ARN of another service than the actions are for.",
    {_RESOURCE},
)
def resources_of_others(statement: LintStatement) -> Iterator[FindingMark]:
    kinds = kinds_taken(statement)
    for text in statement.resources if kinds else ():
        if are_of_another_service(text.value, kinds):
            message = f"{shown(text.value)} isn't what the actions are for: the policy is about its own resource."
            yield FindingMark(message, text.path)
