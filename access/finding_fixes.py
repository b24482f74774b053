"""What puts right what `access` finds: an edit of the policy that opens a resource, or the page of what ends paths."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from access.exposure.fixes import fix_of as exposure_fix_of
from access.exposure.rules import RULES as EXPOSURE
from findings import finding_links, fixes
from findings.finding_links import FindingLink
from findings.fixes import FindingFix
from findings.models import Finding
from findings.rule_names import ESCALATION_PATH
from objects.finding_fixes import action_fix
from resources.models import Resource


def _close(finding: Finding) -> FindingFix | None:
    """The policy without the statements that open it."""
    rows = Resource.objects.live().filter(aws_account=finding.aws_account_id, aws_id=finding.object_id)
    row = rows.select_related("aws_account").prefetch_related("policies__document").first()
    found = exposure_fix_of(row, finding) if row else None
    if row is None or found is None:
        return None
    if "delete-policy" in found.url:
        return action_fix("resource", row, "delete-policy", label=found.label)
    names = "\n".join(str(each["which"]) for each in finding.evidence["statements"])
    return action_fix("resource", row, "edit-policy", {"without": names}, label=found.label)


def _cut(finding: Finding) -> FindingFix:
    """What ends the path, and at what price, is the page of paths to say."""
    url = reverse("escalations", kwargs={"account_id": finding.aws_account.account_id})
    return FindingFix("Show what ends it", f"{url}?{urlencode({'of': finding.object_id})}")


def _paths(finding: Finding) -> FindingLink:
    found = _cut(finding)
    return FindingLink("Show the paths, and what ends them", found.url)


def register() -> None:
    fixes.register(*EXPOSURE, fix_of=_close)
    fixes.register(ESCALATION_PATH, fix_of=_cut)
    finding_links.register(ESCALATION_PATH, link_of=_paths)
