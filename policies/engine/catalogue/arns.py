"""Which resource types an ARN, or a pattern for ARNs, may mean.

Service Authorization Reference, "Resource types table"; IAM User Guide, "IAM JSON policy elements: Resource".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from policies.engine.catalogue.store import service, service_names
from policies.engine.catalogue.values import ResourceType
from policies.engine.matching import Glob, Token, Wildcard, tokens

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_WILDCARD = re.compile(r"[*?]")
_BUCKET = ":${BucketName}"  # has no slash (Amazon S3 User Guide, "Bucket naming rules"), as many other names may
# Documents, parameters and views of AWS: Systems Manager User Guide, "Discovering public parameters"; Resource Explorer
# User Guide, "AWS managed policies".
_HAVE_SOME_OF_AWS = ("ssm", "resource-explorer-2")
_PARTS = 6
_LONGEST = 2048  # what IAM takes as an ARN; of longer ones we say nothing


def pattern_of(arn: str) -> str:
    """`arn:*:s3:::*` of `arn:${Partition}:s3:::${BucketName}`; of a policy's resource likewise, variables and all."""
    return _PLACEHOLDER.sub("*", arn) if "${" in arn else arn


def types_of_arn(arn: str, candidates: Iterable[ResourceType] | None = None) -> tuple[ResourceType, ...]:
    """Of the candidates (those whose ARNs have the same service, unless said), the types that `arn` may mean.

    `arn` may have wildcards and variables; whatever may stand there is enough.
    """
    if candidates is None:
        parts = arn.split(":", _PARTS - 1)
        candidates = types_of_arn_service(parts[2].lower()) if len(parts) == _PARTS else ()
    return tuple(each for each in candidates if may_mean(arn, each))


def types_of_arn_service(name: str) -> tuple[ResourceType, ...]:
    """All whose ARNs have `name` in their third part, which need not be the prefix of their service's actions."""
    return _by_arn_service().get(name, ())


@cache
def _by_arn_service() -> Mapping[str, tuple[ResourceType, ...]]:
    """Reads the whole catalogue (0.2 s) the first time."""
    found: dict[str, dict[str, ResourceType]] = defaultdict(dict)
    for prefix in service_names():
        of_service = service(prefix)
        for kind in of_service.types.values() if of_service else ():
            found[kind.arn.split(":")[2]].setdefault(kind.arn, kind)
    return {name: tuple(kinds.values()) for name, kinds in found.items()}


def may_mean(arn: str, kind: ResourceType) -> bool:
    if len(arn) > _LONGEST:
        return True
    pattern = pattern_of(arn)
    if kind.arn.endswith(_BUCKET) and "/" in pattern.rpartition(":")[2]:
        return False
    return _overlap(pattern, shape_of_arn(kind.arn))


def may_match(arn: str, kind: ResourceType) -> bool:
    """The same as a Resource element matches: a `*` at the end of a part also runs over the colons behind it."""
    if may_mean(arn, kind):
        return True
    pattern, of_kind = pattern_of(arn), shape_of_arn(kind.arn)
    if "*:" not in pattern or (kind.arn.endswith(_BUCKET) and "/" in pattern):
        return False
    head = ":".join(pattern.split(":")[:3])  # as far as the service
    return ("*" in head or _overlap(head, of_kind)) and parts_overlap(pattern, of_kind)


def shape_of(kind: ResourceType) -> str:
    """The pattern of its ARNs: `arn:?*:s3:::?*`."""
    return shape_of_arn(kind.arn)


@cache
def shape_of_arn(arn: str) -> str:
    """What stands for a name is never empty; but for the AWS account of what belongs to AWS itself."""
    if arn.split(":", 3)[2] in _HAVE_SOME_OF_AWS:
        arn = arn.replace("${Account}", "*")
    return _PLACEHOLDER.sub("?*", arn)


@lru_cache(maxsize=65536)
def _overlap(one: str, other: str) -> bool:
    """Whether a text exists that both patterns match, part by part."""
    ones, others = one.split(":", _PARTS - 1), other.split(":", _PARTS - 1)
    if one == "*":
        return True
    ones += ["*"] * (_PARTS - len(ones))
    return all(parts_overlap(*pair) for pair in zip(ones, others, strict=True))


def parts_overlap(one: str, other: str) -> bool:
    if one == "*" or other == "*":
        return True
    if _is_literal(one):
        return one == other if _is_literal(other) else _glob(other).matches(one)
    if _is_literal(other):
        return _glob(one).matches(other)
    (head, tail), (other_head, other_tail) = _ends(one), _ends(other)
    if not (head.startswith(other_head) or other_head.startswith(head)):
        return False
    if not (tail.endswith(other_tail) or other_tail.endswith(tail)):
        return False
    return _texts_overlap(_steps(one), _steps(other))


def _is_literal(pattern: str) -> bool:
    return "*" not in pattern and "?" not in pattern


@lru_cache(maxsize=8192)
def _glob(pattern: str) -> Glob:
    return Glob(tokens(pattern))


@lru_cache(maxsize=8192)
def _ends(pattern: str) -> tuple[str, str]:
    """What stands before the first wildcard, and after the last one."""
    found = _WILDCARD.split(pattern)
    return found[0], found[-1]


def _steps(pattern: str) -> list[Token]:
    """Letter by letter."""
    return [step for token in tokens(pattern) for step in ([token] if isinstance(token, Wildcard) else token)]


def _texts_overlap(one: Sequence[Token], other: Sequence[Token]) -> bool:
    """Walks `one`; `places` are those in `other` where one may stand by then."""
    places = _past_stars(other, {0})
    for step in one:
        if step is Wildcard.ANY:
            places = set(range(min(places), len(other) + 1))
        else:
            places = _past_stars(other, {_after(other, at) for at in places if _fits(step, other, at)})
        if not places:
            return False
    return len(other) in places


def _after(steps: Sequence[Token], at: int) -> int:
    return at if steps[at] is Wildcard.ANY else at + 1


def _fits(step: Token, steps: Sequence[Token], at: int) -> bool:
    if at == len(steps):
        return False
    return isinstance(step, Wildcard) or isinstance(steps[at], Wildcard) or step == steps[at]


def _past_stars(steps: Sequence[Token], places: set[int]) -> set[int]:
    """With the places to which a star that stands for nothing leads."""
    found = set(places)
    for at in places:
        while at < len(steps) and steps[at] is Wildcard.ANY:
            at += 1
            found.add(at)
    return found
