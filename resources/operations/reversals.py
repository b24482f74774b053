"""What brings a resource back that somebody else changed: its policy, and Block Public Access of a bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from accounts.models import AwsAccount
from policies.documents import texts_of
from resources.models import Resource
from resources.operations.blocking import BLOCK, SETTINGS
from resources.operations.functions import plan_function_policy
from resources.operations.policies import POLICY, delete_policy, put_policy
from resources.operations.public_access import put_public_access_block
from resources.table.computing import FUNCTION
from resources.table.s3 import BUCKET
from resources.table.writing import WRITING
from sync import reversals
from sync.mirror import Content
from sync.mirror.base import DETAILS
from sync.object_ref import ObjectRef
from sync.operations import BadParams, Refusal, StepSpec
from sync.reversals import Reversal

_NOT_OURS = "The console makes and deletes no resources: only what stands on them."
_NOT_KEPT = "What its policy said isn’t kept any more."
_GONE = "It is gone since."


def reverse_resource(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    if not before or not after:
        return Reversal(left=(_NOT_OURS,))
    rows = Resource.objects.live().filter(aws_account=aws_account, kind=ref.kind, aws_id=ref.object_id)
    row = rows.select_related("aws_account").prefetch_related("policies__document").first()
    if row is None:
        return Reversal(left=(_GONE,))
    left: list[str] = []
    steps = tuple(_steps(row, before, after, left))
    return Reversal(steps, tuple(left))


def _steps(row: Resource, before: Content, after: Content, left: list[str]) -> Iterator[StepSpec]:
    had, has = before.get(POLICY) or {}, after.get(POLICY) or {}
    for on in sorted({*had, *has}):
        if _meaning(had.get(on)) == _meaning(has.get(on)):
            continue
        try:
            yield from _policy_steps(row, on, _text(had.get(on)))
        except (BadParams, Refusal, LookupError) as problem:
            left.append(str(problem) if isinstance(problem, BadParams | Refusal) else _NOT_KEPT)
    if row.kind == BUCKET.kind and before.get(BLOCK) != after.get(BLOCK):
        block: Mapping[str, Any] = before.get(BLOCK) or {}
        yield put_public_access_block(row, [name for name in SETTINGS if block.get(name)])


def _meaning(referred: Mapping[str, str] | None) -> str:
    return referred["canonical"] if referred else ""


def _text(referred: Mapping[str, str] | None) -> str | None:
    """None where there was none. Raises LookupError where it isn't kept."""
    return texts_of([referred["text"]])[referred["text"]] if referred else None


def _policy_steps(row: Resource, on: str, text: str | None) -> list[StepSpec]:
    if row.kind == FUNCTION.kind:
        return plan_function_policy(row, on, text)
    if text is not None:
        return [put_policy(row, text)]
    if WRITING[row.kind].delete is None:
        raise Refusal("AWS always keeps a policy on it.")
    return [delete_policy(row)]


def register() -> None:
    for kind in (*WRITING, FUNCTION.kind):
        reversals.register(kind, DETAILS, reverse_resource)
