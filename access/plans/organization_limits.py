"""What bounds the AWS accounts below a control policy, before a plan and after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from access.surroundings import Surroundings, surroundings_in
from accounts.models import AwsAccount
from policies.engine.compiled import compiled
from policies.engine.layers import ControlPolicyLevel, LayerPolicy
from policies.holdings import ControlPolicyChange, ControlPolicyTargetChange, OrganizationChange
from policies.models import OrgAccount, OrgPolicy
from policies.organizations.below import accounts_below, is_switched_on, targets_of_policy
from policies.organizations.selectors import Bound, ControlPolicies, bounds_in, trees_held_by

_FIELDS = {OrgPolicy.Type.SCP: "scps", OrgPolicy.Type.RCP: "rcps"}


@dataclass(frozen=True)
class BoundAccount:
    """An account of the organization. `connected`: as this console has it; None: it hasn't."""

    account: OrgAccount
    connected: AwsAccount | None
    before: Surroundings
    after: Surroundings


def bound_accounts(
    held_by: AwsAccount, changes: Sequence[OrganizationChange], undone: Sequence[OrganizationChange] = ()
) -> list[BoundAccount]:
    """All below the places that the changes are about, by name: without the management account, which none binds.

    `held_by`: whose mirror has the organization. `undone`: what `before` is without, and the mirror has already.
    """
    policies = _policies(held_by, [*changes, *undone])
    accounts = accounts_below(held_by, list(_places(held_by, changes, policies)))
    trees = trees_held_by(held_by, accounts)
    connected = {each.account_id: each for each in AwsAccount.objects.filter(account_id__in=list(trees))}
    found = []
    for account in accounts:
        if (tree := trees.get(account.aws_id)) is None:
            continue
        before = surroundings_in(tree, account.aws_id)
        bounds = bounds_in(tree, account.aws_id)
        was = replace(before, **_levels(bounds, undone, policies)) if undone else before
        after = replace(before, **_levels(bounds, [*undone, *changes], policies))
        found.append(BoundAccount(account, connected.get(account.aws_id), was, after))
    return found


def _policies(held_by: AwsAccount, changes: Iterable[OrganizationChange]) -> Mapping[str, OrgPolicy]:
    """By ARN."""
    arns = {change.policy_arn for change in changes}
    rows = OrgPolicy.objects.live().filter(aws_account=held_by, arn__in=arns).select_related("document")
    return {row.arn: row for row in rows}


def _places(
    held_by: AwsAccount, changes: Iterable[OrganizationChange], policies: Mapping[str, OrgPolicy]
) -> Iterator[str]:
    for change in changes:
        policy = policies.get(change.policy_arn)
        if policy is None or not is_switched_on(held_by, policy.type):
            continue
        if isinstance(change, ControlPolicyTargetChange):
            yield change.target_id
        else:
            yield from targets_of_policy(policy)


def _levels(
    bounds: Mapping[str, Bound], changes: Sequence[OrganizationChange], policies: Mapping[str, OrgPolicy]
) -> dict[str, Any]:
    """By the fields of `Surroundings`; of what isn't known, none."""
    return {
        _FIELDS[OrgPolicy.Type(policy_type)]: _planned_levels(bound, changes, policies, policy_type)
        for policy_type, bound in bounds.items()
        if isinstance(bound, ControlPolicies)
    }


def _planned_levels(
    bound: ControlPolicies,
    changes: Iterable[OrganizationChange],
    policies: Mapping[str, OrgPolicy],
    policy_type: str,
) -> tuple[ControlPolicyLevel, ...]:
    attached = [{policy.arn: policy.document.text for policy in level.policies} for level in bound.levels]
    texts = {arn: policy.document.text for arn, policy in policies.items()}
    for change in changes:
        if change.policy_arn not in policies or policies[change.policy_arn].type != policy_type:
            continue
        if isinstance(change, ControlPolicyChange):
            texts[change.policy_arn] = change.document
            for texts_there in attached:
                if change.policy_arn in texts_there:
                    texts_there[change.policy_arn] = change.document
        elif isinstance(change, ControlPolicyTargetChange):
            for level, at in zip(bound.levels, attached, strict=True):
                if level.target_id == change.target_id:
                    _set(at, change.policy_arn, texts[change.policy_arn] if change.now else None)
    return tuple(
        ControlPolicyLevel(level.name, tuple(LayerPolicy(arn, compiled(text)) for arn, text in at.items()))
        for level, at in zip(bound.levels, attached, strict=True)
    )


def _set(attached: dict[str, str], arn: str, text: str | None) -> None:
    attached.pop(arn, None)
    if text is not None:
        attached[arn] = text


def unread(bound: BoundAccount) -> list[str]:
    """Sentences: why it isn't known what bounds it."""
    return sorted(set(bound.before.not_read.values()))
