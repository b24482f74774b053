"""Condition keys: do they exist, and does the request say them?

IAM User Guide, "AWS global condition context keys", "IAM and AWS STS condition context keys"; Service Authorization
Reference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial

from policies.engine import catalogue
from policies.engine.lint.actions import shown
from policies.engine.lint.checks import GRANTING, FindingMark, Severity, condition_check, replaced
from policies.engine.lint.subject import LintCondition, LintStatement
from policies.engine.structure import DocumentType

_GLOBAL = "aws"
_OLD_ARN = "aws:arn"
_WITH_TAG_KEY = (
    "aws:resourcetag",
    "aws:requesttag",
    "aws:principaltag",
    "ec2:resourcetag",
    "iam:resourcetag",
    "s3:existingobjecttag",
    "s3:requestobjecttag",
)


def _prefix(test: LintCondition) -> str:
    return test.name.partition(":")[0]


def _lacks_tag_key(test: LintCondition) -> bool:
    return test.name.rstrip("/") in _WITH_TAG_KEY


def _unknown(statement: LintStatement) -> Iterator[LintCondition]:
    for test in statement.tests:
        if ":" in test.key and test.known is None and test.name != _OLD_ARN and not _lacks_tag_key(test):
            yield test


@condition_check("INVALID_CONDITION_KEY_FORMAT", Severity.ERROR, "A condition key without a service or a provider.")
def badly_written_keys(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        if ":" not in test.key and not _lacks_tag_key(test):
            yield FindingMark(
                f"{shown(test.key)} is no condition key: these are written service:key.", test.path, at_name=True
            )


@condition_check("INVALID_GLOBAL_CONDITION_KEY", Severity.ERROR, "A key that begins with aws: and doesn't exist.")
def unknown_global_keys(statement: LintStatement) -> Iterator[FindingMark]:
    for test in _unknown(statement):
        if _prefix(test) == _GLOBAL:
            yield FindingMark(f"AWS has no global condition key {shown(test.key)}.", test.path, at_name=True)


@condition_check("INVALID_SERVICE_CONDITION_KEY", Severity.ERROR, "A condition key that its service doesn't have.")
def unknown_service_keys(statement: LintStatement) -> Iterator[FindingMark]:
    for test in _unknown(statement):
        if _prefix(test) in catalogue.service_names():
            message = f"{_prefix(test)} has no condition key {shown(test.key)}."
            yield FindingMark(message, test.path, at_name=True)


@condition_check("INVALID_SERVICE", Severity.ERROR, "A condition key of a service that AWS doesn't have.")
def keys_of_unknown_services(statement: LintStatement) -> Iterator[FindingMark]:
    for test in _unknown(statement):
        if _prefix(test) != _GLOBAL and _prefix(test) not in catalogue.service_names():
            yield FindingMark(f"AWS has no service {shown(_prefix(test))}.", test.path, at_name=True)


@condition_check(
    "MISSING_TAG_KEY_IN_CONDITION", Severity.ERROR, "A condition key for tags that names no tag.", words=("tag",)
)
def keys_without_tag(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        if _lacks_tag_key(test):
            message = f"{test.key.rstrip('/')} must name a tag: {test.key.rstrip('/')}/tag-key."
            yield FindingMark(message, test.path, at_name=True)


@condition_check("UNSUPPORTED_GLOBAL_CONDITION_KEY", Severity.ERROR, "aws:ARN, which is no more.", words=("aws:arn",))
def old_arn_keys(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        if test.name == _OLD_ARN:
            make_fix = replaced(test.path, "aws:PrincipalArn", at_name=True)
            yield FindingMark("aws:ARN is no more: use aws:PrincipalArn or aws:SourceArn.", test.path, True, make_fix)


@condition_check(
    "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
    Severity.ERROR,
    "A condition key twice under one operator, written differently.",
)
def keys_written_twice(statement: LintStatement) -> Iterator[FindingMark]:
    times = Counter((test.operator, test.name) for test in statement.tests)
    for test in statement.tests:
        if times[test.operator, test.name] > 1:
            message = f"{test.key} is given twice here: the names of condition keys don't know case."
            yield FindingMark(message, test.path, at_name=True)


# ---- Keys and actions ------------------------------------------------------------------------------------------
@condition_check(
    "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
    Severity.ERROR,
    "A service's condition key with actions for which the service doesn't say it. Actions with wildcards are left out.",
)
def keys_beside_the_actions(statement: LintStatement) -> Iterator[FindingMark]:
    names = [text.value for text in statement.actions if catalogue.action(text.value)]
    for test in statement.tests if names else ():
        if not _is_of_a_service(test):
            continue
        without = [name for name in names if not catalogue.takes_key(name, test.key)]
        if without:
            listed = ", ".join(without[:3]) + (" …" if len(without) > 3 else "")
            yield FindingMark(
                f"{test.key} isn't said with {listed}: move them to a statement without it.", test.path, True
            )


def _is_of_a_service(test: LintCondition) -> bool:
    """Not global, nor of an identity provider."""
    return test.known is not None and test.known.source.startswith(catalogue.REFERENCE) and _prefix(test) != _GLOBAL


_VPC_ENDPOINTS = ("aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths")


@condition_check(
    "USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES",
    Severity.WARNING,
    "aws:VpceAccount, aws:VpceOrgID or aws:VpceOrgPaths with the actions of all services.",
    words=("aws:vpce",),
)
def endpoint_keys_with_all_services(statement: LintStatement) -> Iterator[FindingMark]:
    if any(text.value in ("*", "*:*") for text in statement.actions) or statement.not_actions:
        for test in statement.tests_of(*_VPC_ENDPOINTS):
            yield FindingMark(f"Only some services say {test.key}: list the actions of these.", test.path, at_name=True)


# ---- Keys that protect less than they seem to -------------------------------------------------------------------
@condition_check(
    "UNTRUSTWORTHY_CONDITION_KEY",
    Severity.SECURITY_WARNING,
    "A condition on what callers say of themselves.",
    GRANTING,
    words=("aws:referer", "aws:useragent"),
)
def keys_that_callers_choose(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests_of("aws:referer", "aws:useragent"):
        yield FindingMark(f"Callers can write into {test.key} what they like.", test.path, at_name=True)


_PAIRS: Mapping[str, tuple[str, ...]] = {
    "aws:vpcsourceip": ("aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"),
    "aws:ec2instancesourceprivateipv4": ("aws:ec2instancesourcevpc",),
}


@condition_check(
    "MISSING_PAIRED_CONDITION_KEYS",
    Severity.SECURITY_WARNING,
    "A private address without the VPC in which it is one.",
    words=("aws:vpcsourceip", "aws:ec2instancesourceprivateipv4"),
)
def keys_without_their_pair(statement: LintStatement) -> Iterator[FindingMark]:
    for name, partners in _PAIRS.items():
        for test in statement.tests_of(name):
            if not statement.tests_of(*partners):
                message = f"Every VPC may have such addresses: say which with {partners[0]}."
                yield FindingMark(message, test.path, at_name=True)


@condition_check(
    "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT",
    Severity.SECURITY_WARNING,
    "Allow with dynamodb:Attributes and without dynamodb:Select.",
    words=("dynamodb:attributes",),
)
def attributes_without_select(statement: LintStatement) -> Iterator[FindingMark]:
    if statement.allows and not statement.tests_of("dynamodb:select"):
        for test in statement.tests_of("dynamodb:attributes"):
            message = "Who reads without naming attributes gets all. Add dynamodb:Select: SPECIFIC_ATTRIBUTES."
            yield FindingMark(message, test.path, at_name=True)


@condition_check(
    "S3_PREFIX_IN_NEGATIVE_CONTEXT",
    Severity.SECURITY_WARNING,
    "s3:prefix says what not to list: a shorter prefix does.",
    words=("s3:prefix",),
)
def prefixes_that_exclude(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests_of("s3:prefix"):
        if test.base.startswith("string") and (statement.denies is not test.is_negated):
            message = "Who asks with a shorter prefix lists these objects all the same. Say what may be listed."
            yield FindingMark(message, test.path, at_name=True)


@condition_check(
    "IRRELEVANT_CONDITION_KEY_IN_POLICY",
    Severity.SUGGESTION,
    "A key that says nothing new in the policy of a resource.",
    {DocumentType.RESOURCE},
)
def keys_that_say_nothing(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests_of("s3:resourceaccount", "aws:resourceaccount", "aws:resourceorgid"):
        yield FindingMark(
            f"{test.key} is always that of the resource itself. It belongs into policies of identities.",
            test.path,
            True,
        )


# ---- aws:ResourceTag with actions that know no tags: the key isn't there, so the condition is false ----------
_TAG = "aws:resourcetag/"


def _tests(statement: LintStatement, denies: bool) -> list[LintCondition]:
    """Those that are false for a key that isn't there."""
    if statement.denies is not denies or not (statement.allows or statement.denies):
        return []
    return [
        test for test in statement.tests_of(_TAG) if not test.is_negated and not test.if_exists and test.base != "null"
    ]


def _with_actions(denies: bool, statement: LintStatement) -> Iterator[FindingMark]:
    for test in _tests(statement, denies):
        without = sorted(
            {text.value.partition(":")[0] for text in statement.actions if _knows_no_tags(text.value, test)}
        )
        if without:
            effect = "denied" if denies else "allowed"
            message = f"These have actions that don't say {test.key}, and so aren't {effect}: {', '.join(without)}."
            yield FindingMark(message, test.path, at_name=True)


def _knows_no_tags(name: str, test: LintCondition) -> bool:
    return catalogue.action(name) is not None and not catalogue.takes_key(name, test.key)


def _with_not_action(denies: bool, statement: LintStatement) -> Iterator[FindingMark]:
    if statement.not_actions:
        for test in _tests(statement, denies):
            effect = "denied" if denies else "allowed"
            message = f"Actions that don't say {test.key} aren't {effect}. List those that are meant, with Action."
            yield FindingMark(message, test.path, at_name=True)


for _code, _severity, _denies, _check, _sentence in (
    (
        "DENY_WITH",
        Severity.SECURITY_WARNING,
        True,
        _with_actions,
        "Deny by tag of actions that don't say tags: they aren't denied.",
    ),
    ("DENY_NOTACTION_WITH", Severity.SECURITY_WARNING, True, _with_not_action, "Deny by tag with NotAction."),
    (
        "ALLOW_WITH",
        Severity.SUGGESTION,
        False,
        _with_actions,
        "Allow by tag of actions that don't say tags: they aren't allowed.",
    ),
    ("ALLOW_NOTACTION_WITH", Severity.SUGGESTION, False, _with_not_action, "Allow by tag with NotAction."),
):
    _code = f"{_code}_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
    condition_check(_code, _severity, _sentence, words=(_TAG,))(partial(_check, _denies))
