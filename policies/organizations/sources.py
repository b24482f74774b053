"""What is pulled of an organization: from every AWS account whether it is in one, and the whole of it from those that
may read it, the management account and delegated administrators."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from accounts.models import AwsAccount
from iamconsole.web.once import once_a_page
from policies.models import OrgAccount, Organization, OrgPolicy, OrgUnit
from policies.organizations import mirrors, reads
from sync import clock, mirror
from sync.aws.errors import NotFound
from sync.aws.organization_errors import NotInOrganization
from sync.aws.permission import read
from sync.mirror import AccountRegion, Item, Reader, Source, SourcePage

MEMBERSHIP, TREE = "org.membership", "org.tree"


_UNITS = "Read the organization's units and accounts, from its management account or a delegate."
_POLICIES = "Read the control policies that bound what an AWS account's principals and resources may."
_AGAIN = "Read one object of the organization again, before it is taken for gone."


class OrganizationMembershipSource(Source):
    """Stand-alone is an answer: then there is none."""

    name = MEMBERSHIP
    title = "Membership of an organization"
    facet = "details"
    kinds = (Organization.kind,)
    permissions = (read("organizations:DescribeOrganization", "Know whether the AWS account is in an organization."),)

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        requested_at = clock.now()
        try:
            found = [reads.organization(client)]
        except NotInOrganization:
            found = []
        yield SourcePage({Organization.kind: found}, None, requested_at)


class OrganizationTreeSource(Source):
    """From the root down, then the policies: a page is what one node has below it, or some policies.

    Its marker is what is still to be read.
    """

    name = TREE
    title = "Organization: units, accounts and control policies"
    facet = "details"
    kinds = (OrgUnit.kind, OrgAccount.kind, OrgPolicy.kind)
    # Where the AWS account is neither the management account nor a delegate, AWS denies them all.
    permissions = (
        read("organizations:ListRoots", _UNITS, MaxResults=1),
        read("organizations:ListOrganizationalUnitsForParent", _UNITS, ParentId="r-none", MaxResults=1),
        read("organizations:ListAccountsForParent", _UNITS, ParentId="r-none", MaxResults=1),
        read("organizations:ListPolicies", _POLICIES, Filter="SERVICE_CONTROL_POLICY", MaxResults=1),
        read("organizations:DescribePolicy", _POLICIES, PolicyId="p-00000000"),
        read("organizations:ListTargetsForPolicy", _POLICIES, PolicyId="p-00000000", MaxResults=1),
        read("organizations:DescribeAccount", _AGAIN, AccountId="{account_id}"),
        read("organizations:DescribeOrganizationalUnit", _AGAIN, OrganizationalUnitId="ou-none-00000000"),
        read("organizations:ListParents", _AGAIN, ChildId="{account_id}"),
    )
    after = (MEMBERSHIP,)

    def serves(self, aws_account: AwsAccount) -> bool:
        """Also where AWS has said that there is no organization any more: what the mirror has of one then ends."""
        return super().serves(aws_account) and _may_read(aws_account)

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        todo: list[list[str]] = json.loads(marker) if marker else [["roots"]]
        while todo:
            requested_at = clock.now()
            (what, *where), *todo = todo
            items, further = _READS[what](client, *where)
            todo += further
            yield SourcePage(items, json.dumps(todo) if todo else None, requested_at)


@once_a_page
def _may_read(aws_account: AwsAccount) -> bool:
    organization: Organization | None = Organization.objects.live().filter(aws_account=aws_account).first()
    if organization is None:
        return bool(OrgUnit.objects.live().filter(aws_account=aws_account).exists())
    return organization.delegated or organization.management_id == aws_account.account_id


_Found = tuple[dict[str, list[Item]], list[list[str]]]  # items by kind, and what there is to read further


def _read_roots(client: Reader) -> _Found:
    try:
        features = reads.organization(client)["FeatureSet"]
    except NotInOrganization:
        return {}, []
    roots = reads.roots(client)
    # An organization for consolidated billing only has no control policies to ask for.
    types = OrgPolicy.Type.values if features == "ALL" else []
    below, policies = (["below", root["Id"]] for root in roots), (["policies", one] for one in types)
    return {OrgUnit.kind: roots}, [*below, *policies]


def _read_below(client: Reader, parent_id: str) -> _Found:
    try:
        units, accounts = reads.units_below(client, parent_id), reads.accounts_below(client, parent_id)
    except NotFound:  # deleted a moment ago
        return {}, []
    return {OrgUnit.kind: units, OrgAccount.kind: accounts}, [["below", unit["Id"]] for unit in units]


def _read_policies(client: Reader, policy_type: str, marker: str = "") -> _Found:
    """One page of the list, each policy with its document and targets."""
    page = next(
        client.pages("organizations", "ListPolicies", Filter=policy_type, MaxResults=reads.PAGE, marker=marker or None)
    )
    policies = []
    for summary in page.items["Policies"]:
        try:
            policies.append(reads.policy(client, summary["Id"]))
        except NotFound:
            continue
    return {OrgPolicy.kind: policies}, [["policies", policy_type, page.marker]] if page.marker else []


_READS: dict[str, Callable[..., _Found]] = {"roots": _read_roots, "below": _read_below, "policies": _read_policies}


def register() -> None:
    mirror.register(
        mirrors.OrganizationMirror(), mirrors.UnitMirror(), mirrors.OrgAccountMirror(), mirrors.OrgPolicyMirror()
    )
    mirror.register_source(OrganizationMembershipSource())
    mirror.register_source(OrganizationTreeSource())
