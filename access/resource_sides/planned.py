"""What is held of a resource as a plan would leave it: one function for whoever asks about before and after.

`ResourceSides` with the same changes answers by it, and so do all questions that are asked of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from policies.holdings import PublicAccessBlockChange, ResourceChange, ResourcePolicyChange
from policies.models import Document
from resources.governing import governor_of
from resources.selectors import Held, HeldPolicies, PolicyOnResource

BLOCK = "public_access_block"
SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
POLICY = "policy"  # the part that operators write


def planned_policies(held: Held, asked: str, changes: Iterable[ResourceChange]) -> Held:
    """`asked`: the ARN that `held` was looked up for (`resources.selectors.policies_for`): of an alias, its own.

    What isn't read stays so, whatever is written: what else stands there isn't known.
    """
    governor = governor_of(asked)
    if not isinstance(held, HeldPolicies) or governor is None:
        return held
    for change in changes:
        if change.resource_arn != governor.arn:
            continue
        if isinstance(change, PublicAccessBlockChange):
            held = replace(held, facts={**held.facts, BLOCK: {name: name in change.settings for name in SETTINGS}})
        elif isinstance(change, ResourcePolicyChange) and _stands_on(change) == (governor.on or governor.arn):
            held = _with_document(held, change)
    return held


def planned_as_whole(held: HeldPolicies, changes: Sequence[ResourceChange]) -> HeldPolicies:
    """The same of all that stands on a resource that the mirror has: also of its aliases, its stream."""
    if held.resource is None or not changes:
        return held
    stand_on = [_stands_on(each) for each in changes if isinstance(each, ResourcePolicyChange)]
    for on in dict.fromkeys([held.resource.arn, *(each.arn for each in held.policies), *stand_on]):
        found = planned_policies(held, on, changes)
        held = found if isinstance(found, HeldPolicies) else held
    return held


def _stands_on(change: ResourcePolicyChange) -> str:
    return change.on or change.resource_arn


def _with_document(held: HeldPolicies, change: ResourcePolicyChange) -> HeldPolicies:
    on = _stands_on(change)
    others = tuple(each for each in held.policies if (each.part, each.arn) != (POLICY, on))
    if change.document is None:
        return replace(held, policies=others)
    return replace(held, policies=(PolicyOnResource(POLICY, on, Document(text=change.document)), *others))
