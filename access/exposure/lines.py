"""Findings about the exposure of a resource, as its page lists them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from access.denied.words import short
from access.exposure.finding_source import ExposureSource
from access.exposure.fixes import StagedFix, fix_of
from findings.models import Finding, FindingSeverity
from iamconsole.web.panels import SEVERITIES
from resources.models import Resource


@dataclass(frozen=True)
class StatementShown:
    """`where`: "bucket policy of reports, statement Open"; `text` is "" of one that is too long to be kept."""

    where: str
    text: str


@dataclass(frozen=True)
class ExposureLine:
    finding: Finding
    statements: Sequence[StatementShown]
    mute_url: str
    fix: StagedFix | None = None

    @property
    def badge(self) -> tuple[str, str, str]:
        """Word, ink and mark."""
        return SEVERITIES[self.finding.severity]


def exposure_lines(row: Resource, here: str) -> list[ExposureLine]:
    """As they were found when it was looked at last; the worst first, muted ones at the end. `here`: the address to
    come back to."""
    rows = Finding.objects.filter(aws_account=row.aws_account, kind=row.kind, object_id=row.aws_id)
    found = rows.filter(source=ExposureSource.name).there().order_by("pk")
    order = list(FindingSeverity)
    in_order = sorted(found, key=lambda each: (each.is_muted, order.index(FindingSeverity(each.severity))))
    url = reverse("mute_findings", kwargs={"account_id": row.aws_account.account_id})
    return [
        ExposureLine(
            each, _statements(each), f"{url}?{urlencode({'finding': each.pk, 'next': here})}", fix_of(row, each)
        )
        for each in in_order
    ]


def _statements(finding: Finding) -> list[StatementShown]:
    return [
        StatementShown(
            f"{short(each['policy'])}, {each['which']}",
            json.dumps(each["written"], indent=2, ensure_ascii=False) if each["written"] else "",
        )
        for each in finding.evidence["statements"]
    ]
