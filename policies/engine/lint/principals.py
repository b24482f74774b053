"""Principal and NotPrincipal: who is let in.

IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal", "IAM identifiers".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from aws_constraints.arn import Arn, account_in, name_of
from policies.engine import catalogue
from policies.engine.lint.actions import shown
from policies.engine.lint.checks import WITH_PRINCIPALS, FindingMark, Severity, statement_check
from policies.engine.lint.subject import LintStatement, LintSubject
from policies.engine.statements import StatementPrincipal
from policies.engine.structure import DocumentType

_LETTING_IN = frozenset({DocumentType.TRUST, DocumentType.RESOURCE})
_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
_ARN = re.compile(
    r"arn:[^:]+:(?:iam::(\d{12}|cloudfront):(root|user/.+|role/.+)|sts::\d{12}:(assumed-role/[^/]+|federated-user)/.+)",
    re.ASCII,
)
_UNIQUE_ID = re.compile(r"A[A-Z0-9]{15,127}")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]*\.(amazonaws\.com|amazonaws\.com\.cn|aws\.internal|amazon\.com)")


def _aws(statement: LintStatement) -> Iterator[StatementPrincipal]:
    return (each for each in (*statement.principals, *statement.not_principals) if each.kind == "AWS")


@statement_check(
    "INVALID_PRINCIPAL",
    Severity.ERROR,
    "An AWS principal that is neither an account nor an ARN of one who can call.",
    WITH_PRINCIPALS,
)
def nobody(statement: LintStatement) -> Iterator[FindingMark]:
    for each in _aws(statement):
        is_open = "*" in each.value or "?" in each.value or "${" in each.value
        known = re.fullmatch(r"\d{12}", each.value, re.ASCII) or _ARN.fullmatch(each.value)
        if not is_open and not known and not _UNIQUE_ID.fullmatch(each.value):
            message = (
                f"{shown(each.value)} is nobody who can call AWS: it takes an AWS account, a user, a role or a session."
            )
            yield FindingMark(message, each.path)


@statement_check(
    "UNSUPPORTED_WILDCARD_IN_PRINCIPAL", Severity.ERROR, "A wildcard within the name of a principal.", WITH_PRINCIPALS
)
def partly_wild(statement: LintStatement) -> Iterator[FindingMark]:
    for each in (*statement.principals, *statement.not_principals):
        is_everyone = each.kind == "AWS" and each.value == "*"
        if ("*" in each.value or "?" in each.value) and not is_everyone:
            yield FindingMark("Principals have no wildcards: name each, or say who with aws:PrincipalArn.", each.path)


def _reference(letters: str, what: str, statement: LintStatement) -> Iterator[FindingMark]:
    for each in _aws(statement):
        if each.value.startswith(letters) and _UNIQUE_ID.fullmatch(each.value):
            message = f"This is the id of a {what}; if it isn't there any more, nobody is meant. Use its ARN."
            yield FindingMark(message, each.path)


for _code, _letters, _what in (("ROLE", "AROA", "role"), ("USER", "AIDA", "user")):
    _sentence = f"The unique id of a {_what} instead of its ARN: left behind when the {_what} was deleted."
    _check = statement_check(f"INVALID_{_code}_REFERENCE", Severity.WARNING, _sentence, WITH_PRINCIPALS)
    _check(partial(_reference, _letters, _what))


@statement_check(
    "INVALID_SERVICE_PRINCIPAL_FORMAT",
    Severity.ERROR,
    "A service that isn't written as service principals are.",
    WITH_PRINCIPALS,
)
def strange_services(statement: LintStatement) -> Iterator[FindingMark]:
    for each in (*statement.principals, *statement.not_principals):
        if (
            each.kind == "Service"
            and "*" not in each.value
            and "${" not in each.value
            and not _SERVICE.fullmatch(each.value)
        ):
            yield FindingMark("A service is written in lower case, as service-name.amazonaws.com.", each.path)


@statement_check(
    "ALLOW_WITH_NOT_PRINCIPAL",
    Severity.SECURITY_WARNING,
    "Allow with NotPrincipal: everyone else on earth.",
    WITH_PRINCIPALS,
)
def everyone_but(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.allows and statement.has("NotPrincipal"):
        message = "This lets everyone in but those listed, without credentials, too. Use Principal."
        yield FindingMark(message, statement.at("NotPrincipal"), at_name=True)


# ---- Strangers -------------------------------------------------------------------------------------------------
# A positive test of one of these says which of all who may come is meant.
_NARROWING = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:userid",
    "aws:username",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "sns:endpoint",
    "lambda:eventsourcetoken",
    "elasticfilesystem:accesspointarn",
    "aws:principalservicename",
)


def _is_narrowed(statement: LintStatement) -> bool:
    """Quantifiers that are true without the key don't narrow; nor does what excepts."""
    return any(
        not test.is_negated
        and not test.if_exists
        and not test.quantifier.value.startswith("forall")
        and test.base != "null"
        and not any(set(text.value) == {"*"} for text in test.values)
        for test in statement.tests_of(*_NARROWING)
    )


@statement_check(
    "PUBLIC_PRINCIPAL", Severity.SECURITY_WARNING, "Allow to everyone, and no condition that says to whom.", _LETTING_IN
)
def everyone(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.allows and not _is_narrowed(statement):
        for each in statement.principals:
            if each.kind == "AWS" and each.value == "*":
                yield FindingMark(
                    "This lets in everyone, in all AWS accounts. Say whom, or under which condition.", each.path
                )


@statement_check(
    "FOREIGN_PRINCIPAL",
    Severity.WARNING,
    "Allow to another AWS account, where one knows to which the document belongs.",
    _LETTING_IN,
)
def foreigners(statement: LintStatement) -> Iterator[FindingMark]:
    account = statement.subject.account
    for each in statement.principals if account and statement.allows else ():
        owner = account_in(each.value) or each.value
        if each.kind == "AWS" and owner != account and _ACCOUNT_ID.fullmatch(owner):
            yield FindingMark(f"This lets in the AWS account {owner}.", each.path)


@statement_check(
    "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
    Severity.SUGGESTION,
    "A role's session beside the role itself.",
    {DocumentType.TRUST},
)
def sessions_beside_their_role(statement: LintStatement) -> Iterator[FindingMark]:
    arns = [(each, Arn.parse(each.value)) for each in statement.principals if each.kind == "AWS"]
    roles = {
        (arn.account, name_of(arn.resource)) for _, arn in arns if arn and arn.service == "iam" and arn.kind == "role"
    }
    for each, arn in arns:
        role = arn.role_of_session if arn else ""
        if arn and role and (arn.account, role) in roles:
            yield FindingMark(f"The role {role} is listed, and with it all its sessions.", each.path)


# ---- AWS services as principals, and on whose behalf they may act --------------------------------------------
# IAM User Guide, "The confused deputy problem".
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
