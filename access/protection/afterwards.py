"""What one role holds after the steps of a plan, by what each step says that it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from access.holders import Holder
from access.plans.reading import read_holdings
from access.protection.roles import objects
from accounts.models import AwsAccount
from policies.engine.compiled import compiled
from policies.engine.layers import LayerPolicy
from sync.operations import PlannedStep

# They alter nothing about what a session that begins after them may do.
_NO_MATTER = frozenset(
    {
        "iam.role.update",
        "iam.role.revoke_sessions",
        "iam.instance_profile.add_role",
        "iam.instance_profile.remove_role",
    }
)


@dataclass(frozen=True)
class PoliciesAfterPlan:
    """`unknown_effects`: what isn't known, in words."""

    policies: tuple[LayerPolicy, ...] = ()
    boundary: LayerPolicy | None = None
    trust: LayerPolicy | None = None
    unknown_effects: tuple[str, ...] = ()


def policies_after_plan(aws_account: AwsAccount, holder: Holder, steps: Sequence[PlannedStep]) -> PoliciesAfterPlan:
    key = f"iam.role:{holder.arn}"
    if any(step.deletes == key for step in steps):
        return PoliciesAfterPlan()
    steps = [step for step in steps if step.kind not in _NO_MATTER]
    access_changes = [
        described for step in steps for described in step.operation.access_changes(aws_account, step.params)
    ]
    holdings = read_holdings(aws_account, access_changes)
    unknown_effects = tuple(_unknown_effects(aws_account, holder, steps))
    if holder.arn not in holdings.owners:
        return PoliciesAfterPlan(holder.policies, holder.boundary, holder.trust, unknown_effects)
    holdings.apply_all(access_changes)
    combination = holdings.combination(holder.arn)
    trust = compiled(holdings.owners[holder.arn].trust)
    return PoliciesAfterPlan(
        tuple(LayerPolicy("", compiled(text)) for text in sorted(combination.documents)),
        None if combination.boundary is None else LayerPolicy("", compiled(combination.boundary)),
        holder.trust if holder.trust and holder.trust.document is trust else LayerPolicy("", trust),
        (*unknown_effects, *(f"what {arn} says" for arn in sorted(combination.lacks))),
    )


def _unknown_effects(aws_account: AwsAccount, holder: Holder, steps: Sequence[PlannedStep]) -> Iterator[str]:
    """Steps on the role that say of nothing that they alter it."""
    for step in steps:
        if ("iam.role", holder.arn) in objects(step) and not step.operation.access_changes(aws_account, step.params):
            yield step.operation.title(step.params)
