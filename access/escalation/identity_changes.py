"""Applies changes of IAM to an identity: the facts that concern it, and its policies with these applied.

A fact is a change that somebody can make: of a principal by its number in the index, of a group or a policy by its ARN.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from access.escalation.account import EscalationAccount
from access.escalation.techniques import TechniqueGain
from access.holders import Holder
from access.situations import EVERYTHING
from policies.engine.layers import LayerPolicy

Fact = tuple[TechniqueGain, int | str]
Change = tuple[TechniqueGain, int | str, int]  # with the number of an older version

_MOST_TOGETHER = 4  # of changes that take something away, too: of more, each is tried by itself and in pairs


class IdentityChanges:
    """Of the identities of an AWS account."""

    def __init__(self, account: EscalationAccount) -> None:
        self._groups = account.groups
        self._older = account.older

    def choices(self, holder: Holder, facts: Collection[Fact]) -> Iterator[frozenset[Change]]:
        """What can be made of the identity: changes that only give are all made, of the others each that differs."""
        sure: set[Change] = set()
        others: list[Change] = []
        for gains, thing in facts:
            if gains in (TechniqueGain.ANY_POLICY, TechniqueGain.NO_BOUNDARY, TechniqueGain.NEW_VERSION):
                sure.add((gains, thing, 0))
            elif gains is TechniqueGain.OLD_VERSION:
                others += [(gains, thing, version) for version in range(len(self._older.get(str(thing), ())))]
            elif gains is TechniqueGain.MEMBERSHIP and not self._denies(str(thing)):
                sure.add((gains, thing, 0))
            else:
                others.append((gains, thing, 0))
        others = [each for each in others if (TechniqueGain.NEW_VERSION, each[1], 0) not in sure]
        if not others:
            yield frozenset(sure)
            return
        base = self.applied(holder, sure)
        others = [each for each in others if self.applied(holder, {*sure, each}) != base]
        sizes = range(len(others) + 1) if len(others) <= _MOST_TOGETHER else range(3)
        for size in sizes:
            for chosen in combinations(others, size):
                if len({each[:2] for each in chosen}) == size:
                    yield frozenset({*sure, *chosen})

    def _denies(self, group: str) -> bool:
        return any(map(_denies, self._groups.get(group, ())))

    def applied(self, holder: Holder, changes: Collection[Change]) -> Holder:
        by_gains: dict[TechniqueGain, list[Change]] = {}
        for change in changes:
            by_gains.setdefault(change[0], []).append(change)
        things = {gains: {thing for _, thing, _ in listed} for gains, listed in by_gains.items()}
        left = things.get(TechniqueGain.LEAVING, set())
        own, of_groups = self._parts(holder)
        joined = [str(group) for group in sorted(things.get(TechniqueGain.MEMBERSHIP, set()), key=str)]
        of_groups = {group: attached for group, attached in of_groups.items() if group not in left}
        of_groups |= {group: self._groups[group] for group in joined if group not in of_groups}
        policies = self._without(own, things, 0, is_group=False)
        for group, attached in of_groups.items():
            policies += self._without(attached, things, group, is_group=True)
        if any(isinstance(each, int) or each in of_groups for each in things.get(TechniqueGain.ANY_POLICY, ())):
            policies.append(EVERYTHING)
        versions = {str(thing): version for _, thing, version in by_gains.get(TechniqueGain.OLD_VERSION, ())}
        rewritten = things.get(TechniqueGain.NEW_VERSION, set())
        boundary = holder.boundary and self._version(holder.boundary, versions, rewritten)
        no_boundary = bool(things.get(TechniqueGain.NO_BOUNDARY))
        return replace(
            holder,
            policies=tuple(self._version(policy, versions, rewritten) for policy in policies),
            boundary=None if no_boundary else boundary,
            groups=tuple(of_groups),
            not_read=frozenset() if no_boundary else holder.not_read,
        )

    def _parts(self, holder: Holder) -> tuple[list[LayerPolicy], dict[str, Sequence[LayerPolicy]]]:
        """The holder's own policies, and those of its groups."""
        of_groups: dict[str, Sequence[LayerPolicy]] = {group: self._groups.get(group, ()) for group in holder.groups}
        own = list(holder.policies)
        for policy in [each for attached in of_groups.values() for each in attached]:
            for at in range(len(own) - 1, -1, -1):
                if own[at] == policy:
                    del own[at]
                    break
        return own, of_groups

    @staticmethod
    def _without(
        attached: Sequence[LayerPolicy],
        things: dict[TechniqueGain, set[int | str]],
        group: int | str,
        *,
        is_group: bool,
    ) -> list[LayerPolicy]:
        def is_gone(gains: TechniqueGain) -> bool:
            listed = things.get(gains, set())
            return group in listed if is_group else any(isinstance(each, int) for each in listed)

        return [
            policy
            for policy in attached
            if not (
                _denies(policy)
                and is_gone(TechniqueGain.DETACHED if policy.name.startswith("arn:") else TechniqueGain.DELETED)
            )
        ]

    def _version(self, policy: LayerPolicy, versions: dict[str, int], rewritten: set[int | str]) -> LayerPolicy:
        if policy.name in rewritten:
            return LayerPolicy(policy.name, EVERYTHING.document)
        if policy.name in versions:
            return LayerPolicy(policy.name, self._older[policy.name][versions[policy.name]].document)
        return policy


def _denies(policy: LayerPolicy) -> bool:
    return any(statement.denies for statement in policy.document.statements)
