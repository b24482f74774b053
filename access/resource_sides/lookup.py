"""Finds what is held of the resource of a request: in the AWS account that is asked, and in other connected ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from access.resource_policies import is_assuming, resource_policy_of
from access.resource_sides.kinds import side_of
from access.resource_sides.planned import planned_policies
from access.resource_sides.values import ResourceSide, SaidByResource, SideNotRead
from access.resource_sides.wide import WideResources
from access.resource_sides.within import WideAsker
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from identities.models import IamRole
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.layers import LayerPolicy
from policies.engine.somewhere import is_pattern
from policies.holdings import ResourceChange
from resources.selectors import Held, HeldPolicies, PoliciesNotRead, policies_for

_SEVERAL = "It stands for several resources, each with a policy of its own: ask about one of them."
Found = ResourceSide | SideNotRead | None


def nobody(account_id: str) -> bool:
    """Of no other AWS account anything is told."""
    return False


def everybody(account_id: str) -> bool:
    return True


@dataclass
class ResourceSides:
    """For questions of one AWS account. `may_see`: whether something of another one, by its id, may be told to who
    asks: else it is as if nobody knew it. `changes`: what a plan leaves of resources, in place of what is held now.
    What was found is remembered.
    """

    aws_account: AwsAccount
    may_see: Callable[[str], bool] = nobody
    around: Callable[[str], Surroundings] = surroundings_of
    changes: Sequence[ResourceChange] = ()
    _found: dict[tuple[str, str, int], Found] = field(default_factory=dict)
    _wide: dict[tuple[str, str], WideResources | None] = field(default_factory=dict)
    _held: dict[str, Held | None] = field(default_factory=dict)

    def of(self, action: str, resource: str, instead: CompiledDocument | None = None) -> Found:
        """None: nothing but policies of principals decides, or the trust policy of a role of the AWS account.

        `resource` may be a pattern: then it is read where all that it stands for is in one resource. `instead`: a
        policy in place of those that it has.
        """
        key = (action.lower(), resource, id(instead))
        if key not in self._found:
            self._found[key] = self._look(action, resource, instead)
        return self._found[key]

    def within(self, action: str, resource: str) -> WideResources | None:
        """Of a pattern that stands for several resources, each with a policy of its own, those that are held; None of
        anything else. `action`: of one service."""
        key = (action.partition(":")[0].lower(), resource)
        if key not in self._wide:
            asker = WideAsker(self.aws_account, self.may_see, self.changes, self.around)
            self._wide[key] = asker.within(*key)
        return self._wide[key]

    def _look(self, action: str, resource: str, instead: CompiledDocument | None) -> Found:
        if is_assuming(action, resource):
            return self._trust(resource) if account_in(resource) != self.aws_account.account_id else None
        if not resource_policy_of(resource):
            return None
        found = self._held_on(resource)
        if found is None:
            return SideNotRead(_SEVERAL if is_pattern(resource) else "")
        owner = found.resource.aws_account.account_id if found.resource else account_in(resource)
        if owner and owner != self.aws_account.account_id and not self.may_see(owner):
            return SideNotRead(_no_such(found, resource))
        if isinstance(found, PoliciesNotRead):
            return SideNotRead(found.why, found.next_at)
        found = planned_policies(found, resource, self.changes)
        assert isinstance(found, HeldPolicies)  # noqa: S101  what is held stays so
        return side_of(found, action, resource, self.around(owner), instead)

    def _held_on(self, resource: str) -> Held | None:
        """The same for all actions."""
        if resource not in self._held:
            self._held[resource] = policies_for(resource)
        return self._held[resource]

    def _trust(self, resource: str) -> Found:
        """Of a role of another AWS account."""
        account_id = account_in(resource)
        role = IamRole.objects.live().filter(aws_account__account_id=account_id, arn=resource).select_related("trust")
        found = role.first() if self.may_see(account_id) else None
        if found is None or found.trust is None:
            return SideNotRead()
        said = SaidByResource(LayerPolicy(f"trust policy of {resource}", compiled(found.trust.text)))
        around = self.around(account_id)
        return ResourceSide(account_id, around, said, said, stamp=stamp_of(found.trust.text_hash, around.stamp))


def _no_such(found: Held, resource: str) -> str:
    """The words of one that nobody knows."""
    account_id = account_in(resource)
    if account_id:
        return f"The AWS account {account_id} isn’t connected."
    return f"No AWS account of which {found.kind.several} are read has it." if found.kind else ""


def stamp_of(*said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
