"""The page of a place in an organization: the root, a unit or an account, with what is attached there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import PROPOSE
from policies.models import OrgAccount, Organization, OrgPolicy, OrgUnit
from policies.organizations.selectors import Node, policies_on

MOST_SHOWN = 50  # accounts right in a unit


@dataclass(frozen=True)
class AttachedAbove:
    """What comes from a place above."""

    node: OrgUnit
    policies: Sequence[OrgPolicy]


@require_GET
def node(request: HttpRequest, account_id: str, node_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    found = _node(aws_account, node_id)
    above = _above(aws_account, found)
    attached = policies_on(aws_account, [found.aws_id, *(unit.aws_id for unit in above)])
    below = OrgAccount.objects.live().filter(aws_account=aws_account, parent_id=found.aws_id)
    shown = list(below.order_by("name_key", "pk")[:MOST_SHOWN])
    known = {one.account_id: one for one in AwsAccount.objects.filter(account_id__in=[found.aws_id, *_ids(shown)])}
    organization = Organization.objects.live().filter(aws_account=aws_account).first()
    context = {
        "aws_account": aws_account,
        "node": found,
        "is_unit": isinstance(found, OrgUnit),
        "is_management": organization is not None and organization.management_id == found.aws_id,
        "connected": known.get(found.aws_id),
        "attached": attached.get(found.aws_id, ()),
        "above": [AttachedAbove(unit, attached.get(unit.aws_id, ())) for unit in above],
        "units": list(
            OrgUnit.objects.live().filter(aws_account=aws_account, parent_id=found.aws_id).order_by("name_key")
        ),
        "accounts": [(each, known.get(each.aws_id)) for each in shown],
        "more": below.count() - len(shown),
        "may_stage": found.gone_at is None and may(signed_in(request), PROPOSE, aws_account),
    }
    return render(request, "organizations/node.html", context)


def _ids(rows: Sequence[OrgAccount]) -> list[str]:
    return [row.aws_id for row in rows]


def _node(aws_account: AwsAccount, node_id: str) -> Node:
    for model in (OrgUnit, OrgAccount):
        row: Node | None = model.objects.filter(aws_account=aws_account, aws_id=node_id).first()
        if row is not None:
            return row
    raise Http404("The mirror has no such place.")


def _above(aws_account: AwsAccount, of: Node) -> list[OrgUnit]:
    """From the root down, without itself."""
    parent = OrgUnit.objects.filter(aws_account=aws_account, aws_id=of.parent_id).first() if of.parent_id else None
    if parent is None:
        return []
    ids = [each for each in parent.path.split("/") if each]
    rows = OrgUnit.objects.filter(Q(aws_id__in=ids), aws_account=aws_account)
    found = {row.aws_id: row for row in rows}
    return [found[each] for each in ids if each in found]
