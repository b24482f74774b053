"""What a change does to objects that code owns, as a patch of that code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from accounts.models import AwsAccount
from infrastructure.code.parts import ExportedObject
from infrastructure.code.patch import PatchedPart, PatchStep, cloudformation_patch, patched, terraform_patch
from infrastructure.code.terraform import TYPES, Terraform, key_of, new_names
from infrastructure.exports.reading import PART_TYPES, prefetched, row_part
from infrastructure.models import OwnedResource
from infrastructure.owned.evidence import owned_by_code
from sync import operations
from sync.mirror.base import DETAILS, registry
from sync.models import Change, MirroredRow
from sync.operations import BadParams

# Of a user, or of their sessions: no code that owns the object says anything of these.
_NOT_OF_CODE = ("iam.key.", "iam.login.", "iam.mfa.", "iam.signing_cert.", "iam.ssh_key.", "iam.svc_cred.")
_SESSIONS = "iam.role.revoke_sessions"
_INDEX = re.compile(r"\[[^\]]*\]$")


@dataclass(frozen=True)
class StepAbout:
    """A step as it matters here: its kind ("iam.role.attach") and its parameters, as JSON."""

    kind: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class OwnedPatch:
    """`unsaid`: the kinds of steps that aren't said in either text."""

    row: MirroredRow
    resource: OwnedResource
    terraform: str
    cloudformation: str
    unsaid: Sequence[str]


@dataclass(frozen=True)
class OwnedChange:
    """An object that code owns, and what becomes of it. `found` is None of what isn't exported: `steps` say it."""

    row: MirroredRow
    resource: OwnedResource
    found: PatchedPart | None
    steps: Sequence[StepAbout]


def is_about_owned(change: Change) -> bool:
    """Whether it waits, and changes what a state or a stack says of an object."""
    return change.state in Change.UNSENT and bool(owned_changes(change.aws_account, _steps(change)))


def owned_changes(aws_account: AwsAccount, steps: Sequence[StepAbout]) -> list[OwnedChange]:
    """Of the objects that code owns those of which the steps change what code says."""
    changes = [
        OwnedChange(row, resource, _patched(row, about), about)
        for row, (resource, about) in _owned_rows(aws_account, steps).items()
    ]
    return [each for each in changes if each.found is None or not each.found.is_none]


def _patched(row: MirroredRow, steps: Sequence[StepAbout]) -> PatchedPart | None:
    part = _part(row)
    if part is None:
        return None
    return patched(part, [PatchStep(step.kind.removeprefix("iam."), step.params) for step in steps])


def _owned_rows(
    aws_account: AwsAccount, steps: Sequence[StepAbout]
) -> dict[MirroredRow, tuple[OwnedResource, list[StepAbout]]]:
    if not OwnedResource.objects.filter(aws_account=aws_account).exists():
        return {}
    about: dict[str, list[StepAbout]] = {}
    for step in steps:
        for key in _keys(step) if _is_of_code(step.kind) else ():
            about.setdefault(key, []).append(step)
    rows = {row: key for key in about for row in _rows(aws_account, key)}
    owned = owned_by_code(aws_account, rows)
    return {row: (resource, about[rows[row]]) for row, resource in owned.items()}


def patches_of(change: Change) -> Iterator[OwnedPatch]:
    return patches_of_steps(change.aws_account, _steps(change))


def patches_of_steps(aws_account: AwsAccount, steps: Sequence[StepAbout]) -> Iterator[OwnedPatch]:
    for each in owned_changes(aws_account, steps):
        yield patch_of(each)


def patch_of(change: OwnedChange) -> OwnedPatch:
    found, resource, names = change.found, change.resource, new_names()
    if found is None:
        return OwnedPatch(change.row, resource, "", "", [step.kind for step in change.steps])
    if resource.state_id:
        names.give(TYPES[type(found.before)], key_of(found.before), label_of(resource.address))
    logical_id = resource.address if resource.stack_id else ""
    terraform, cloudformation = terraform_patch(found, Terraform(names)), cloudformation_patch(found, logical_id)
    return OwnedPatch(change.row, resource, terraform, cloudformation, found.unsaid)


def _part(row: MirroredRow) -> ExportedObject | None:
    """None of what isn't exported."""
    if type(row) not in PART_TYPES:
        return None
    prefetch_related_objects([row], *prefetched(type(row)))
    part = row_part(row)
    return part if isinstance(part, ExportedObject) else None


def label_of(address: str) -> str:
    """ "module.ci.aws_iam_role.deploy[0]" → "deploy"."""
    return _INDEX.sub("", address).rpartition(".")[2]


def _steps(change: Change) -> list[StepAbout]:
    return [StepAbout(step.kind, step.params) for step in change.steps.all()]


def _is_of_code(kind: str) -> bool:
    return kind != _SESSIONS and not kind.startswith(_NOT_OF_CODE)


def _keys(step: StepAbout) -> Sequence[str]:
    """As leases have them: "iam.role:<ARN>"."""
    operation = operations.registry.get(step.kind)
    try:
        return operation.objects(operation.parse(step.params)) if operation else ()
    except BadParams:
        return ()


def _rows(aws_account: AwsAccount, key: str) -> Sequence[Any]:
    kind, _, arn = key.partition(":")
    mirror = registry.get((kind, DETAILS))
    if mirror is None:
        return ()
    rows = mirror.model.objects.live().filter(aws_account=aws_account, arn=arn)
    return list(rows.select_related("aws_account"))
