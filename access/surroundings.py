"""What bounds every principal and every resource of an AWS account: control policies, and the organization it is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.engine.compiled import compiled
from policies.engine.layers import ControlPolicyLevel, LayerName, LayerPolicy
from policies.models import OrgPolicy
from policies.organizations import selectors
from policies.organizations.selectors import Bound, ControlPoliciesUnknown, OrganizationTree


@dataclass(frozen=True)
class Surroundings:
    """`not_read` says of SCPs and RCPs, in a sentence, why it isn't known what they say."""

    account_id: str
    scps: tuple[ControlPolicyLevel, ...] = ()
    rcps: tuple[ControlPolicyLevel, ...] = ()
    organization_id: str = ""
    organization_path: str = ""  # as aws:PrincipalOrgPaths has it
    not_read: Mapping[LayerName, str] = field(default_factory=dict)


def surroundings_of(account_id: str) -> Surroundings:
    tree = selectors.tree_over(account_id)
    bounds = selectors.bounds_in(tree, account_id) if tree else selectors.bounds_of(account_id)
    by_layer = {LayerName.SCP: bounds[OrgPolicy.Type.SCP], LayerName.RCP: bounds[OrgPolicy.Type.RCP]}
    return Surroundings(
        account_id,
        _levels(by_layer[LayerName.SCP]),
        _levels(by_layer[LayerName.RCP]),
        tree.organization.aws_id if tree else "",
        _path(tree),
        {layer: bound.why for layer, bound in by_layer.items() if isinstance(bound, ControlPoliciesUnknown)},
    )


def _path(tree: OrganizationTree | None) -> str:
    return "/".join((tree.organization.aws_id, *tree.units, "")) if tree else ""


def _levels(bound: Bound) -> tuple[ControlPolicyLevel, ...]:
    if isinstance(bound, ControlPoliciesUnknown):
        return ()
    return tuple(
        ControlPolicyLevel(
            level.name,
            tuple(
                LayerPolicy(f"{policy.name} on {level.name}", compiled(policy.document.text))
                for policy in level.policies
            ),
        )
        for level in bound.levels
    )
