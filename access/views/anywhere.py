"""Who takes on a role by a certificate: a tab of roles that trust IAM Roles Anywhere, and a panel among paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from access.anywhere import SERVICE, RoleEntrances, entrances_by_role, entrances_of, trusts_anywhere
from access.object_links import principal_url
from accounts.models import AwsAccount
from findings.models import Finding
from findings.rule_names import ADMINISTRATOR
from identities.models import IamRole
from identities.object_pages import ROLE
from objects.object_pages import fetch_row, render_tab

ANYWHERE = "anywhere"


@require_safe
def role_anywhere(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, ROLE, account_id, aws_id)
    if not trusts_anywhere(row):
        raise Http404("Only roles that trust IAM Roles Anywhere have them.")
    context = {"found": entrances_of(row)}
    return render_tab(request, ROLE, row, tab=ANYWHERE, template="access/anywhere.html", context=context)


@dataclass(frozen=True)
class CertificateLine:
    """A role that is an administrator, or can become one, and that is taken on by certificates."""

    name: str
    url: str
    is_administrator: bool
    found: RoleEntrances


def certificate_lines(aws_account: AwsAccount, paths_of: set[str]) -> Sequence[CertificateLine]:
    """`paths_of`: the unique ids of who can become an administrator. Also where it isn't known whether anybody comes
    in."""
    live = IamRole.objects.live().filter(aws_account=aws_account, trusted_principals__value=SERVICE)
    trusting = list(live.select_related("trust").distinct())
    if not trusting:
        return ()
    there = Finding.objects.filter(aws_account=aws_account, rule=ADMINISTRATOR).there()
    administrators = set(there.values_list("object_id", flat=True))
    rows = [row for row in trusting if row.aws_id in administrators | paths_of]
    for row in rows:
        row.aws_account = aws_account
    found = entrances_by_role(aws_account, rows)
    return [
        CertificateLine(
            row.name, principal_url(aws_account, row.aws_id, is_role=True), row.aws_id in administrators, found[row.arn]
        )
        for row in rows
        if found[row.arn].entrances or found[row.arn].unknown
    ]
