"""What a change does to objects that code owns, as a patch of that code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from infrastructure.code.parts import ExportedObject
from infrastructure.code.patch import PatchStep, cloudformation_patch, patched, terraform_patch
from infrastructure.code.terraform import TYPES, Terraform, key_of, new_names
from infrastructure.exports.reading import PART_TYPES, prefetched, row_part
from infrastructure.models import OwnedResource, StateFile
from infrastructure.owned.evidence import owned_by_state
from sync import operations
from sync.mirror.base import DETAILS, registry
from sync.models import Change, MirroredRow, Step

_INDEX = re.compile(r"\[[^\]]*\]$")


@dataclass(frozen=True)
class OwnedPatch:
    """`unsaid`: the kinds of steps that aren't said in either text."""

    row: MirroredRow
    resource: OwnedResource
    terraform: str
    cloudformation: str
    unsaid: Sequence[str]


def is_about_owned(change: Change) -> bool:
    """Whether it waits, and is about an object that a state has as a resource."""
    if change.state not in Change.UNSENT or not StateFile.objects.filter(aws_account=change.aws_account_id).exists():
        return False
    return bool(owned_rows(change))


def owned_rows(change: Change) -> dict[MirroredRow, tuple[OwnedResource, list[Step]]]:
    """The objects that the change writes and a state owns, each with the steps about it."""
    steps: dict[str, list[Step]] = {}
    for step in change.steps.all():
        for key in _keys(step):
            steps.setdefault(key, []).append(step)
    rows = {row: key for key in steps for row in _rows(change, key)}
    owned = owned_by_state(change.aws_account, rows)
    return {row: (resource, steps[rows[row]]) for row, resource in owned.items()}


def patches_of(change: Change) -> Iterator[OwnedPatch]:
    for row, (resource, steps) in owned_rows(change).items():
        if type(row) not in PART_TYPES:
            continue
        prefetch_related_objects([row], *prefetched(type(row)))
        part = row_part(row)
        if not isinstance(part, ExportedObject):
            continue
        found = patched(part, [PatchStep(step.kind.removeprefix("iam."), step.params) for step in steps])
        names = new_names()
        names.give(TYPES[type(part)], key_of(part), label_of(resource.address))
        yield OwnedPatch(
            row, resource, terraform_patch(found, Terraform(names)), cloudformation_patch(found), found.unsaid
        )


def label_of(address: str) -> str:
    """ "module.ci.aws_iam_role.deploy[0]" → "deploy"."""
    return _INDEX.sub("", address).rpartition(".")[2]


def _keys(step: Step) -> Sequence[str]:
    """As `OwnershipCheck` knows them."""
    operation = operations.registry.get(step.kind)
    if operation is None or not step.kind.startswith("iam."):
        return ()
    try:
        return operation.objects(operation.parse(step.params))
    except operations.BadParams:
        return ()


def _rows(change: Change, key: str) -> Sequence[Any]:
    kind, _, arn = key.partition(":")
    mirror = registry.get((kind, DETAILS))
    if mirror is None:
        return ()
    rows = mirror.model.objects.live().filter(aws_account=change.aws_account_id, arn=arn)
    return list(rows.select_related("aws_account"))
