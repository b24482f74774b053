"""Questions about resources: which policies stand on one, as far as the mirror holds them.

For answers about access: "none" is an answer, "not read" isn't one, and says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount
from policies.models import Document
from resources.models import Resource
from resources.reading import is_on
from resources.sources import SOURCES
from resources.table import KINDS
from resources.table.entry import ResourceKind
from sync.selectors import coverages_by_place

State = Resource.PolicyState


@dataclass(frozen=True)
class PolicyOnResource:
    """A policy that stands on the resource. `part` of the kind ("policy"), `arn` on which it stands."""

    part: str
    arn: str
    document: Document


@dataclass(frozen=True)
class HeldPolicies:
    """What AWS said last of the resource: its policies, none for "there is none"; `facts` by the parts of its kind.

    `missing` says of each other part why it isn't known, in a sentence: of a policy, then there may be more than these.
    """

    resource: Resource
    kind: ResourceKind
    policies: tuple[PolicyOnResource, ...]
    facts: Mapping[str, Any]
    missing: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None  # when its list was last read to the end

    @property
    def is_none(self) -> bool:
        return not self.policies


@dataclass(frozen=True)
class PoliciesNotRead:
    """Nobody knows which policies stand on it. `why` is a sentence."""

    why: str
    resource: Resource | None = None


Held = HeldPolicies | PoliciesNotRead


def resources_of(aws_account: AwsAccount) -> QuerySet[Any]:
    """All that were ever seen, with what their pages and lists show."""
    rows: QuerySet[Any] = Resource.objects.filter(aws_account=aws_account)
    return rows


def held_policies(resource: Resource) -> Held:
    """Of a live row; `policies__document` may be fetched before."""
    kind = KINDS[resource.kind]
    aws_account = resource.aws_account
    if not is_on(aws_account, kind.service, resource.region):
        return PoliciesNotRead(f"{kind.title} are no longer read in this AWS account.", resource)
    missing = {part: str(problem["why"]) for part, problem in resource.not_read.items()}
    unread = [part.name for part in kind.parts if part.is_policy and part.name in missing]
    if unread:
        return PoliciesNotRead(missing[unread[0]], resource)
    policies = tuple(PolicyOnResource(each.part, each.arn, each.document) for each in _policies(resource))
    coverage = coverages_by_place(aws_account).get((SOURCES[kind.kind].name, resource.region))
    facts = {name: value for name, value in resource.facts.items() if name not in missing}
    return HeldPolicies(resource, kind, policies, facts, missing, coverage.at if coverage else None)


def _policies(resource: Resource) -> Sequence[Any]:
    if "policies" in getattr(resource, "_prefetched_objects_cache", ()):
        return list(resource.policies.all())
    return list(resource.policies.select_related("document"))
