"""From a finding about something unused to where it is cleaned up."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from directory.unused_finding_source import UNUSED as UNUSED_ASSIGNMENT
from findings import finding_links
from findings.finding_links import FindingLink
from findings.models import Finding
from iamconsole.web.filters import ANY
from identities.posture.credential_rules import OLD_KEY, UNUSED_KEY, UNUSED_PASSWORD

_KINDS = {OLD_KEY: "key", UNUSED_KEY: "key", UNUSED_PASSWORD: "password", UNUSED_ASSIGNMENT: "assignment"}


def _link(finding: Finding) -> FindingLink | None:
    kind = _KINDS[finding.rule]
    if finding.rule == OLD_KEY and not finding.evidence.get("unused"):
        return None
    words = {"key": finding.evidence.get("key", ""), "password": finding.name}.get(kind, "")
    query = {"kind": kind, "age": ANY, **({"q": words} if words else {})}
    url = reverse("unused", kwargs={"account_id": finding.aws_account.account_id})
    return FindingLink("Show it among what is unused, and clean it up", f"{url}?{urlencode(query)}")


def register() -> None:
    finding_links.register(*_KINDS, link_of=_link)
