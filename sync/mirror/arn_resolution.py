"""Resolves ARNs: the ids that the mirror has for objects of these ARNs now, looked up for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from accounts.models import AwsAccount
from sync.mirror.base import mirror_of
from sync.object_ref import ObjectRef


def resolve_arns(aws_account: AwsAccount, refs: Sequence[ObjectRef]) -> list[ObjectRef]:
    """The same references; those `by_arn` with their ids, "" where the mirror has no live object of that ARN."""
    sought: defaultdict[str, set[str]] = defaultdict(set)
    for ref in refs:
        if ref.by_arn:
            sought[ref.kind].add(ref.arn)
    ids: dict[tuple[str, str], str] = {}
    for kind, arns in sought.items():
        rows = mirror_of(kind).model.objects.live().filter(aws_account=aws_account, arn__in=arns).order_by("pk")
        ids |= {(kind, arn): aws_id for arn, aws_id in rows.values_list("arn", "aws_id")}
    return [
        replace(ref, object_id=ids.get((ref.kind, ref.arn), ""), by_arn=False) if ref.by_arn else ref for ref in refs
    ]
