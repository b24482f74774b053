"""Action and NotAction: services and actions that there are, and resources that fit them.

IAM User Guide, "IAM JSON policy elements: Action"; Service Authorization Reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import lru_cache

from policies.engine import catalogue
from policies.engine.lint.checks import FindingMark, Severity, replaced, statement_check
from policies.engine.lint.subject import LintStatement
from policies.engine.matching import resource_glob, tokens
from policies.engine.statements import StatementText
from policies.engine.structure import DocumentType

_WITH_RESOURCES = [kind for kind in DocumentType if kind.names_resources]
_LONGEST = 2048
_SHOWN = 60  # characters of what somebody wrote


def shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _named(statement: LintStatement) -> list[StatementText]:
    """What means something but everything."""
    return [text for text in (*statement.actions, *statement.not_actions) if text.value not in ("*", "*:*")]


@statement_check("INVALID_SERVICE_IN_ACTION", Severity.ERROR, "An action of a service that AWS doesn't have.")
def unknown_services(statement: LintStatement) -> Iterator[FindingMark]:
    for text in _named(statement):
        prefix, colon, _ = text.value.partition(":")
        if not colon or prefix.lower() in catalogue.service_names() or "${" in text.value:
            continue
        if "*" in prefix or "?" in prefix:
            yield FindingMark("The service of an action can't have wildcards.", text.path)
            continue
        meant = _meant(statement, prefix, tuple(catalogue.service_names()))
        fix = replaced(text.path, text.value.replace(prefix, meant, 1)) if meant else None
        said = f"AWS has no service {shown(prefix)}{_as_of()}.{_question(meant)}"
        yield FindingMark(said, text.path, make_fix=fix)


@statement_check("INVALID_ACTION", Severity.ERROR, "An action that the service doesn't have.")
def unknown_actions(statement: LintStatement) -> Iterator[FindingMark]:
    for text in _named(statement):
        prefix, colon, name = text.value.partition(":")
        if not colon:
            yield FindingMark("An action is written service:Action, such as s3:GetObject.", text.path)
        elif prefix.lower() in catalogue.service_names() and "${" not in name and _is_unknown(statement, text.value):
            if "*" in name or "?" in name:
                yield FindingMark(f"{shown(text.value)} matches no action of the service{_as_of()}.", text.path)
                continue
            of_service = tuple(each.partition(":")[2] for each in catalogue.actions_matching(f"{prefix}:*"))
            meant = _meant(statement, name, of_service)
            fix = replaced(text.path, f"{prefix}:{meant}") if meant else None
            said = f"{prefix} has no action {shown(name)}{_as_of()}.{_question(meant)}"
            yield FindingMark(said, text.path, make_fix=fix)


def _as_of() -> str:
    """AWS adds actions every week: what isn't in the catalogue may be newer."""
    return f", as of {catalogue.data_date():%-d %b %Y}"


def _is_unknown(statement: LintStatement, pattern: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return catalogue.action(pattern) is None
    names = statement.expanded(pattern)
    return names is not None and not names


def _meant(statement: LintStatement, name: str, known: tuple[str, ...]) -> str:
    """The nearest of those that there are; "" where none is near."""
    return _nearest(name, known) if statement.subject.may_suggest() else ""


@lru_cache(maxsize=1024)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    by_lower = {each.lower(): each for each in known}
    found = get_close_matches(name[:_SHOWN].lower(), by_lower, n=1, cutoff=0.75)
    return by_lower[found[0]] if found else ""


def _question(meant: str) -> str:
    return f" Did you mean {meant}?" if meant else ""


@statement_check(
    "ACTION_TAKES_NO_RESOURCE",
    Severity.WARNING,
    "An action that can be allowed or denied on * only, beside other resources: it isn't.",
    _WITH_RESOURCES,
)
def actions_without_resource(statement: LintStatement) -> Iterator[FindingMark]:
    if not statement.resources or any(covers_everything(text.value) for text in statement.resources):
        return
    effect = "denied" if statement.denies else "allowed"
    for text in statement.actions:
        if catalogue.takes_no_resource(text.value) and not _names_what_it_is_asked_on(statement, text.value):
            yield FindingMark(f"{text.value} takes no resource: it is {effect} only by Resource *.", text.path)


def _names_what_it_is_asked_on(statement: LintStatement, action: str) -> bool:
    """Whether a resource covers all that such an action is asked on: arn:aws:s3:::* of Amazon S3's."""
    if catalogue.asked_on(action) == "*" or not statement.subject.may_spend(len(statement.resource_patterns)):
        return False
    partitions = [resource.split(":", 2)[1:2] for resource in statement.resource_patterns]
    asked_on = [catalogue.asked_on(action, *partition) for partition in partitions]
    return any(
        len(resource) <= _LONGEST and resource_glob(tuple(tokens(resource))).matches(text)
        for resource, text in zip(statement.resource_patterns, asked_on, strict=True)
    )


@statement_check(
    "ACTION_FITS_NO_RESOURCE",
    Severity.WARNING,
    "An action that takes resources of other types than those listed: it has no effect.",
    _WITH_RESOURCES,
)
def actions_beside_the_resources(statement: LintStatement) -> Iterator[FindingMark]:
    if not statement.resources or any(covers_everything(text.value) for text in statement.resources):
        return
    for text in statement.actions:
        kinds = catalogue.resource_types(text.value)
        if _is_reported_elsewhere(statement, kinds, *statement.resource_patterns):
            continue
        if kinds and not any(_may_be_one(statement, resource.value, kinds) for resource in statement.resources):
            names = ", ".join(sorted({kind.name for kind in kinds})[:5])
            yield FindingMark(f"{text.value} takes resources of the type {names}: none is listed.", text.path)


@statement_check(
    "RESOURCE_FITS_NO_ACTION", Severity.WARNING, "A resource that no action of the statement takes.", _WITH_RESOURCES
)
def resources_beside_the_actions(statement: LintStatement) -> Iterator[FindingMark]:
    """Any of the types that any of the actions takes is enough."""
    if not statement.actions or any(text.value in ("*", "*:*") for text in statement.actions):
        return
    resources = [text for text in statement.resources if text.value.startswith("arn:")]
    if not resources:
        return
    kinds = kinds_taken(statement)
    for text in resources if kinds else ():
        if covers_everything(text.value) or _is_reported_elsewhere(statement, kinds, text.value):
            continue
        if not _may_be_one(statement, text.value, kinds):
            yield FindingMark(f"No action of the statement takes {shown(text.value)}.", text.path)


def kinds_taken(statement: LintStatement) -> tuple[catalogue.ResourceType, ...]:
    """Of all actions; none where one isn't known, since it may take anything."""
    found: dict[catalogue.ResourceType, None] = {}
    for text in statement.actions:
        if not statement.expanded(text.value):
            return ()
        found.update(dict.fromkeys(kinds_of(text.value.lower())))
    return tuple(found)


@lru_cache(maxsize=8192)
def kinds_of(pattern: str) -> tuple[catalogue.ResourceType, ...]:
    names = catalogue.actions_matching(pattern)
    return tuple({kind: None for name in names for kind in catalogue.resource_types(name)})


def _may_be_one(statement: LintStatement, arn: str, kinds: tuple[catalogue.ResourceType, ...]) -> bool:
    cost = len(arn) * len(kinds) // 8 + 1
    return not statement.subject.may_spend(cost) or any(catalogue.may_mean(arn, kind) for kind in kinds)


def are_of_another_service(arn: str, kinds: Sequence[catalogue.ResourceType]) -> bool:
    """Whether resources of these types have plainly ARNs of other services. Services of one family (s3, s3-outposts)
    share actions."""
    family = _family(arn)
    return bool(family) and bool(kinds) and all(_family(kind.arn) not in ("", family) for kind in kinds)


def _family(arn: str) -> str:
    """ "" where it may be any."""
    service = catalogue.pattern_of(arn).split(":", 3)[2:3]
    return "" if not service or set("*?") & set(service[0]) else service[0].lower().partition("-")[0]


def _is_reported_elsewhere(statement: LintStatement, kinds: Sequence[catalogue.ResourceType], *arns: str) -> bool:
    """Whether these are of other services, in the policy of a resource: an error, see attached.py."""
    return statement.subject.kind is DocumentType.RESOURCE and all(are_of_another_service(arn, kinds) for arn in arns)


_EVERYTHING = re.compile(r"\*+|arn(:\*+)+")


def covers_everything(pattern: str) -> bool:
    """`*`, or the pattern of all ARNs."""
    return pattern == "*" or _EVERYTHING.fullmatch(pattern) is not None


# ---- Actions and ARNs of other services in the policy of a resource, where they have no effect ---------------
# To which resource it is attached isn't said in a policy. But a statement of it is about resources of one kind: what
# its other actions, or its other resources, are of.
_TRUST, _RESOURCE = DocumentType.TRUST, DocumentType.RESOURCE
# STS API Reference; what stands beside AssumeRole…: IAM User Guide, "Pass session tags in AWS STS".
TRUST_ACTIONS = (
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
)
_IN_TRUST = (*(name.lower() for name in TRUST_ACTIONS), "sts:*", "sts:assumerole*", "*")


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
