"""Context keys of a resource that follow from its ARN: its AWS account, organization and Region."""

from __future__ import annotations

from access.resource_policies import is_bound_by_rcps
from access.situations import delegating_to, facts_of_place, policy_not_read
from access.surroundings import Surroundings
from aws_constraints.arn import account_in
from policies.engine.layers import LayerPolicy, Layers
from policies.engine.somewhere import ResourceContext

_ELSEWHERE = Surroundings("")


class ResourceContexts:
    """Of the resources of one action. What another AWS account says isn't read: that it leaves all to this one's
    policies, if its services have policies of resources."""

    def __init__(self, around: Surroundings, action: str) -> None:
        self._around = around
        self._action = action
        self._delegating: dict[str, LayerPolicy] = {}

    def of(self, resource: str) -> ResourceContext:
        own = self._around.account_id
        account = account_in(resource) or own
        of_resource = self._around if account == own else _ELSEWHERE
        context = facts_of_place(self._around, of_resource, resource, self._action)
        policy = self._leaving_it_to(account) if policy_not_read(own, self._action, resource) else None
        return ResourceContext(account, context, policy, is_bound=account == own)

    def layers_above(
        self, identity: tuple[LayerPolicy, ...], boundaries: tuple[LayerPolicy, ...] | None = None
    ) -> Layers:
        rcps = self._around.rcps if is_bound_by_rcps(self._action) else ()
        return Layers(identity=identity, boundaries=boundaries, scps=self._around.scps, rcps=rcps)

    def _leaving_it_to(self, account: str) -> LayerPolicy:
        if account not in self._delegating:
            self._delegating[account] = delegating_to(account, self._around.account_id)
        return self._delegating[account]
