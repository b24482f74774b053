"""Questions about organizations: which control policies bound an AWS account, as far as any mirror holds them.

One AWS account that may read the organization answers for all of its members. Control policies never bind the
management account, nor service-linked roles: the second is for the caller to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import AwsAccount
from iamconsole.web.once import once_a_page
from policies.models import Document, OrgAccount, Organization, OrgPolicy, OrgTarget, OrgUnit
from policies.organizations.sources import MEMBERSHIP, TREE
from sync.selectors import SourceCoverage, coverages_of, remember_coverages, when_complete

Node = OrgUnit | OrgAccount
NodeKind = Literal["root", "unit", "account"]


@dataclass(frozen=True)
class OrganizationLevel:
    """A node on the way from the root to the AWS account, with the policies of one type attached right there."""

    target_id: str
    name: str
    kind: NodeKind
    policies: tuple[OrgPolicy, ...]

    @property
    def documents(self) -> list[Document]:
        return [policy.document for policy in self.policies]


@dataclass(frozen=True)
class ControlPolicies:
    """What bounds an AWS account: every level must allow, a Deny at any level decides.

    `levels` go from the root down. `unbound` says, in a sentence, why no policy of the type bounds it; then there are
    none. `by` is the AWS account whose mirror says so, `at` when its last complete pull ended.
    """

    levels: tuple[OrganizationLevel, ...]
    unbound: str = ""
    by: AwsAccount | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class ControlPoliciesUnknown:
    """What bounds it is not known. `why` is a sentence; `permission` what AWS would have to allow, where that helps."""

    why: str
    permission: str = ""


Bound = ControlPolicies | ControlPoliciesUnknown


def scp_levels_of(aws_account: AwsAccount | str) -> Bound:
    """Service control policies: they bound what the principals of an AWS account (an `AwsAccount`, or 12 digits) may,
    its root user too."""
    return bounds_of(aws_account)[OrgPolicy.Type.SCP]


def bounds_of(aws_account: AwsAccount | str) -> dict[str, Bound]:
    """Both, by their type."""
    account_id = aws_account if isinstance(aws_account, str) else aws_account.account_id
    tree = tree_over(account_id)
    if tree is not None:
        return bounds_in(tree, account_id)
    connected = _known(account_id)
    answer = _without_tree(connected) if connected else ControlPoliciesUnknown(_UNKNOWN.format(account_id))
    return dict.fromkeys(OrgPolicy.Type.values, answer)


# ---- Whose mirror answers ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OrganizationTree:
    """An organization as the mirror of `held_by` has it, and where in it an AWS account is."""

    organization: Organization
    held_by: AwsAccount
    at: datetime | None
    name: str  # of the AWS account there
    units: tuple[str, ...]  # the ids of the organization and of those above it, from the root down


@once_a_page
def organization_of(aws_account: AwsAccount) -> Organization | None:
    """The organization that it is in, as far as it has said so itself."""
    found: Organization | None = Organization.objects.live().filter(aws_account=aws_account).first()
    return found


@once_a_page
def tree_over(account_id: str) -> OrganizationTree | None:
    """The organization with this AWS account in it; of several mirrors that have it, the one pulled last.

    What the AWS account says of itself goes first: another mirror may not know yet that it left.
    """
    found = _organizations_with(account_id)
    own = own_organization(account_id)
    if own is None and _says_that_it_stands_alone(account_id):
        return None
    trees = [
        OrganizationTree(
            one, one.aws_account, one.read_at, one.place_name, tuple((one.place_above or "").strip("/").split("/"))
        )
        for one in found
        if _is_readable(one) and one.place_name is not None and (own is None or one.aws_id == own.aws_id)
    ]
    return max(trees, key=lambda tree: str(tree.at), default=None)


def trees_held_by(held_by: AwsAccount, accounts: Iterable[OrgAccount]) -> dict[str, OrganizationTree]:
    """Over each of these accounts of its organization, by account id, as its own mirror has it."""
    rows = Organization.objects.live().filter(aws_account=held_by).annotate(read_at=when_complete(TREE))
    organization: Any = rows.first()
    if organization is None:
        return {}
    paths = dict(OrgUnit.objects.live().filter(aws_account=held_by).values_list("aws_id", "path"))
    return {
        one.aws_id: OrganizationTree(
            organization,
            held_by,
            organization.read_at,
            one.name,
            tuple(paths.get(one.parent_id, "").strip("/").split("/")),
        )
        for one in accounts
    }


def own_organization(account_id: str) -> Any:
    """The organization that the AWS account says it is in; None: it says so of none."""
    return next((one for one in _organizations_with(account_id) if one.aws_account.account_id == account_id), None)


@once_a_page
def _organizations_with(account_id: str) -> list[Any]:
    """What the AWS account says of its organization, and what others say that have it in theirs: with its place there
    (`place_name`, `place_above`), and when they last read the tree (`read_at`)."""
    unit = OrgUnit.objects.filter(aws_account=OuterRef("aws_account"), aws_id=OuterRef("parent_id"))
    places = OrgAccount.objects.live().filter(aws_account=OuterRef("aws_account"), aws_id=account_id)
    there = places.annotate(above=Subquery(unit.values("path")[:1]))
    rows: QuerySet[Any] = Organization.objects.live().filter(Q(aws_account__account_id=account_id) | Exists(places))
    rows = rows.select_related("aws_account").annotate(
        place_name=Subquery(there.values("name")[:1]),
        place_above=Subquery(there.values("above")[:1]),
        read_at=when_complete(TREE),
    )
    return list(rows)


def remember_bounds(aws_accounts: Sequence[AwsAccount]) -> None:
    """While a page is made: what is asked for `bounds_of` each of them, in a few queries."""
    rows: Any = Organization.objects.live().select_related("aws_account").annotate(read_at=when_complete(TREE))
    unit = OrgUnit.objects.filter(aws_account=OuterRef("aws_account"), aws_id=OuterRef("parent_id"))
    ids = [each.account_id for each in aws_accounts]
    places: Any = OrgAccount.objects.live().filter(aws_id__in=ids).annotate(above=Subquery(unit.values("path")[:1]))
    of_place = {(place.aws_account_id, place.aws_id): place for place in places}
    organizations = list(rows)
    for each in aws_accounts:
        found = []
        for row in organizations:
            place = of_place.get((row.aws_account_id, each.account_id))
            if place is not None or row.aws_account_id == each.pk:
                one = copy(row)
                one.place_name, one.place_above = (place.name, place.above) if place else (None, None)
                found.append(one)
        _organizations_with.remember(found, each.account_id)
        _known.remember(each, each.account_id)
    remember_coverages(aws_accounts, (MEMBERSHIP, TREE))
    _remember_attached(aws_accounts)


def _remember_attached(aws_accounts: Sequence[AwsAccount]) -> None:
    trees = {each.account_id: tree for each in aws_accounts if (tree := tree_over(each.account_id))}
    nodes: dict[AwsAccount, set[str]] = {}
    for account_id, tree in trees.items():
        nodes.setdefault(tree.held_by, set()).update(tree.units, [account_id])
    attached = {held_by: policies_on(held_by, sorted(ids)) for held_by, ids in nodes.items()}
    for account_id, tree in trees.items():
        targets = (*(unit.aws_id for unit in _units(tree)), account_id)
        there = attached[tree.held_by]
        _policies_on.remember({each: there[each] for each in targets if each in there}, tree.held_by, targets)


def _is_readable(row: Any) -> bool:
    """Whether the AWS account whose mirror has it may read the tree, and did."""
    manages = row.management_id == row.aws_account.account_id
    return (row.delegated or manages) and row.aws_account.is_connected and row.read_at is not None


def _says_that_it_stands_alone(account_id: str) -> bool:
    known = _known(account_id)
    return known is not None and _coverages(known)[MEMBERSHIP].is_read


@once_a_page
def _known(account_id: str) -> AwsAccount | None:
    return AwsAccount.objects.filter(account_id=account_id).first()


def _coverages(aws_account: AwsAccount) -> dict[str, SourceCoverage]:
    return coverages_of(aws_account, (MEMBERSHIP, TREE))


def _without_tree(aws_account: AwsAccount) -> ControlPolicies | ControlPoliciesUnknown:
    """What an AWS account knows from its own membership, and else why that is all."""
    organization = own_organization(aws_account.account_id)
    coverages = _coverages(aws_account)
    membership, tree = coverages[MEMBERSHIP], coverages[TREE]
    if organization is None:
        if membership.state == "read":
            return ControlPolicies((), unbound=_STAND_ALONE, by=aws_account, at=membership.at)
        return ControlPoliciesUnknown(membership.why, _DESCRIBE if membership.state == "denied" else "")
    if not organization.all_features:
        return ControlPolicies((), unbound=_BILLING_ONLY, by=aws_account, at=membership.at)
    if organization.management_id == aws_account.account_id:
        return ControlPolicies((), unbound=_MANAGEMENT, by=aws_account, at=membership.at)
    if organization.delegated or tree.state == "denied":
        return ControlPoliciesUnknown(tree.why, _LIST if tree.state == "denied" else "")
    return ControlPoliciesUnknown(_MEMBER.format(organization.management_id), _LIST)


_STAND_ALONE = "This AWS account stands alone: it is not in an organization."
_BILLING_ONLY = "Its organization is for consolidated billing only, and has no control policies."
_MANAGEMENT = "It is the management account of its organization, which control policies never bind."
_SWITCHED_OFF = "This type of policy is switched off in its organization."
_MEMBER = (
    "Member account: its organization can be read from the management account {} or a delegated administrator only. "
    "Connect one of them, and it answers for all members."
)
_UNKNOWN = "AWS account {} is not connected, and no organization that was read has it."
_NOT_HELD = "The mirror of {} doesn’t hold {}, nor what is attached to it: pull that AWS account again."
_DESCRIBE, _LIST = "organizations:DescribeOrganization", "organizations:ListRoots"

# ---- The levels ----------------------------------------------------------------------------------------------


def bounds_in(tree: OrganizationTree, account_id: str) -> dict[str, Bound]:
    """`bounds_of` for who has the tree over the account already."""
    types = OrgPolicy.Type.values
    if account_id == tree.organization.management_id or not tree.organization.all_features:
        why = _MANAGEMENT if tree.organization.all_features else _BILLING_ONLY
        return dict.fromkeys(types, ControlPolicies((), why, tree.held_by, tree.at))
    units = _units(tree)
    if missing := _missing(tree, units):
        return dict.fromkeys(types, ControlPoliciesUnknown(_NOT_HELD.format(tree.held_by.name, missing)))
    attached = policies_on(tree.held_by, [*(unit.aws_id for unit in units), account_id])
    switched_on = units[0].policy_types if units else []
    places: list[tuple[str, str, NodeKind]] = [(unit.aws_id, unit.name, _kind(unit)) for unit in units]
    places.append((account_id, tree.name, "account"))
    return {
        policy_type: ControlPolicies(_levels(places, attached, policy_type), by=tree.held_by, at=tree.at)
        if policy_type in switched_on
        else ControlPolicies((), _SWITCHED_OFF, tree.held_by, tree.at)
        for policy_type in types
    }


def _levels(
    places: Iterable[tuple[str, str, NodeKind]], attached: Mapping[str, list[OrgPolicy]], policy_type: str
) -> tuple[OrganizationLevel, ...]:
    return tuple(
        OrganizationLevel(*place, tuple(policy for policy in attached.get(place[0], ()) if policy.type == policy_type))
        for place in places
    )


def _units(tree: OrganizationTree) -> list[OrgUnit]:
    """Those above the AWS account, from the root down."""
    return units_held(tree.held_by, tree.units)


@once_a_page
def units_held(held_by: AwsAccount, unit_ids: tuple[str, ...]) -> list[OrgUnit]:
    """Of these, in this order, those that the mirror has."""
    found = {unit.aws_id: unit for unit in OrgUnit.objects.filter(aws_account=held_by, aws_id__in=unit_ids)}
    return [found[unit_id] for unit_id in unit_ids if unit_id in found]


def _missing(tree: OrganizationTree, units: Sequence[OrgUnit]) -> str:
    """Who of those above the AWS account isn't in the mirror: an id, or words; "" for nobody."""
    wanted = [each for each in tree.units if each not in ("", tree.organization.aws_id)]
    held = {unit.aws_id for unit in units}
    return next((each for each in wanted if each not in held), "" if wanted else "the unit that the AWS account is in")


def policies_on(held_by: AwsAccount, target_ids: Iterable[str]) -> dict[str, list[OrgPolicy]]:
    """The policies attached right to each of these nodes: service control policies first, by name."""
    return _policies_on(held_by, tuple(target_ids))


@once_a_page
def _policies_on(held_by: AwsAccount, target_ids: tuple[str, ...]) -> dict[str, list[OrgPolicy]]:
    targets = OrgTarget.objects.live().filter(aws_account=held_by, target_id__in=target_ids)
    found: dict[str, list[OrgPolicy]] = {}
    for target in targets.select_related("policy__document").order_by("-policy__type", "policy__name_key", "pk"):
        found.setdefault(target.target_id, []).append(target.policy)
    return found


def _kind(node: Node) -> NodeKind:
    if isinstance(node, OrgAccount):
        return "account"
    return "root" if node.is_root else "unit"


# ---- One policy ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PolicyTarget:
    """Where a policy is attached; `node` is None while the mirror doesn't have it."""

    target_id: str
    name: str
    node: Node | None

    @property
    def kind(self) -> str:
        return _kind(self.node) if self.node else ""


def targets_of(policy: OrgPolicy) -> list[PolicyTarget]:
    """What the policy is attached to: the root first, then units, then accounts, by name."""
    live = list(policy.targets.filter(gone_at__isnull=True))
    ids = [target.target_id for target in live]
    nodes: dict[str, Node] = {
        node.aws_id: node
        for model in (OrgUnit, OrgAccount)
        for node in model.objects.filter(aws_account=policy.aws_account_id, aws_id__in=ids)
    }
    found = [PolicyTarget(target.target_id, target.name, nodes.get(target.target_id)) for target in live]
    order = ("root", "unit", "account", "")
    return sorted(found, key=lambda target: (order.index(target.kind), target.name.casefold()))
