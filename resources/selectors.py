"""Questions about resources: which policies stand on one, as far as the mirror holds them.

For answers about access: "none" is an answer, "not read" isn't one, and says why.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount
from aws_constraints.arn import Arn
from iamconsole.web.once import once_a_page
from policies.models import Document
from resources.governing import Governor, governor_of
from resources.models import Resource, ResourcePolicy
from resources.reading import is_on, reading_of
from resources.sources import SOURCES
from resources.table import KINDS
from resources.table.entry import ResourceKind, id_of
from resources.table.s3 import ACCOUNT
from sync.models import Schedule
from sync.schedule import enabled_regions
from sync.selectors import SourceCoverage, coverages_by_place

State = Resource.PolicyState


@dataclass(frozen=True)
class PolicyOnResource:
    """A policy that stands on a resource. `part` of the kind ("policy"), `arn` on which it stands."""

    part: str
    arn: str
    document: Document


@dataclass(frozen=True)
class HeldPolicies:
    """What AWS said last: the policies that decide, none for "there is none"; `facts` by the parts of the kind.

    `resource`: None where a kind has policies of a whole Region. `missing` says of each part that isn't known why, in a
    sentence: never of a policy.
    """

    kind: ResourceKind
    policies: tuple[PolicyOnResource, ...]
    resource: Resource | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None  # when the list was last read to the end

    @property
    def is_none(self) -> bool:
        return not self.policies


@dataclass(frozen=True)
class PoliciesNotRead:
    """Nobody knows which policies stand on it. `why` is a sentence. `next_at`: when it is read next; None: when an
    owner switches it on, or somebody asks."""

    why: str
    resource: Resource | None = None
    kind: ResourceKind | None = None
    next_at: datetime | None = None


Held = HeldPolicies | PoliciesNotRead


def resources_of(aws_account: AwsAccount) -> QuerySet[Any]:
    """All that were ever seen, with what their pages and lists show."""
    rows: QuerySet[Any] = Resource.objects.filter(aws_account=aws_account)
    return rows


# ---- Of a resource -------------------------------------------------------------------------------------------
@once_a_page
def _due(aws_account: AwsAccount) -> Mapping[tuple[str, str], datetime | None]:
    """When each source is read next, by its name and the Region."""
    entries = Schedule.objects.filter(aws_account=aws_account).values_list("source", "region", "next_at")
    return {(source, region): at for source, region, at in entries}


def next_reading(aws_account: AwsAccount, kind: ResourceKind, region: str) -> datetime | None:
    """Of what is switched on."""
    if not is_on(aws_account, kind.service, region):
        return None
    return _due(aws_account).get((SOURCES[kind.kind].name, region))


def held_policies(resource: Resource) -> Held:
    """Of a live row; `policies__document` may be fetched before."""
    kind = KINDS[resource.kind]
    next_at = next_reading(resource.aws_account, kind, resource.region)
    if why := why_not_read(resource.aws_account, kind, resource.region):
        return PoliciesNotRead(why, resource, kind, next_at)
    missing = {part: str(problem["why"]) for part, problem in resource.not_read.items()}
    unread = [part.name for part in kind.parts if part.is_policy and part.name in missing]
    if unread:
        return PoliciesNotRead(missing[unread[0]], resource, kind, next_at)
    policies = tuple(PolicyOnResource(each.part, each.arn, each.document) for each in _policies(resource))
    facts = {name: value for name, value in resource.facts.items() if name not in missing}
    at = _coverage(resource.aws_account, kind, resource.region).at
    return HeldPolicies(kind, policies, resource, facts, missing, at)


def _policies(resource: Resource) -> Sequence[Any]:
    if "policies" in getattr(resource, "_prefetched_objects_cache", ()):
        return list(resource.policies.all())
    return list(resource.policies.select_related("document"))


_NEVER = SourceCoverage("never")


def _coverage(aws_account: AwsAccount, kind: ResourceKind, region: str) -> SourceCoverage:
    return coverages_by_place(aws_account).get((SOURCES[kind.kind].name, region), _NEVER)


def why_not_read(aws_account: AwsAccount, kind: ResourceKind, region: str) -> str:
    """Why nothing is known of a kind in a place (`region`: "" of a global one); "" where it was read."""
    where = f" in {region}" if region else ""
    if not is_on(aws_account, kind.service, region):
        return f"{kind.title} of {aws_account.name} aren’t read{where}."
    coverage = _coverage(aws_account, kind, region)
    if coverage.at is not None:
        return ""
    yet = "" if coverage.why else " yet"
    return f"{kind.title} of {aws_account.name} weren’t read{yet}{where}. {coverage.why}".rstrip()


@once_a_page
def held_as(aws_account: AwsAccount, kind: str, known_as: str) -> Held | None:
    """Of what an AWS account has one of, in a Region or altogether, as the mirror knows it. None: it was never read."""
    rows = Resource.objects.live().filter(aws_account=aws_account, kind=kind, aws_id=id_of(known_as))
    row = rows.select_related("aws_account").prefetch_related("policies__document").first()
    return held_policies(row) if row else None


def s3_settings(aws_account: AwsAccount) -> Mapping[str, Any] | None:
    """Of Amazon S3 for all of an AWS account, such as Block Public Access, by part; None where they aren't read."""
    account = held_as(aws_account, ACCOUNT.kind, f"s3:{aws_account.account_id}")
    return account.facts if isinstance(account, HeldPolicies) else None


def digest(aws_account: AwsAccount) -> str:
    """Of all that is held of its resources, but its age: equal for equal."""
    rows = Resource.objects.live().filter(aws_account=aws_account).order_by("pk")
    policies = ResourcePolicy.objects.filter(resource__in=rows).order_by("pk")
    said = [
        list(rows.values_list("aws_id", "located_in", "policy_state", "facts", "not_read")),
        list(policies.values_list("resource_id", "part", "arn", "document__text_hash")),
        dict(reading_of(aws_account).services),
    ]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


# ---- Of an ARN -----------------------------------------------------------------------------------------------
def policies_for(arn: str) -> Held | None:
    """What decides a request on that ARN, beside policies of principals; of whichever AWS account it is.

    None where no kind of the table is about such an ARN, or it is a pattern. Who asks must look whether the operator
    may see the AWS account of the resource.
    """
    governor = governor_of(arn)
    if governor is None:
        return None
    kind = KINDS[governor.kind]
    if not governor.arn:
        return _of_the_region(kind, arn)
    rows = Resource.objects.live().filter(kind=kind.kind, arn=governor.arn).select_related("aws_account")
    row = rows.prefetch_related("policies__document").order_by("pk").last()
    if row is None:
        return _unknown(kind, governor.arn)
    found = held_policies(row)
    return found if isinstance(found, PoliciesNotRead) else _on(found, governor)


def _on(found: HeldPolicies, governor: Governor) -> HeldPolicies:
    """Only those that stand on what is asked for."""
    if not governor.on:
        return found
    policies = tuple(each for each in found.policies if each.arn == governor.on)
    return HeldPolicies(found.kind, policies, found.resource, found.facts, found.missing, found.at)


def _unknown(kind: ResourceKind, arn: str) -> PoliciesNotRead:
    """Of a resource that the mirror doesn't have."""
    parts = Arn.parse(arn)
    owner = AwsAccount.objects.filter(account_id=parts.account).first() if parts and parts.account else None
    if parts is None or not parts.account:
        return PoliciesNotRead(f"No AWS account of which {kind.several} are read has it.", kind=kind)
    if owner is None or not owner.is_connected:
        return PoliciesNotRead(f"The AWS account {parts.account} isn’t connected.", kind=kind)
    region = parts.region if kind.regional else ""
    why = why_not_read(owner, kind, region)
    no_such = f"AWS had no such {kind.word} when they were read last."
    return PoliciesNotRead(why or no_such, kind=kind, next_at=next_reading(owner, kind, region))


def _of_the_region(kind: ResourceKind, arn: str) -> Held:
    """All policies of the kind in the place that the ARN names."""
    parts = Arn.parse(arn)
    assert parts is not None  # noqa: S101  governor_of took it apart
    owner = AwsAccount.objects.filter(account_id=parts.account).first()
    if owner is None or not owner.is_connected:
        return PoliciesNotRead(f"The AWS account {parts.account} isn’t connected.", kind=kind)
    if why := why_not_read(owner, kind, parts.region):
        return PoliciesNotRead(why, kind=kind, next_at=next_reading(owner, kind, parts.region))
    rows = Resource.objects.live().filter(aws_account=owner, kind=kind.kind, region=parts.region)
    found = [held_policies(row) for row in rows.prefetch_related("policies__document").order_by("name_key", "pk")]
    unread = next((each for each in found if isinstance(each, PoliciesNotRead)), None)
    if unread is not None:
        return unread
    policies = tuple(policy for each in found if isinstance(each, HeldPolicies) for policy in each.policies)
    return HeldPolicies(kind, policies, at=_coverage(owner, kind, parts.region).at)


# ---- What isn't known ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ReadingGap:
    """Of a kind in a place: `why` nothing is known (a sentence), or `count` resources of which a policy wasn't read."""

    kind: ResourceKind
    region: str
    why: str = ""
    count: int = 0
    next_at: datetime | None = None  # when it is read next; None: when somebody asks, or when it is switched on


def reading_gaps(aws_account: AwsAccount, *, services: Sequence[str] = ()) -> list[ReadingGap]:
    """What isn't known of the policies of resources of an AWS account, so that no answer takes it for none.

    `services`: those of the table to look at; none given: all. In a handful of queries.
    """
    kinds = [kind for kind in KINDS.values() if kind.decides_access and (not services or kind.service in services)]
    unread = _unread(aws_account)
    places = [(kind, region) for kind in kinds for region in _regions(aws_account, kind, unread)]
    gaps = []
    for kind, region in places:
        why, count = why_not_read(aws_account, kind, region), unread.get((kind.kind, region), 0)
        if why or count:
            gaps.append(ReadingGap(kind, region, why, count, next_reading(aws_account, kind, region)))
    return gaps


def unread_policies(aws_account: AwsAccount) -> list[ReadingGap]:
    """Of how many resources a policy isn't read, by kind and place. In one query, where there are none."""
    return [
        ReadingGap(KINDS[kind], region, "", count, next_reading(aws_account, KINDS[kind], region))
        for (kind, region), count in _unread(aws_account).items()
        if count
    ]


def _regions(aws_account: AwsAccount, kind: ResourceKind, unread: Mapping[tuple[str, str], int]) -> Sequence[str]:
    """Those that are enabled, and others in which it was switched on or some weren't read."""
    if not kind.regional:
        return [""]
    more = {
        *reading_of(aws_account).services.get(kind.service, ()),
        *(place[1] for place in unread if place[0] == kind.kind),
    }
    return list(dict.fromkeys([*enabled_regions(aws_account), *sorted(more)]))


def _unread(aws_account: AwsAccount) -> dict[tuple[str, str], int]:
    live = Resource.objects.live().filter(aws_account=aws_account).exclude(not_read={})
    names = {kind.kind: {part.name for part in kind.parts if part.is_policy} for kind in KINDS.values()}
    counts: Counter[tuple[str, str]] = Counter()
    for kind, region, not_read in live.values_list("kind", "region", "not_read"):
        counts[kind, region] += bool(names[kind] & not_read.keys())
    return dict(counts)


def failed_lists(aws_account: AwsAccount) -> list[ReadingGap]:
    """The lists that are switched on and that AWS didn't give when they were asked for last. In one or two queries."""
    coverages = coverages_by_place(aws_account)
    return [
        ReadingGap(kind, region, f"{kind.title}{f' in {region}' if region else ''}: {coverage.why}")
        for kind in KINDS.values()
        for region in reading_of(aws_account).services.get(kind.service, ())
        if (coverage := coverages.get((SOURCES[kind.kind].name, region))) and not coverage.is_read
    ]
