"""Which resource types an ARN, or a pattern for ARNs, may mean.

Service Authorization Reference, "Resource types table"; IAM User Guide, "IAM JSON policy elements: Resource".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from policies.engine.catalogue.store import service
from policies.engine.catalogue.values import ResourceType
from policies.engine.matching import Token, Wild, tokens

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_PARTS = 6
_LONGEST = 2048  # what IAM takes as an ARN; of longer ones we say nothing


def pattern_of(arn: str) -> str:
    """`arn:*:s3:::*` of `arn:${Partition}:s3:::${BucketName}`; of a policy's resource likewise, variables and all."""
    return _PLACEHOLDER.sub("*", arn)


def types_of_arn(arn: str, candidates: Iterable[ResourceType] | None = None) -> tuple[ResourceType, ...]:
    """Of the candidates (those of the ARN's own service, unless said), the types that `arn` may mean.

    `arn` may have wildcards and variables; whatever may stand there is enough.
    """
    if candidates is None:
        candidates = _types_of_service(arn)
    return tuple(each for each in candidates if may_mean(arn, each))


def may_mean(arn: str, kind: ResourceType) -> bool:
    return len(arn) > _LONGEST or _overlap(pattern_of(arn), pattern_of(kind.arn))


def _types_of_service(arn: str) -> tuple[ResourceType, ...]:
    parts = arn.split(":", _PARTS - 1)
    found = service(parts[2].lower()) if len(parts) == _PARTS else None
    return tuple(found.types.values()) if found else ()


@lru_cache(maxsize=16384)
def _overlap(one: str, other: str) -> bool:
    """Whether a text exists that both patterns match, part by part."""
    ones, others = one.split(":", _PARTS - 1), other.split(":", _PARTS - 1)
    if one == "*":
        return True
    ones += ["*"] * (_PARTS - len(ones))
    return all(parts_overlap(*pair) for pair in zip(ones, others, strict=True))


def parts_overlap(one: str, other: str) -> bool:
    if "*" not in one and "?" not in one and "*" not in other and "?" not in other:
        return one == other
    if one == "*" or other == "*":
        return True
    return _texts_overlap(_steps(one), _steps(other))


def _steps(pattern: str) -> list[Token]:
    """Letter by letter."""
    return [step for token in tokens(pattern) for step in ([token] if isinstance(token, Wild) else token)]


def _texts_overlap(one: Sequence[Token], other: Sequence[Token]) -> bool:
    """Walks `one`; `places` are those in `other` where one may stand by then."""
    places = _past_stars(other, {0})
    for step in one:
        if step is Wild.ANY:
            places = set(range(min(places), len(other) + 1))
        else:
            places = _past_stars(other, {_after(other, at) for at in places if _fits(step, other, at)})
        if not places:
            return False
    return len(other) in places


def _after(steps: Sequence[Token], at: int) -> int:
    return at if steps[at] is Wild.ANY else at + 1


def _fits(step: Token, steps: Sequence[Token], at: int) -> bool:
    if at == len(steps):
        return False
    return isinstance(step, Wild) or isinstance(steps[at], Wild) or step == steps[at]


def _past_stars(steps: Sequence[Token], places: set[int]) -> set[int]:
    """With the places to which a star that stands for nothing leads."""
    found = set(places)
    for at in places:
        while at < len(steps) and steps[at] is Wild.ANY:
            at += 1
            found.add(at)
    return found
