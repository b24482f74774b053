"""The column `in_code` of mirrored rows: whether a state or a stack has the object as a resource of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import AwsAccount
from infrastructure.models import OwnedResource
from sync.mirror.base import DETAILS, registry
from sync.mirror.facets import lock_details
from sync.mirror.paced_writes import paced_write
from sync.models import CodeOwnedRow
from sync.object_ref import ObjectRef

_AT_ONCE = 500  # rows


def marked_models() -> list[type[CodeOwnedRow]]:
    """Those that have the column."""
    found = (mirror.model for mirror in registry.values() if mirror.source == DETAILS)
    return list(dict.fromkeys(model for model in found if issubclass(model, CodeOwnedRow)))


def mark_rows(aws_account: AwsAccount) -> None:
    """Brings the column in line with what owns objects there now. Writes what differs only. Not in a transaction.

    An earlier object of a name isn't the owned one where the state knows another unique id.
    """
    named: dict[str, list[OwnedResource]] = {}
    for each in OwnedResource.objects.filter(aws_account=aws_account, is_own=True):
        named.setdefault(each.kind, []).append(each)
    for model in marked_models():
        rows = model.objects.filter(aws_account=aws_account)
        wanted = {pk for kind, owned in named.items() for pk in _owned_pks(of_kind(rows.live(), kind), owned)}
        marked = set(rows.filter(in_code=True).values_list("pk", flat=True))
        _write(aws_account, model, wanted - marked, in_code=True)
        _write(aws_account, model, marked - wanted, in_code=False)


def of_kind(rows: Any, kind: str) -> Any:
    """Of a model: resources have rows of several kinds."""
    model_kind = getattr(rows.model, "kind", "")
    if isinstance(model_kind, str):
        return rows if model_kind == kind else rows.none()
    return rows.filter(kind=kind)


def _owned_pks(rows: QuerySet[Any], owned: Sequence[OwnedResource]) -> Iterator[int]:
    if not owned or rows.query.is_empty():
        return
    for some in _batches(owned):
        ids: defaultdict[str, set[str]] = defaultdict(set)  # by ARN, or by name where that isn't known
        for each in some:
            ids[each.arn or each.name].add(each.unique_id)
        by_arn, by_name = [each.arn for each in some if each.arn], [each.name for each in some if not each.arn]
        found = rows.filter(Q(arn__in=by_arn) | Q(name__in=by_name)).order_by("pk")
        for pk, arn, name, aws_id in found.values_list("pk", "arn", "name", "aws_id"):
            if (ids.get(arn, set()) | ids.get(name, set())) & {"", aws_id}:
                yield pk


def _write(aws_account: AwsAccount, model: type[CodeOwnedRow], pks: Iterable[int], *, in_code: bool) -> None:
    """A pull may be about to write the same rows: whoever does locks their facets first."""
    for some in _batches(sorted(pks)):
        with paced_write():
            rows = list(model.objects.filter(pk__in=some))
            lock_details(aws_account, [ObjectRef(row.kind, row.aws_id, row.name, row.arn, row.region) for row in rows])
            model.objects.filter(pk__in=some).update(in_code=in_code)


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(items), _AT_ONCE):
        yield items[begin : begin + _AT_ONCE]
