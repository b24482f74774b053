"""SCPs and RCPs, and what trust policies can't have: Organizations User Guide, "SCP syntax", "RCP syntax"."""

from __future__ import annotations

from collections.abc import Iterator

from policies.engine import catalogue
from policies.engine.lint.checks import FindingMark, Severity, statement_check
from policies.engine.lint.subject import LintStatement
from policies.engine.structure import DocumentType

_RCP, _TRUST = frozenset({DocumentType.RCP}), frozenset({DocumentType.TRUST})


@statement_check("RCP_SYNTAX_ERROR_PRINCIPAL", Severity.ERROR, "An RCP with another principal than *.", _RCP)
def rcp_principals(statement: LintStatement) -> Iterator[FindingMark]:
    message = 'The principal of an RCP is "*". Say whom you mean by aws:PrincipalArn.'
    if statement.has("NotPrincipal"):
        yield FindingMark(message, statement.at("NotPrincipal"), at_name=True)
    elif statement.has("Principal") and statement.written["Principal"] not in ("*", {"AWS": "*"}, {"AWS": ["*"]}):
        yield FindingMark(message, statement.at("Principal"))


@statement_check(
    "RCP_SYNTAX_ERROR_ALLOW", Severity.ERROR, "Allow in an RCP: only RCPFullAWSAccess, which AWS keeps.", _RCP
)
def rcp_allow(statement: LintStatement) -> Iterator[FindingMark]:
    is_plain = statement.written.get("Resource") in ("*", ["*"]) and not statement.has("Condition")
    if statement.allows and not (is_plain and statement.lets_everyone_in):
        yield FindingMark("An RCP allows nothing but all to everyone. Use Deny.", statement.at("Effect"))


@statement_check("RCP_SYNTAX_ERROR_NOTACTION", Severity.ERROR, "NotAction in an RCP.", _RCP)
def rcp_not_action(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.has("NotAction"):
        yield FindingMark("RCPs have no NotAction: use Action.", statement.at("NotAction"), at_name=True)


@statement_check("RCP_SYNTAX_ERROR_ACTION", Severity.ERROR, "An action of a service that RCPs don't reach.", _RCP)
def rcp_actions(statement: LintStatement) -> Iterator[FindingMark]:
    for text in statement.actions:
        prefix = text.value.partition(":")[0].lower()
        if prefix in catalogue.service_names() and prefix not in catalogue.services_with_rcps():
            yield FindingMark(f"RCPs don't reach {prefix}.", text.path)
        elif text.value == "*" and statement.denies:
            yield FindingMark("An RCP names the services that it is for: s3:*, sts:* …", text.path)


# ---- RCPs bind AWS's own services, too -------------------------------------------------------------------------
_OF_PRINCIPALS = (
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principaltag/",
)
_OF_SOURCES = ("aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceaccount", "aws:sourcearn")
_IS_SERVICE = "aws:principalisawsservice"


def _asks_whether_service(statement: LintStatement) -> bool:
    return bool(statement.tests_of(_IS_SERVICE))


@statement_check(
    "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY",
    Severity.WARNING,
    "An RCP that denies by who asks, and may hit AWS's own services.",
    _RCP,
)
def rcp_without_services(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.denies and not _asks_whether_service(statement):
        for test in statement.tests_of(*_OF_PRINCIPALS):
            message = 'AWS\'s services are hit, too. Add "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}.'
            yield FindingMark(message, test.path, at_name=True)


@statement_check(
    "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY",
    Severity.WARNING,
    "An RCP that denies by on whose behalf a service asks, and may hit users and roles.",
    _RCP,
)
def rcp_only_services(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.denies and not _asks_whether_service(statement):
        for test in statement.tests_of(*_OF_SOURCES):
            if test.base != "null":
                message = 'Users and roles are hit, too. Add "BoolIfExists": {"aws:PrincipalIsAWSService": "true"}.'
                yield FindingMark(message, test.path, at_name=True)


@statement_check(
    "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK",
    Severity.WARNING,
    "An RCP that denies by a source, and hits services that say none.",
    _RCP,
)
def rcp_without_null(statement: LintStatement) -> Iterator[FindingMark]:
    has_null = any(test.base == "null" for test in statement.tests_of("aws:sourceaccount", "aws:sourcearn"))
    if statement.denies and not has_null:
        for test in statement.tests_of(*_OF_SOURCES):
            message = 'Services that say no source are hit, too. Add "Null": {"aws:SourceAccount": "false"}.'
            yield FindingMark(message, test.path, at_name=True)


# ---- Trust policies --------------------------------------------------------------------------------------------
@statement_check(
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", Severity.ERROR, "NotPrincipal in a trust policy.", _TRUST
)
def trust_not_principal(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.has("NotPrincipal"):
        message = "Trust policies have no NotPrincipal: use Principal."
        yield FindingMark(message, statement.at("NotPrincipal"), at_name=True)


@statement_check(
    "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    Severity.ERROR,
    'Allow with "Principal": "*" in a trust policy.',
    _TRUST,
)
def trust_everyone(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.allows and statement.written.get("Principal") == "*":
        yield FindingMark("A trust policy names who may assume the role.", statement.at("Principal"))
