"""ARNs in Resource and NotResource: are there such resources?

IAM User Guide, "IAM JSON policy elements: Resource"; AWS General Reference, "Amazon Resource Names (ARNs)"; Service
Authorization Reference, "Resource types".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from policies.engine import catalogue
from policies.engine.lint.checks import FindingMark, Marks, Severity, register_all, replaced
from policies.engine.lint.subject import LintStatement, LintSubject
from policies.engine.statements import StatementText

NO_REGION = "AWS has no Region {}."
_ACCOUNT = re.compile(r"\d{12}|aws|aws-managed|third-party|cloudfront", re.ASCII)
_DIGITS = re.compile(r"[\d?*]{0,12}\*", re.ASCII)  # of an AWS account
_PARTS = 6
_REGION, _OWNER = 3, 4
_LONGEST = 2048
_WILD = re.compile(r"[*?]|\$\{")


def is_open(text: str) -> bool:
    """Has a wildcard or a variable."""
    return _WILD.search(text) is not None


def parts_of(arn: str) -> list[str]:
    """The colons of variables don't count."""
    return catalogue.pattern_of(arn).split(":", _PARTS - 1)


CHECKS = (
    ("INVALID_ARN_PREFIX", Severity.ERROR, "A resource that is neither * nor begins with arn:."),
    ("MISSING_ARN_FIELD", Severity.ERROR, "An ARN with fewer than six parts, whose last one isn't begun by a star."),
    ("INVALID_PARTITION", Severity.ERROR, "An ARN of a partition that AWS doesn't have."),
    ("INVALID_ARN_SERVICE_CASE", Severity.ERROR, "A service in capital letters in an ARN."),
    ("WILDCARD_IN_SERVICE_NAME", Severity.SUGGESTION, "A wildcard in the service of an ARN."),
    ("INVALID_ARN_REGION", Severity.ERROR, "A Region in an ARN that its partition doesn't have, or that matches none."),
    ("INVALID_ARN_ACCOUNT", Severity.ERROR, "An AWS account in an ARN that isn't twelve digits."),
    ("ARN_REGION_NOT_ALLOWED", Severity.ERROR, "A Region in an ARN that has none."),
    ("ARN_ACCOUNT_NOT_ALLOWED", Severity.ERROR, "An AWS account in an ARN that has none."),
    ("MISSING_ARN_REGION", Severity.ERROR, "An ARN without the Region that it must have."),
    ("MISSING_ARN_ACCOUNT", Severity.ERROR, "An ARN without the AWS account that it must have."),
    ("INVALID_ARN_RESOURCE", Severity.ERROR, "An ARN of which its service has no type of resource."),
)


def _look(subject: LintSubject) -> Marks:
    found: Marks = {}
    for statement in subject.statements:
        for text in (*statement.resources, *statement.not_resources):
            if text.value == "*" or len(text.value) > _LONGEST or not subject.may_spend(5):
                continue
            for code, message in _faults(text.value):
                make_fix = (
                    replaced(text.path, _in_lower_case(text.value)) if code == "INVALID_ARN_SERVICE_CASE" else None
                )
                found.setdefault(code, []).append(FindingMark(message, text.path, make_fix=make_fix))
        for text in _arns_of_conditions(statement):
            parts = parts_of(text.value)
            if len(parts) == _PARTS and not _is_region(parts[_REGION], parts[1]):
                mark = FindingMark(NO_REGION.format(parts[_REGION]), text.path)
                found.setdefault("INVALID_ARN_REGION", []).append(mark)
    return found


def _arns_of_conditions(statement: LintStatement) -> Iterator[StatementText]:
    for test in statement.tests:
        if test.base.startswith(("arn", "string")) and statement.subject.may_spend(len(test.values)):
            yield from (text for text in test.values if text.value.startswith("arn:") and len(text.value) <= _LONGEST)


register_all(CHECKS, _look)


@lru_cache(maxsize=16384)
def _faults(arn: str) -> tuple[tuple[str, str], ...]:
    """(code, message) of all that is wrong with a resource."""
    if not arn.startswith("arn:"):
        is_any = set(arn) == {"*"} or arn.startswith("${")
        return () if is_any else (("INVALID_ARN_PREFIX", 'A resource is "*" or an ARN, which begins with arn:.'),)
    parts = parts_of(arn)
    if len(parts) < _PARTS:
        if _may_stand_for_the_rest(parts):
            return ()
        message = "An ARN is arn:partition:service:region:account:resource; parts are missing."
        return (("MISSING_ARN_FIELD", message),)
    return tuple(_faults_of_parts(parts)) or tuple(_fault_of_resource(arn, parts))


def _faults_of_parts(parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Of each part for itself. Whatever has a wildcard or a variable may be right."""
    _, partition, service, region, account, _ = parts
    if partition not in catalogue.regions() and not is_open(partition):
        yield "INVALID_PARTITION", f"AWS has no partition {partition!r}: use aws, aws-cn or aws-us-gov."
    if service != service.lower():
        yield "INVALID_ARN_SERVICE_CASE", f"Write the service in an ARN in lower case: {service.lower()}."
    if is_open(service) and any(part != "*" for part in parts[1:]):
        yield "WILDCARD_IN_SERVICE_NAME", "A wildcard in the service of an ARN may match services that are yet to come."
    if not _is_region(region, partition):
        yield "INVALID_ARN_REGION", NO_REGION.format(region)
    if account and not is_open(account) and not _ACCOUNT.fullmatch(account):
        yield "INVALID_ARN_ACCOUNT", f"{account!r} is no AWS account: these have twelve digits."


def _is_region(region: str, partition: str) -> bool:
    return not region or catalogue.may_be_region(region, "" if is_open(partition) else partition)


def _may_stand_for_the_rest(parts: Sequence[str]) -> bool:
    """Whether the star that ends an ARN with too few parts ends what may stand there, and so runs over the colons
    behind it: in `arn:aws:s3:box/*` it doesn't, since no Region is called so."""
    last = parts[-1]
    if not last.endswith("*"):
        return False
    number = len(parts) - 1
    if number == _REGION:
        return _is_region(last, parts[1])
    return number < _REGION or _DIGITS.fullmatch(last) is not None


def _in_lower_case(arn: str) -> str:
    """Its service."""
    head, partition, service, rest = arn.split(":", 3)
    return ":".join((head, partition, service.lower(), rest))


# ---- Compared with the types of resources that the service has -------------------------------------------------
# What is wrong when the ARN would fit with another part: code, message, which part, whether it is there, what instead.
_REPAIRS: tuple[tuple[str, str, int, bool, str], ...] = (
    ("ARN_REGION_NOT_ALLOWED", "ARNs of this kind have no Region.", _REGION, True, ""),
    ("ARN_ACCOUNT_NOT_ALLOWED", "ARNs of this kind name no AWS account.", _OWNER, True, ""),
    ("MISSING_ARN_REGION", "The Region is missing; * is any.", _REGION, False, "*"),
    ("MISSING_ARN_ACCOUNT", "The AWS account is missing: twelve digits, or * for any.", _OWNER, False, "*"),
)


def _fault_of_resource(arn: str, parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The first repair after which the ARN may be of a type that its service has."""
    kinds = catalogue.types_of_arn_service(parts[2])
    if is_open(parts[2]) or _fits_any(arn, kinds):
        return
    for code, message, index, is_there, value in _REPAIRS:
        if bool(parts[index]) is is_there and _fits_any(_with_part(parts, index, value), kinds):
            yield code, message
            return
    yield "INVALID_ARN_RESOURCE", "The service has no resources with such an ARN."


def _with_part(parts: Sequence[str], index: int, value: str) -> str:
    return ":".join([*parts[:index], value, *parts[index + 1 :]])


def _fits_any(arn: str, kinds: Sequence[catalogue.ResourceType]) -> bool:
    return any(catalogue.may_mean(arn, kind) for kind in kinds)
