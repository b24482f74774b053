"""The rows of a page of the inbox, each with the head of its group where one begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.access import may
from accounts.models import Operator
from accounts.roles import MUTE, PROPOSE
from findings.fixes import is_fixable
from findings.inbox.table import NEW, called, noun_of
from findings.models import Finding, FindingSeverity
from findings.sources import rule_of
from iamconsole.web.listings import TableListing
from iamconsole.web.panels import SEVERITIES
from iamconsole.web.words import counted
from sync import mirror

_FIELDS = {"rule": "by_rule", "object": "by_object", "owner": "owner_name", "severity": "rank"}


@dataclass(frozen=True)
class GroupHead:
    """`badge`: of SEVERITIES, where the group has one. `url`: of the list of this group alone."""

    title: str
    said: str
    url: str = ""
    badge: tuple[str, str, str] | None = None
    rule: str = ""


@dataclass(frozen=True)
class InboxLine:
    finding: Finding
    head: GroupHead | None
    noun: str
    says_rule: bool  # where the group doesn't
    is_known: bool = False  # whether its AWS account was looked at before: what is found on the first day isn't new
    may_mute: bool = False  # in its AWS account
    may_stage: bool = False

    @property
    def name(self) -> str:
        return called(self.finding)

    @property
    def badge(self) -> tuple[str, str, str]:
        return SEVERITIES[self.finding.severity]

    @property
    def rule_name(self) -> str:
        return rule_of(self.finding.rule).name

    @property
    def is_new(self) -> bool:
        return self.is_known and self.finding.first_seen > timezone.now() - NEW

    @property
    def is_fixable(self) -> bool:
        return self.finding.is_there and is_fixable(self.finding.rule)

    @property
    def owner(self) -> str:
        return self.finding.owner_name

    @property
    def owner_left(self) -> bool:
        return self.finding.owner is not None and not self.finding.owner.is_active


def lines_of(listing: TableListing, known: Set[int], operator: Operator) -> list[InboxLine]:
    """`known`: the AWS accounts that were looked at before today, by primary key."""
    rows: Sequence[Finding] = listing.page.rows
    by = (listing.state.sort or listing.table.default_sort).removeprefix("-")
    heads = _heads(listing, rows, by) if by in _FIELDS else {}
    lines, before = [], object()
    for row in rows:
        key = getattr(row, _FIELDS[by]) if heads else None
        head = heads.get(key) if key != before else None
        before = key
        allowed = [may(operator, permission, row.aws_account) for permission in (MUTE, PROPOSE)]
        lines.append(InboxLine(row, head, noun_of(row), by != "rule", row.aws_account_id in known, *allowed))
    return lines


def object_urls(findings: Sequence[Finding]) -> Mapping[int, str]:
    """Of their objects' pages, by the primary key of the finding. One query a kind of objects."""
    wanted: dict[str, list[Finding]] = {}
    for finding in findings:
        wanted.setdefault(finding.kind, []).append(finding)
    found: dict[int, str] = {}
    for kind, some in wanted.items():
        about = mirror.mirror_about(kind)
        if about is not None and about.page:
            places = {each.aws_account_id for each in some}
            ids = {each.object_id for each in some}
            rows = about.model.objects.filter(aws_account__in=places, aws_id__in=ids).select_related("aws_account")
            urls = {(row.aws_account_id, row.aws_id): about.url(row) for row in rows}
            found |= {each.pk: urls.get((each.aws_account_id, each.object_id), "") for each in some}
    return found


# ---- Groups ----------------------------------------------------------------------------------------------------------
def _heads(listing: TableListing, rows: Sequence[Finding], by: str) -> Mapping[Any, GroupHead]:
    """By the value that the group has in common; counted over all pages."""
    field = _FIELDS[by]
    first: dict[Any, Finding] = {}
    for row in rows:
        first.setdefault(getattr(row, field), row)
    if not first:
        return {}
    same: QuerySet[Any] = listing.matching.filter(**{f"{field}__in": list(first)}).order_by()
    counts = same.values_list(field).annotate(Count("pk"), Count("object_id", distinct=True))
    by_key = {key: (findings, objects) for key, findings, objects in counts}
    return {key: _head(listing, by, row, *by_key.get(key, (1, 1))) for key, row in first.items()}


def _head(listing: TableListing, by: str, row: Finding, findings: int, objects: int) -> GroupHead:
    said = counted(findings, "finding")
    badge = SEVERITIES[row.severity]
    of_objects = said if findings == objects else f"{said}, {counted(objects, 'object')}"
    if by == "rule":
        url = listing.state.url(rule=row.rule, severity=row.severity)
        return GroupHead(rule_of(row.rule).name, of_objects, url, badge, row.rule)
    if by == "object":
        return GroupHead(f"{called(row)}, {noun_of(row)}", said, listing.state.url(object=row.object_id))
    if by == "owner":
        chosen = {"owned_by": row.owner_name} if row.owner_name else {"owner": "none"}
        return GroupHead(row.owner_name or "No owner", of_objects, listing.state.url(**chosen))
    severity = FindingSeverity(row.severity)
    return GroupHead(severity.label, of_objects, listing.state.url(severity=str(severity)), badge)
