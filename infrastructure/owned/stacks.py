"""What stacks of CloudFormation own: rows made of what the mirror has of each stack, and made anew as that changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Count

from accounts.models import AwsAccount
from infrastructure.code.stacks import StackPlace, owned_by_stack
from infrastructure.models import OwnedResource
from resources.models import Resource
from resources.reading import is_on, reading_of
from resources.selectors import why_not_read
from resources.table.stacks import STACK
from sync.schedule import enabled_regions

_LONGEST = 1024
_OWNED = "owned"  # the part of a stack that says it


@dataclass(frozen=True)
class StacksRead:
    """In how many of the Regions that are enabled stacks are read, for its page; `why_not`: sentences of the others."""

    regions: int
    read: int
    why_not: Sequence[str]
    is_on: bool


@dataclass(frozen=True)
class CountedStack:
    """`number`: of its resources that are known here; None where they were never read. `why_not`: why they weren't when
    AWS was last asked, in a sentence; then the number is as of `held_at`."""

    row: Resource
    number: int | None
    why_not: str = ""
    held_at: datetime | None = None


def stacks_of(aws_account: AwsAccount) -> Any:
    """The live rows of stacks that are still read."""
    on = reading_of(aws_account).services.get(STACK.service, ())
    return Resource.objects.live().filter(aws_account=aws_account, kind=STACK.kind, region__in=list(on))


def stamp(aws_account: AwsAccount) -> str:
    """Of what all of them own: equal for equal."""
    said = [[aws_id, facts.get(_OWNED)] for aws_id, facts in _facts(aws_account)]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _facts(aws_account: AwsAccount) -> Any:
    return stacks_of(aws_account).order_by("pk").values_list("aws_id", "facts")


def refresh(aws_account: AwsAccount) -> None:
    """Makes the rows anew. Of a stack that is no longer read, or is gone, nothing is owned.

    One worker at a time: of two the second wouldn't see, and so not delete, what the first has just made.
    """
    with transaction.atomic():
        AwsAccount.objects.select_for_update(no_key=True).get(pk=aws_account.pk)
        rows = [each for stack in stacks_of(aws_account) for each in _owned(aws_account, stack)]
        OwnedResource.objects.filter(aws_account=aws_account, stack__isnull=False).delete()
        OwnedResource.objects.bulk_create(rows, batch_size=500)


def _owned(aws_account: AwsAccount, stack: Resource) -> Iterator[OwnedResource]:
    place = StackPlace(aws_account.partition, aws_account.account_id, stack.region)
    for said in stack.facts.get(_OWNED) or ():
        found = owned_by_stack(place, said["type"], said["physical_id"])
        if found is not None:
            yield OwnedResource(
                aws_account=aws_account,
                stack=stack,
                kind=found.kind,
                name=found.name[:256],
                arn=found.arn[:2048],
                address=said["logical_id"][:_LONGEST],
                is_own=found.is_own,
            )


def counted_stacks(aws_account: AwsAccount) -> list[CountedStack]:
    """By name."""
    counts = OwnedResource.objects.filter(aws_account=aws_account, stack__isnull=False).order_by()
    found = dict(counts.values_list("stack").annotate(Count("pk")))
    return [_counted(row, found.get(row.pk, 0)) for row in stacks_of(aws_account).order_by("name_key", "pk")]


def _counted(row: Resource, number: int) -> CountedStack:
    problem: Mapping[str, Any] | None = row.not_read.get(_OWNED)
    if problem is None:
        return CountedStack(row, number)
    held_at = problem["held_at"]
    at = datetime.fromisoformat(held_at) if held_at else None
    return CountedStack(row, number if at else None, str(problem["why"]), at)


def stacks_read(aws_account: AwsAccount) -> StacksRead:
    regions = list(enabled_regions(aws_account))
    on = [region for region in regions if is_on(aws_account, STACK.service, region)]
    why = [sentence for region in on if (sentence := why_not_read(aws_account, STACK, region))]
    return StacksRead(len(regions), len(on) - len(why), why, bool(on))
