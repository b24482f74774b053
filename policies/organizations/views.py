"""Pages of an organization: what bounds an AWS account, the tree, and the lists and pages of what is in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web.listings import list_response
from objects.object_pages import HISTORY, RAW, ObjectPages, Tab
from objects.views.lists import ObjectList
from policies import kinds
from policies.findings import judged
from policies.models import OrgAccount, OrgPolicy, OrgUnit
from policies.organizations import selectors, tables
from policies.organizations.quotas import quotas_of_type
from policies.organizations.selectors import policies_on
from policies.organizations.types import document_type
from policies.summaries import summaries_of

# ---- The tree of an organization: every unit, and of its accounts the first few ------------------------------
# A unit may have thousands of accounts: the list of accounts shows them all.
ACCOUNTS_SHOWN = 8


@dataclass(frozen=True)
class OrganizationLine:
    """A unit or an account, with the policies attached right there. `depth` is 0 at the root."""

    node: OrgUnit | OrgAccount
    depth: int
    policies: Sequence[OrgPolicy]
    accounts: int = 0  # of a unit: those right in it
    connected: AwsAccount | None = None  # of an account: as this console has it

    @property
    def is_unit(self) -> bool:
        return isinstance(self.node, OrgUnit)

    @property
    def hidden(self) -> int:
        """How many accounts of a unit are not shown."""
        return max(0, self.accounts - ACCOUNTS_SHOWN)


def outline(held_by: AwsAccount) -> list[OrganizationLine]:
    """From the root down, each unit followed by its accounts and then by the units below it."""
    units = defaultdict(list)
    for unit in OrgUnit.objects.live().filter(aws_account=held_by).order_by("name_key", "pk"):
        units[unit.parent_id].append(unit)
    accounts, counts = _accounts(held_by)
    shown = [node.aws_id for nodes in (*units.values(), *accounts.values()) for node in nodes]
    policies = policies_on(held_by, shown)
    connected = {one.account_id: one for one in AwsAccount.objects.filter(account_id__in=shown)}

    def lines(parent_id: str, depth: int) -> Iterator[OrganizationLine]:
        for account in accounts.get(parent_id, ()):
            found = connected.get(account.aws_id)
            yield OrganizationLine(account, depth, policies.get(account.aws_id, ()), connected=found)
        for unit in units.get(parent_id, ()):
            yield OrganizationLine(unit, depth, policies.get(unit.aws_id, ()), accounts=counts.get(unit.aws_id, 0))
            yield from lines(unit.aws_id, depth + 1)

    return list(lines("", 0))


def _accounts(held_by: AwsAccount) -> tuple[dict[str, list[OrgAccount]], dict[str, int]]:
    """By unit: the first accounts, and the number of all."""
    live = OrgAccount.objects.live().filter(aws_account=held_by)
    place = Window(RowNumber(), partition_by=F("parent_id"), order_by=["name_key", "pk"])
    number = Window(Count("pk"), partition_by=F("parent_id"))
    found, counts = defaultdict(list), {}
    for account in live.annotate(place=place, number=number).filter(place__lte=ACCOUNTS_SHOWN).order_by("place"):
        found[account.parent_id].append(account)
        counts[account.parent_id] = account.number
    return dict(found), counts


@require_GET
def organization(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    tree = selectors.tree_over(aws_account.account_id)
    shows_tree = tree is not None and may(signed_in(request), SEE_IAM, tree.held_by)
    found = tree.organization if tree else selectors.organization_of(aws_account)
    context = {
        "aws_account": aws_account,
        "organization": found,
        "tree": tree,
        "lines": outline(tree.held_by) if tree and shows_tree else [],
        "shows_tree": shows_tree,
        "bounds": bounds(aws_account, tree),
    }
    return render(request, "organizations/organization.html", context)


@dataclass(frozen=True)
class ControlPolicyTypeView:
    """One type of control policy as a page says it. `named` is what they are called, `of` what they bound."""

    named: str
    of: str
    found: selectors.Bound

    @property
    def is_read(self) -> bool:
        return isinstance(self.found, selectors.ControlPolicies)


_WORDS = {
    OrgPolicy.Type.SCP: ("Service control policies", "what principals of this AWS account may do"),
    OrgPolicy.Type.RCP: ("Resource control policies", "what anybody may do with resources of this AWS account"),
}
_BOTH = ("Control policies", "what principals of this AWS account may do, and what anybody may with its resources")


def bounds(aws_account: AwsAccount, tree: selectors.OrganizationTree | None = None) -> list[ControlPolicyTypeView]:
    """One for each type, or one for both where the same is to be said of them.

    `tree` is the one over the AWS account, where it is known already.
    """
    found = selectors.bounds_in(tree, aws_account.account_id) if tree else selectors.bounds_of(aws_account)
    scps, rcps = (found[one] for one in (OrgPolicy.Type.SCP, OrgPolicy.Type.RCP))
    if scps == rcps:
        return [ControlPolicyTypeView(*_BOTH, scps)]
    return [ControlPolicyTypeView(*_WORDS[one], found[one]) for one in OrgPolicy.Type]


def _principal_bounds(request: HttpRequest, principal: Any) -> Mapping[str, Any]:
    tree = selectors.tree_over(principal.aws_account.account_id)
    links = tree is not None and may(signed_in(request), SEE_IAM, tree.held_by)
    found = selectors.scp_levels_of(principal.aws_account)
    return {"bounds": [ControlPolicyTypeView(*_WORDS[OrgPolicy.Type.SCP], found)], "links": links}


# A tab of users and roles: what they are given is worth no more than this lets through.
BOUNDS = Tab("bounds", "Limits", "organizations/tabs/bounds.html", _principal_bounds, position=55)


@require_GET
def accounts(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    return list_response(request, tables.ACCOUNTS, tables.accounts(aws_account), aws_account)


def _document(request: HttpRequest, policy: OrgPolicy) -> Mapping[str, Any]:
    text = policy.document.text
    most = quotas_of_type(policy.type).characters
    return {"judged": judged(text, document_type(policy)), "summaries": summaries_of(text), "most": most}


def _targets(request: HttpRequest, policy: OrgPolicy) -> Mapping[str, Any]:
    return {"targets": selectors.targets_of(policy)}


POLICY = ObjectPages(
    of=kinds.CONTROL_POLICY,
    template="organizations/policy.html",
    rows=lambda aws_account: tables.policies(aws_account).select_related("document"),
    tabs=(
        Tab("", "Document", "organizations/tabs/document.html", _document, position=20),
        Tab("targets", "Attached to", "organizations/tabs/targets.html", _targets, lambda row: row.target_count, 30),
        HISTORY,
        RAW,
    ),
)
POLICIES = ObjectList(POLICY, tables.POLICIES, rows=tables.policies, can_be_picked=False)
