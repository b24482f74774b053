"""What follows of a resource from its ARN, where a question is about many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from access.request_context import facts_of_place
from access.resource_policies import is_bound_by_rcps
from access.resource_sides.values import ResourceSide, SaidByResource
from access.resource_sides.wide import WideResources
from access.situations import delegating_to, policy_not_read
from access.surroundings import Surroundings
from aws_constraints.arn import account_in
from policies.engine.compiled import CompiledDocument
from policies.engine.layers import LayerPolicy, Layers
from policies.engine.somewhere import ResourceContext

_ELSEWHERE = Surroundings("")


_DENY_ALL = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
NOTHING_AT_ALL = LayerPolicy("", CompiledDocument({"Version": "2012-10-17", "Statement": [_DENY_ALL]}))
_MOST_NEAR = 40


@dataclass(frozen=True)
class ButHeld:
    """Resources that are held and have been asked about by themselves. `denials`: of what is in those that policies
    tell apart, so that they are told apart from others."""

    is_held: Callable[[str], bool]
    denials: LayerPolicy

    @classmethod
    def of(cls, wide: WideResources, patterns: Iterable[str]) -> ButHeld | None:
        """`patterns`: resources as policies name them. None: they name too many."""
        near = wide.near(patterns, _MOST_NEAR)
        if near is None:
            return None
        said = {**_DENY_ALL, "Resource": [text for arn in near for text in (arn, f"{arn}/*")]}
        document = CompiledDocument({"Version": "2012-10-17", "Statement": [said] if near else []})
        return cls(wide.is_held, LayerPolicy("", document))

    def as_side(self, around: Surroundings) -> ResourceSide:
        """Of resources of the AWS account that aren't there yet: no policy is on them."""
        said = SaidByResource(self.denials)
        return ResourceSide(around.account_id, around, said, said)


class ResourceContexts:
    """Of the resources of one action. What isn't read is taken to leave all to the AWS account's policies, if its
    services have policies of resources. `side`: of the one resource that all of them are in. `but`: resources that are
    left out, since they are asked about by themselves.
    """

    def __init__(
        self, around: Surroundings, action: str, side: ResourceSide | None = None, but: ButHeld | None = None
    ) -> None:
        self._but = but
        self._around = around
        self._action = action
        self._side = side
        self._is_own = side is None or side.account_id == around.account_id
        self._said = (side.own if self._is_own else side.others) if side else None
        self._delegating: dict[str, LayerPolicy] = {}

    @property
    def policy(self) -> LayerPolicy | None:
        if self._said:
            return self._said.policy
        return self._but.denials if self._but else None

    def of(self, resource: str) -> ResourceContext:
        found = self.at_best(resource)
        is_left_out = self._but is not None and self._but.is_held(resource)
        return replace(found, policy=None) if self._said and not is_left_out else found

    def at_best(self, resource: str) -> ResourceContext:
        """As if the policy of the resource left all to the AWS account's policies."""
        own, side = self._around.account_id, self._side
        account = side.account_id if side else account_in(resource) or own
        of_resource = self._around if account == own else side.around if side else _ELSEWHERE
        context = facts_of_place(self._around, of_resource, resource, self._action)
        context |= dict(side.context) if side else {}
        policy = self._leaving_it_to(account) if policy_not_read(own, self._action, resource) else None
        if self._but and self._but.is_held(resource):
            policy = NOTHING_AT_ALL
        return ResourceContext(account, context, policy, is_bound=account == own or side is not None)

    def layers_above(
        self, identity: tuple[LayerPolicy, ...], boundaries: tuple[LayerPolicy, ...] | None = None
    ) -> Layers:
        of_resource = self._around if self._is_own or self._side is None else self._side.around
        return Layers(
            identity=identity,
            boundaries=boundaries,
            resource=self.policy,
            scps=self._around.scps,
            rcps=of_resource.rcps if is_bound_by_rcps(self._action) else (),
            may_be_refused=bool(self._said and self._said.may_be_refused),
        )

    def _leaving_it_to(self, account: str) -> LayerPolicy:
        if account not in self._delegating:
            self._delegating[account] = delegating_to(account, self._around.account_id)
        return self._delegating[account]
