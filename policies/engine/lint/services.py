"""AWS services as principals, and on whose behalf they may act. IAM User Guide, "The confused deputy problem"."""

from __future__ import annotations

from collections.abc import Iterator

from policies.engine import catalogue
from policies.engine.lint.findings import FindingMark, Severity
from policies.engine.lint.registry import statement_check
from policies.engine.lint.subject import LintStatement, LintSubject
from policies.engine.statements import StatementPrincipal
from policies.engine.structure import DocumentType

_LETTING_IN = frozenset({DocumentType.TRUST, DocumentType.RESOURCE})
_SOURCES = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
_OF_PRINCIPALS = (
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalarn",
    "aws:principaltag/",
    "aws:username",
)
_POOR = ("aws:referer", "aws:useragent", "aws:sourceip")
_HINT = "aws:SourceArn, aws:SourceAccount, aws:SourceOrgID or aws:SourceOrgPaths"


def _services(statement: LintStatement) -> list[StatementPrincipal]:
    return [each for each in statement.principals if each.kind == "Service"] if statement.allows else []


def _bindable(statement: LintStatement) -> list[StatementPrincipal]:
    """Those that say on whose behalf they come. A condition would lock others out of a role: in a trust policy only
    services count whose documentation has a source key for that (catalogue/service_sources.py)."""
    found = _services(statement)
    if statement.subject.kind is DocumentType.RESOURCE:
        return found
    return [each for each in found if each.value in catalogue.SERVICE_SOURCES]


@statement_check(
    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
    Severity.SECURITY_WARNING,
    "A service is let in, on whosever behalf: no aws:SourceArn, aws:SourceAccount or the like. In trust policies: of "
    "services that document such a key.",
    _LETTING_IN,
)
def unbound_services(statement: LintStatement) -> Iterator[FindingMark]:
    if not statement.tests_of(*_SOURCES, *_POOR):
        for each in _bindable(statement):
            yield FindingMark(
                f"{each.value} may come on behalf of other AWS accounts. Say whose with {_HINT}.", each.path
            )


@statement_check(
    "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    Severity.SUGGESTION,
    "A service is let in on a condition that doesn't say on whose behalf.",
    _LETTING_IN,
)
def poorly_bound_services(statement: LintStatement) -> Iterator[FindingMark]:
    if _bindable(statement) and not statement.tests_of(*_SOURCES):
        for test in statement.tests_of(*_POOR):
            yield FindingMark(f"For a service use {_HINT} rather than {test.key}.", test.path, at_name=True)


@statement_check(
    "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    Severity.ERROR,
    "A condition on users and roles, where only services are let in.",
    _LETTING_IN,
)
def keys_that_services_lack(statement: LintStatement) -> Iterator[FindingMark]:
    services = _services(statement)
    if services and len(services) == len(statement.principals):
        for test in statement.tests_of(*_OF_PRINCIPALS):
            if not test.is_negated and not test.if_exists and test.base != "null":
                yield FindingMark(f"A service has no {test.key}: the condition never holds.", test.path, at_name=True)


_ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"
_NEEDED = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")


@statement_check(
    "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
    Severity.ERROR,
    "IAM Roles Anywhere is let in without all three actions that it needs.",
    {DocumentType.TRUST},
)
def roles_anywhere(statement: LintStatement) -> Iterator[FindingMark]:
    for each in _services(statement):
        if each.value != _ROLES_ANYWHERE:
            continue
        granted = statement.subject.once(_granted_to_roles_anywhere)
        missing = [name for name in _NEEDED if name.lower() not in granted]
        if missing:
            yield FindingMark(f"IAM Roles Anywhere needs {', '.join(missing)}, too.", each.path)


def _granted_to_roles_anywhere(subject: LintSubject) -> set[str]:
    """By all statements of the document, in lower case."""
    return {
        name.lower()
        for statement in subject.statements
        if any(each.value == _ROLES_ANYWHERE for each in _services(statement))
        for text in statement.actions
        for name in statement.expanded(text.value) or ()
    }
