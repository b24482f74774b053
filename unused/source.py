"""Brings the rows of what nobody uses in line with the mirror.

It is a source of findings that finds none: so it is asked after a pull or a change, and once an hour.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from findings.rules import Rule
from findings.sources import ALL, FindingSource, Found, stamp_of, stamp_of_code
from sync.mirror.paced_writes import paced_write
from unused.kinds.base import UnusedFound, UnusedKind, idle
from unused.kinds.registry import KINDS
from unused.models import UnusedObject

_CODE = ("unused",)
_AT_ONCE = 500
_COLUMNS = (
    "kind",
    "object_id",
    "name",
    "name_key",
    "whose",
    "arn",
    "page",
    "page_id",
    "state",
    "created_at",
    "last_used_at",
    "idle_since",
    "evidence_at",
    "why",
    "caveats",
    "why_not",
    "can_clean",
    "in_code",
    "owner",
)


class UnusedSource(FindingSource):
    """One scope, the AWS account."""

    name = "unused"
    title = "What nobody uses"
    rules: Mapping[str, Rule] = {}

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        said = sorted(rows_now(aws_account, timezone.now()).items())
        return {ALL: stamp_of(stamp_of_code(*_CODE), said)}

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        write(aws_account, rows_now(aws_account, timezone.now()))
        return dict.fromkeys(scopes, ())


def rows_now(aws_account: AwsAccount, now: datetime) -> dict[str, dict[str, Any]]:
    """The columns of all that there is now, by their `aws_id`."""
    return {f"{slug}:{found.object_id}": columns for slug, found, columns in _all(aws_account, now)}


def _all(aws_account: AwsAccount, now: datetime) -> Iterator[tuple[str, UnusedFound, dict[str, Any]]]:
    for slug, kind in KINDS.items():
        at = kind.evidence(aws_account, now).at
        for found in idle(kind.found(aws_account, now), now):
            yield slug, found, _columns(kind, found, at, now)


def _columns(kind: UnusedKind, found: UnusedFound, at: datetime | None, now: datetime) -> dict[str, Any]:
    is_unknown = bool(found.unknown)
    return {
        "kind": kind.slug,
        "object_id": found.object_id,
        "name": found.name,
        "name_key": found.name.casefold(),
        "whose": found.whose,
        "arn": found.arn,
        "page": found.page or kind.page,
        "page_id": found.page_id,
        "state": str(UnusedObject.State.UNKNOWN if is_unknown else UnusedObject.State.UNUSED),
        "created_at": found.created_at,
        "last_used_at": found.last_used_at,
        "idle_since": found.idle_since or now.replace(hour=0, minute=0, second=0, microsecond=0),
        "evidence_at": at,
        "why": found.unknown or found.why,
        "caveats": list(found.caveats),
        "why_not": found.why_not or (found.unknown and "Unknown isn’t unused: nothing is switched off."),
        "can_clean": not is_unknown and not found.why_not,
        "in_code": found.in_code,
        "owner": found.owner,
    }


def write(aws_account: AwsAccount, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """What differs only. Not in a transaction."""
    rows = UnusedObject.objects.filter(aws_account=aws_account)
    there = {row.aws_id: row for row in rows.iterator()}
    gone = [row.pk for aws_id, row in there.items() if aws_id not in wanted]
    new = [UnusedObject(aws_account=aws_account, aws_id=aws_id, **wanted[aws_id]) for aws_id in wanted.keys() - there]
    changed = [row for aws_id, row in there.items() if aws_id in wanted and _differs(row, wanted[aws_id])]
    for some in _batches(gone):
        with paced_write():
            UnusedObject.objects.filter(pk__in=some).delete()
    for many in _batches(sorted(new, key=lambda row: row.aws_id)):
        with paced_write():
            UnusedObject.objects.bulk_create(many, ignore_conflicts=True)  # two looks at once find the same
    for many in _batches(changed):
        with paced_write():
            UnusedObject.objects.bulk_update(many, _COLUMNS)


def _differs(row: UnusedObject, columns: Mapping[str, Any]) -> bool:
    """Sets what differs."""
    differing = {name: value for name, value in columns.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(items), _AT_ONCE):
        yield items[begin : begin + _AT_ONCE]
