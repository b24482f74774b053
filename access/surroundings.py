"""What bounds every principal and every resource of an AWS account: control policies, and the organization it is in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from iamconsole.web.once import once_a_page
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
    stamp: str = ""  # of all that, to be kept: equal for equal

    def is_as(self, other: Surroundings) -> bool:
        return self == other or (self.stamp != "" and self.stamp == other.stamp)


def surroundings_told(account_id: str, may_see: Callable[[str], bool]) -> Surroundings:
    """As far as they may be told: else the same words as of an AWS account that nobody knows."""
    if may_see(account_id):
        return surroundings_of(account_id)
    why = f"What bounds AWS account {account_id} isn’t known here."
    return Surroundings(account_id, not_read={LayerName.SCP: why, LayerName.RCP: why})


@once_a_page
def surroundings_of(account_id: str) -> Surroundings:
    return surroundings_in(selectors.tree_over(account_id), account_id)


def surroundings_in(tree: OrganizationTree | None, account_id: str) -> Surroundings:
    """By that tree; None where no mirror has one over it."""
    bounds = selectors.bounds_in(tree, account_id) if tree else selectors.bounds_of(account_id)
    by_layer = {LayerName.SCP: bounds[OrgPolicy.Type.SCP], LayerName.RCP: bounds[OrgPolicy.Type.RCP]}
    organization, path = tree.organization.aws_id if tree else "", _path(tree)
    not_read = {layer: bound.why for layer, bound in by_layer.items() if isinstance(bound, ControlPoliciesUnknown)}
    said = [[_texts(bound) for bound in by_layer.values()], organization, path, not_read]
    return Surroundings(
        account_id,
        _levels(by_layer[LayerName.SCP]),
        _levels(by_layer[LayerName.RCP]),
        organization,
        path,
        not_read,
        hashlib.sha256(json.dumps(said).encode()).hexdigest(),
    )


def _texts(bound: Bound) -> list[list[str]]:
    """Of each level its name, then of each policy its name and the hash of its text."""
    levels = [] if isinstance(bound, ControlPoliciesUnknown) else bound.levels
    return [
        [level.name, *(said for policy in level.policies for said in (policy.name, policy.document.text_hash))]
        for level in levels
    ]


def _path(tree: OrganizationTree | None) -> str:
    """The first of the units is the organization itself."""
    return "/".join((*tree.units, "")) if tree and any(tree.units) else ""


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
