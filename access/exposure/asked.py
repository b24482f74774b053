"""What is asked about a resource: on it and what is in it, an action of each class that nothing tells apart.

The types of resources that an action takes: Service Authorization Reference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from access.resource_policies import is_bound_by_rcps
from access.resource_sides.places import PLACES, below_of
from aws_constraints.arn import Arn
from policies.engine import catalogue
from policies.engine.catalogue import AccessLevel
from policies.engine.compiled import ActionPatterns
from resources.models import Resource

# Kinds whose policies stand on no ARN: what they are about.
_ABOUT: Mapping[str, tuple[str, str]] = {
    "logs.resource_policy": ("logs", "log-group:*"),
    "ecr.registry": ("ecr", "repository/*"),
}


def lets_in_anybody(kind: str) -> bool:
    """Whether such a resource can let in anybody: settings of an AWS account and VPC endpoints can't."""
    return kind in PLACES or kind in _ABOUT


def arns_asked(resource: Resource, on: str) -> Iterator[str]:
    """What a policy that stands on `on` is about: ARNs and patterns of ARNs."""
    if resource.kind in _ABOUT:
        service, about = _ABOUT[resource.kind]
        account = resource.aws_account
        yield str(Arn(account.partition, service, resource.located_in, account.account_id, about))
        return
    yield from (f"{on}{each}" for each in below_of(resource.kind, on))


@dataclass(frozen=True)
class ActionClass:
    """Actions of which all policies that count say the same. `asked`: one of them."""

    names: tuple[str, ...]
    levels: tuple[AccessLevel, ...]

    @property
    def asked(self) -> str:
        return self.names[0]


def classes_of(kind: str, resource: str, patterns: frozenset[str]) -> tuple[ActionClass, ...]:
    """Those that take the resource. `patterns`: all that the policies have, in lower case."""
    service = _ABOUT[kind][0] if kind in _ABOUT else PLACES[kind].service
    return _classes(_taking(service, _shape(resource)), patterns)


def _shape(resource: str) -> str:
    """Of an ARN of the mirror, so that one answer serves all resources of its kind: with other names."""
    arn = Arn.parse(resource)
    if arn is None:
        return resource
    named = arn.resource
    if arn.service == "s3" and not named.startswith("accesspoint/"):
        named = f"name{named[len(named.partition('/')[0]) :]}"
    return str(Arn(arn.partition, arn.service, arn.region and "eu-west-1", arn.account and "1" * 12, named))


@lru_cache(maxsize=4096)
def _taking(service: str, resource: str) -> tuple[str, ...]:
    names = catalogue.actions_matching(f"{service}:*")
    return tuple(
        sorted(
            name
            for name in names
            if any(catalogue.may_match(resource, each) for each in catalogue.resource_types(name))
        )
    )


@lru_cache(maxsize=1024)
def _classes(names: tuple[str, ...], patterns: frozenset[str]) -> tuple[ActionClass, ...]:
    among = [ActionPatterns((pattern,)) for pattern in sorted(patterns)]
    found: dict[tuple[bool, ...], list[str]] = defaultdict(list)
    for name in names:
        lowered = name.lower()
        found[(is_bound_by_rcps(lowered), *(lowered in each for each in among))].append(name)
    return tuple(ActionClass(tuple(alike), _levels(alike)) for alike in found.values())


def _levels(names: list[str]) -> tuple[AccessLevel, ...]:
    there = {level for name in names for level in catalogue.access_levels(name)}
    return tuple(level for level in AccessLevel if level in there)
