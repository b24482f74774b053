"""What a change is writing, or is about to: lists and pages mark it as pending, whatever a pull says of it meanwhile.

A change that is carried out holds leases on its objects until its writes show. One that waits for a worker, or for
another change, holds none yet: its steps say what it will write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import AwsAccount
from iamconsole.web.elements import flag
from iamconsole.web.once import once_a_page
from sync import operations
from sync.account_status import aws_account_status
from sync.models import Change, Lease, MirroredRow, Step
from sync.operations import BadParams, StepSpec

MOST_STEPS = 1_000  # that are looked into for one page, of changes without leases
_NOT_PENDING = SafeString("")


@once_a_page
def pending(aws_account: AwsAccount) -> Mapping[str, int]:
    """The number of the change, by the key of the object ("iam.user:<ARN>"). Asks nothing more while none moves."""
    if not aws_account_status(aws_account).moves:
        return {}
    leases = Lease.objects.filter(aws_account=aws_account).values_list("object_key", "change_id")
    return {**_awaited(aws_account), **dict(leases)}


def _awaited(aws_account: AwsAccount) -> dict[str, int]:
    """Of two changes that wait for an object, the older one."""
    waiting = Change.objects.filter(aws_account=aws_account, state__in=Change.CLAIMABLE)
    steps = Step.objects.filter(change__in=waiting).exclude(state__in=Step.SETTLED).order_by("-change_id", "position")
    described = steps.values_list("change_id", "kind", "params")[:MOST_STEPS]
    return {key: change_id for change_id, kind, params in described for key in keys_written(kind, params)}


def keys_written(kind: str, params: Mapping[str, Any]) -> Sequence[str]:
    """Of what such a step writes, as leases have them; of one that this version doesn't know, nothing."""
    operation = operations.registry.get(kind)
    try:
        return operation.objects(operation.parse(params)) if operation else ()
    except BadParams:
        return ()


@dataclass(frozen=True)
class ObjectsOfSteps:
    """By their keys, as leases have them. `affected`: what is another one after the steps, without being written: a
    permission set of which an assignment is taken away."""

    written: frozenset[str] = frozenset()
    affected: frozenset[str] = frozenset()

    def __or__(self, others: ObjectsOfSteps) -> ObjectsOfSteps:
        return ObjectsOfSteps(self.written | others.written, self.affected | others.affected)

    def without(self, others: ObjectsOfSteps) -> ObjectsOfSteps:
        """Without what the others write already, as the plan of both knows."""
        return ObjectsOfSteps(self.written - others.written, self.affected - others.written)

    def meet(self, others: ObjectsOfSteps) -> bool:
        """Whether either writes what the other one writes or affects: then neither is what it was planned on."""
        return bool(self.written & (others.written | others.affected) or self.affected & others.written)


def objects_of(aws_account: AwsAccount, steps: Iterable[StepSpec]) -> ObjectsOfSteps:
    found = ObjectsOfSteps()
    for step in steps:
        found |= ObjectsOfSteps(
            frozenset(keys_written(step.kind, step.params)), _keys_affected(aws_account, step.kind, step.params)
        )
    return found


def _keys_affected(aws_account: AwsAccount, kind: str, params: Mapping[str, Any]) -> frozenset[str]:
    operation = operations.registry.get(kind)
    try:
        refs = operation.affected_objects(aws_account, operation.parse(params)) if operation else ()
    except BadParams:
        return frozenset()
    return frozenset(f"{ref.kind}:{ref.arn}" for ref in refs if ref.arn)


def pending_mark(row: MirroredRow, aws_account: AwsAccount) -> SafeString:
    """ "Pending", which leads to the change; nothing where no change writes the row's object."""
    return _NOT_PENDING if row.gone_at else mark_of(f"{row.kind}:{row.arn}", aws_account)


def mark_of(object_key: str, aws_account: AwsAccount) -> SafeString:
    """The same of what leases call so."""
    change_id = pending(aws_account).get(object_key)
    if change_id is None:
        return _NOT_PENDING
    url = reverse("change", kwargs={"account_id": aws_account.account_id, "pk": change_id})
    about = format_html('Pending<span class="visually-hidden">: change {}</span>', change_id)
    return flag(about, "", "clock", url)
