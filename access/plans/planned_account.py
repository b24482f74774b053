"""An AWS account as a plan would leave it: its principals, and what the search of privilege escalation paths needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from access.escalation.account import EscalationAccount
from access.holders import Holder, caller_named
from access.index import Index
from access.plans.holdings import NOTHING, Owner, PrincipalHoldings, is_group
from policies.engine.compiled import compiled
from policies.engine.layers import LayerName, LayerPolicy
from policies.holdings import InstanceProfileFact, ManagedPolicyChange, TrustChange
from sync.operations import AccessChange


def account_with(
    account: EscalationAccount, mirrored: PrincipalHoldings, planned: PrincipalHoldings, changes: Sequence[AccessChange]
) -> EscalationAccount:
    """`account`, where what `mirrored` says of some of its principals and groups is as `planned` says."""
    holders = planned_holders(account.index.holders, mirrored, planned)
    places = _changed_places(account.index.holders, holders)
    if places is None:
        index = Index(holders, account.index.surroundings)
    else:
        index = account.index.replaced({number: holders[number] for number in places})
    trusts_stay = places is not None and not any(isinstance(change, TrustChange) for change in changes)
    return replace(
        account,
        index=index,
        groups=_groups(account, mirrored, planned),
        managed=_managed(account, changes),
        older=_older(account, mirrored, changes),
        profiled=_profiled(account, changes),
        _trusting=account._trusting if trusts_stay else {},
    )


def _changed_places(before: Sequence[Holder], after: Sequence[Holder]) -> list[int] | None:
    """Where another holder is; None where it isn't another state of the same one."""
    if len(before) != len(after):
        return None
    found = [number for number, (was, now) in enumerate(zip(before, after, strict=True)) if was is not now]
    return found if all(before[number].arn == after[number].arn for number in found) else None


def planned_holders(holders: Iterable[Holder], mirrored: PrincipalHoldings, planned: PrincipalHoldings) -> list[Holder]:
    """Those of `holders` who stay, in their order, then those who are new. Whom the plan doesn't touch is the same."""
    found = []
    renamed = {former: arn for arn, former in planned.former.items()}
    for holder in holders:
        owner = planned.owners.get(renamed.get(holder.arn, holder.arn))
        if holder.arn not in mirrored.owners:
            found.append(holder)
        elif owner is not None and (made := planned_holder(owner, planned, holder.row)):
            found.append(made)
    new = planned.owners.keys() - mirrored.owners.keys() - planned.former.keys()
    made_new = (planned_holder(planned.owners[arn], planned, 0) for arn in sorted(new) if not is_group(arn))
    return [*found, *filter(None, made_new)]


def planned_holder(owner: Owner, holdings: PrincipalHoldings, row: int = 0) -> Holder | None:
    """None for who is no principal of IAM, such as a person of a user pool."""
    caller = caller_named(owner.arn)
    if caller is None:
        return None
    lacks = [
        policy for source in holdings.sources_of(owner) for policy in source.attached if not holdings.text_of(policy)
    ]
    not_read = {LayerName.IDENTITY} if lacks else set()
    bounding = holdings.text_of(owner.boundary) if owner.boundary else None
    if owner.boundary and bounding is None:
        not_read.add(LayerName.BOUNDARY)
    return Holder(
        caller,
        row,
        owner.aws_id,
        _policies(holdings, *holdings.sources_of(owner)),
        None if bounding is None else LayerPolicy(owner.boundary, compiled(bounding)),
        LayerPolicy(f"trust policy of {owner.arn}", compiled(owner.trust or NOTHING))
        if ":role/" in owner.arn
        else None,
        tags=owner.tags,
        groups=tuple(sorted(owner.groups)),
        not_read=frozenset(not_read),
    )


def _policies(holdings: PrincipalHoldings, *sources: Owner) -> tuple[LayerPolicy, ...]:
    found = []
    for source in sources:
        of_group = f" of group {source.arn.rpartition('/')[2]}" if is_group(source.arn) else ""
        texts = {policy: holdings.text_of(policy) for policy in sorted(source.attached)}
        found += [LayerPolicy(policy, compiled(text)) for policy, text in texts.items() if text is not None]
        found += [
            LayerPolicy(f"inline policy {name}{of_group}", compiled(text)) for name, text in source.inline.items()
        ]
    return tuple(found)


def _groups(
    account: EscalationAccount, mirrored: PrincipalHoldings, planned: PrincipalHoldings
) -> Mapping[str, tuple[LayerPolicy, ...]]:
    kept = {arn: policies for arn, policies in account.groups.items() if arn not in mirrored.owners}
    changed = {arn: _policies(planned, owner) for arn, owner in planned.owners.items() if is_group(arn)}
    return kept | changed


def _managed(account: EscalationAccount, changes: Sequence[AccessChange]) -> Mapping[str, LayerPolicy]:
    managed = dict(account.managed)
    for change in changes:
        if isinstance(change, ManagedPolicyChange):
            managed.pop(change.policy_arn, None)
            if change.document is not None:
                managed[change.policy_arn] = LayerPolicy(change.policy_arn, compiled(change.document))
    return managed


def _older(
    account: EscalationAccount, mirrored: PrincipalHoldings, changes: Sequence[AccessChange]
) -> Mapping[str, tuple[LayerPolicy, ...]]:
    """What a managed policy said before can be put in force again."""
    older: dict[str, tuple[LayerPolicy, ...]] = defaultdict(tuple, account.older)
    for change in changes:
        if isinstance(change, ManagedPolicyChange):
            before = mirrored.text_of(change.policy_arn)
            if change.document is None:
                older.pop(change.policy_arn, None)
            elif before is not None:
                older[change.policy_arn] += (LayerPolicy(f"{change.policy_arn} of now", compiled(before)),)
    return dict(older)


def _profiled(account: EscalationAccount, changes: Sequence[AccessChange]) -> frozenset[str] | None:
    """None stays: where it isn't known which roles are in one, any of them may be."""
    if account.profiled is None:
        return None
    found = set(account.profiled)
    for change in changes:
        if isinstance(change, InstanceProfileFact):
            (found.add if change.now else found.discard)(change.role_arn)
    return frozenset(found) or None
