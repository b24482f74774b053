"""Identity providers in trust policies.

IAM User Guide, "Create a role for OpenID Connect federation", "Create a role for SAML 2.0 federation"; STS API
Reference, AssumeRoleWithSAML and AssumeRoleWithWebIdentity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aws_constraints.arn import Arn, account_in
from policies.engine import catalogue
from policies.engine.lint.actions import shown
from policies.engine.lint.checks import FindingMark, Severity, condition_check, replaced, statement_check
from policies.engine.lint.operators import operator_name, rewritten
from policies.engine.lint.subject import LintCondition, LintStatement
from policies.engine.statements import Quantifier, StatementPrincipal
from policies.engine.structure import DocumentType

_TRUST = frozenset({DocumentType.TRUST})
_SAML, _OIDC = "saml-provider", "oidc-provider"
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/.*)?")
_BY_SAML, _BY_TOKEN, _BY_CREDENTIALS = "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:assumerole"
_GITHUB = "token.actions.githubusercontent.com"
_ASSUMING = (_BY_SAML, _BY_TOKEN, _BY_CREDENTIALS)


def _providers(statement: LintStatement) -> list[StatementPrincipal]:
    return [each for each in statement.principals if each.kind == "Federated"]


def _address(each: StatementPrincipal) -> str:
    """By which the provider's condition keys begin; "" of a SAML provider."""
    if address := _provider_in(each.value, _OIDC):
        return address.lower()
    return "" if _provider_in(each.value, _SAML) else each.value.lower()


def _provider_in(value: str, kind: str) -> str:
    """What the ARN of such a provider calls it; "" of anything else."""
    arn = Arn.parse(value)
    is_one = arn and arn.service == "iam" and not arn.region and len(account_in(value)) == 12 and arn.kind == kind
    return arn.resource.partition("/")[2] if arn and is_one else ""


@statement_check(
    "FEDERATED_PRINCIPAL_NOT_SUPPORTED",
    Severity.ERROR,
    "An identity provider elsewhere than in a trust policy.",
    {DocumentType.RESOURCE},
)
def providers_elsewhere(statement: LintStatement) -> Iterator[FindingMark]:
    for each in _providers(statement):
        yield FindingMark("Only trust policies let in identity providers: let in the role.", each.path)


@statement_check(
    "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
    Severity.ERROR,
    "A provider that is neither the ARN of one nor an address.",
    _TRUST,
)
def strange_providers(statement: LintStatement) -> Iterator[FindingMark]:
    for each in _providers(statement):
        if not (_DOMAIN.fullmatch(each.value) or any(_provider_in(each.value, kind) for kind in (_SAML, _OIDC))):
            yield FindingMark(f"{shown(each.value)} is neither a provider's ARN nor its address.", each.path)


@statement_check(
    "MISMATCHED_ACTION_FOR_PRINCIPAL",
    Severity.ERROR,
    "An action by which such a principal can't assume a role.",
    _TRUST,
)
def mismatched(statement: LintStatement) -> Iterator[FindingMark]:
    ways = {_way_of(each): each for each in statement.principals if each.kind != "AWS" or each.value != "*"}
    for text in statement.actions:
        name = text.value.lower()
        if name in _ASSUMING and ways and name not in ways:
            who = ", ".join(shown(each.value) for each in ways.values())
            yield FindingMark(f"{text.value} isn't for {who}: {_hint(ways)} is.", text.path)


def _way_of(each: StatementPrincipal) -> str:
    if each.kind != "Federated":
        return _BY_CREDENTIALS
    return _BY_SAML if _provider_in(each.value, _SAML) else _BY_TOKEN


def _hint(ways: dict[str, StatementPrincipal]) -> str:
    return " or ".join(found.name for way in ways if (found := catalogue.action(way)))


_KEYS_OF_ACTIONS = (
    (("sts:sourceidentity",), "sts:SetSourceIdentity"),
    (("aws:requesttag/", "aws:tagkeys", "sts:transitivetagkeys"), "sts:TagSession"),
)


@condition_check(
    "MISSING_ACTION_FOR_CONDITION_KEY",
    Severity.ERROR,
    "A condition on session tags or the source identity, and no action that sets these.",
    {DocumentType.TRUST, DocumentType.IDENTITY},
    words=("tag", "sts:sourceidentity"),
)
def keys_that_nobody_sets(statement: LintStatement) -> Iterator[FindingMark]:
    for keys, needed in _KEYS_OF_ACTIONS if statement.allows else ():
        tests = [test for test in statement.tests_of(*keys) if test.base != "null"]
        if tests and _lacks(statement, needed):
            for test in tests:
                yield FindingMark(
                    f"Without {needed} nobody may set {test.key}. Add the action.", test.path, at_name=True
                )


def _lacks(statement: LintStatement, needed: str) -> bool:
    """In policies of identities such keys may be those of other requests, and another statement may allow it."""
    granted = set(_allowed_by(statement))
    if statement.subject.kind is DocumentType.IDENTITY:
        if not all(name.startswith("sts:Assume") for name in granted):
            return False
        return bool(granted) and not any(needed in _allowed_by(other) for other in statement.subject.statements)
    return bool(granted) and needed not in granted


def _allowed_by(statement: LintStatement) -> Iterator[str]:
    for text in statement.actions if statement.allows else ():
        yield from statement.expanded(text.value) or ()


# ---- Tokens ----------------------------------------------------------------------------------------------------
def _by_token(statement: LintStatement) -> list[StatementPrincipal]:
    return [each for each in _providers(statement) if statement.allows and _address(each)]


@statement_check(
    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
    Severity.SECURITY_WARNING,
    "An OIDC provider is let in, whichever of its tokens one has.",
    _TRUST,
)
def unbound_providers(statement: LintStatement) -> Iterator[FindingMark]:
    for each in _by_token(statement):
        prefix = f"{_address(each)}:"
        if not any(test.name.startswith(prefix) for test in statement.tests):
            yield FindingMark(
                f"Every token of this provider opens the role. Say which, such as by {prefix}aud.", each.path
            )


@statement_check(
    "MISSING_GITHUB_REPO_CONDITION_KEY",
    Severity.SECURITY_WARNING,
    "GitHub is let in without saying which repository.",
    _TRUST,
)
def github_without_repository(statement: LintStatement) -> Iterator[FindingMark]:
    for each in _by_token(statement):
        keys = tuple(
            f"{_address(each)}:{claim}" for claim in ("sub", "repository", "repository_id", "job_workflow_ref")
        )
        if _address(each).partition("/")[0] == _GITHUB and not statement.tests_of(*keys):
            yield FindingMark(f"Every repository on GitHub opens the role. Say which by {_GITHUB}:sub.", each.path)


@statement_check(
    "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", Severity.WARNING, "A wildcard in what GitHub is let in for.", _TRUST
)
def github_with_wildcards(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.tests_of(f"{_GITHUB}:ref"):
        return
    for test in statement.tests_of(f"{_GITHUB}:sub"):
        for text in test.values if test.base == "stringlike" else ():
            if "*" in text.value or "?" in text.value:
                yield FindingMark("Name repository and branch: repo:owner/name:ref:refs/heads/main.", text.path)


# ---- The audience ----------------------------------------------------------------------------------------------
def _quantified_audiences(statement: LintStatement, *, well_known: bool) -> Iterator[LintCondition]:
    for test in statement.tests:
        is_known = test.name in catalogue.FEDERATION_KEYS
        if test.name.endswith(":aud") and test.quantifier is Quantifier.ANY and is_known is well_known:
            yield test


@statement_check(
    "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE",
    Severity.SECURITY_WARNING,
    "ForAnyValue with the audience of a provider that gives one.",
    _TRUST,
)
def audiences_of_one(statement: LintStatement) -> Iterator[FindingMark]:
    for test in _quantified_audiences(statement, well_known=True):
        make_fix = replaced(test.operator_path, rewritten(test, operator_name(test), quantifier=False), at_name=True)
        yield FindingMark(f"{test.key} has one value. Remove ForAnyValue:.", test.operator_path, True, make_fix)


@statement_check(
    "CONFIRM_AUDIENCE_CLAIM_TYPE",
    Severity.SUGGESTION,
    "ForAnyValue with the audience of another provider, which may give one or several.",
    _TRUST,
)
def audiences_to_confirm(statement: LintStatement) -> Iterator[FindingMark]:
    for test in _quantified_audiences(statement, well_known=False):
        message = f"If the provider gives one value as {test.key}, remove ForAnyValue:."
        yield FindingMark(message, test.operator_path, at_name=True)
