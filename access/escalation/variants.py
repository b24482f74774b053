"""Variants of principals: what each becomes by the changes that those who can act as it can make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from access.escalation.account import EscalationAccount
from access.escalation.administrator import is_administrator
from access.escalation.closure import Closure, Variant, apart
from access.escalation.identity_changes import Change, Fact, IdentityChanges
from access.escalation.techniques import TechniqueGain
from access.holders import Holder
from access.question import asks_who
from policies.engine.layers import LayerPolicy

_NO_CHANGES = (TechniqueGain.CONTROL, TechniqueGain.ADMINISTRATOR, TechniqueGain.ELSEWHERE)


@dataclass(frozen=True)
class Belonging:
    """The numbers of users, of the members of each group by its ARN, and of those who have each policy by its name."""

    users: Sequence[int]
    members: Mapping[str, Sequence[int]]
    having: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, base: Sequence[Holder]) -> Belonging:
        members: dict[str, list[int]] = defaultdict(list)
        having: dict[str, list[int]] = defaultdict(list)
        for number, holder in enumerate(base):
            for group in holder.groups:
                members[group].append(number)
            for policy in _policies_of(holder):
                having[policy.name].append(number)
        return cls([number for number, holder in enumerate(base) if not holder.is_role], dict(members), dict(having))

    def with_holders(self, changed: Mapping[int, Holder]) -> Belonging:
        """What they have now is added; what they had stays: it is looked at once more where it is no more."""
        having = dict(self.having)
        for number, holder in changed.items():
            for policy in _policies_of(holder):
                having[policy.name] = sorted({*having.get(policy.name, ()), number})
        return replace(self, having=having)


def _policies_of(holder: Holder) -> Iterator[LayerPolicy]:
    yield from holder.policies
    if holder.boundary:
        yield holder.boundary


class Variants:
    def __init__(self, account: EscalationAccount, base: Sequence[Holder], belonging: Belonging) -> None:
        self._account = account
        self._base = base
        self._alterations = IdentityChanges(account)
        self._seen: set[tuple[int, frozenset[Change]]] = set()
        self._administrators: dict[tuple[object, ...], bool] = {}
        self.belonging = belonging

    def fresh(self, closure: Closure) -> Iterator[tuple[Variant, bool]]:
        """With whether it is an administrator. What is one in fewer changes isn't told again with more."""
        for number, facts in self.affected(closure).items():
            among = closure.bits.get((TechniqueGain.CONTROL, number), 0)
            known = [fact for fact in facts if closure.bits[fact] & among] if among else []
            if known and not self._base[number].caller.is_service_linked:
                yield from self._of(number, apart(among, known, closure.bits))

    def is_administrator(self, holder: Holder) -> bool:
        """Remembered by what it turns on."""
        documents = [policy.document for policy in (*holder.policies, *([holder.boundary] if holder.boundary else []))]
        around = self._account.index.surroundings
        levels = [policy.document for level in (*around.scps, *around.rcps) for policy in level.policies]
        personal = any(asks_who(statement) for document in (*documents, *levels) for statement in document.statements)
        key = (
            tuple(sorted({id(policy.document) for policy in holder.policies})),
            id(holder.boundary.document) if holder.boundary else None,
            holder.arn if personal else holder.is_role,
        )
        if key not in self._administrators:
            self._administrators[key] = is_administrator(holder, around)
        return self._administrators[key]

    def affected(self, closure: Closure) -> Mapping[int, list[Fact]]:
        """By principal, the changes that somebody can make and that bear on it."""
        changes = [fact for fact in closure.bits if fact[0] not in _NO_CHANGES]
        joinable = {str(thing) for gains, thing in changes if gains is TechniqueGain.MEMBERSHIP}
        of_joinable = {policy.name for group in joinable for policy in self._account.groups.get(group, ())}
        found: dict[int, list[Fact]] = defaultdict(list)
        for fact in changes:
            gains, thing = fact
            if isinstance(thing, int):
                numbers: Collection[int] = (thing,)
            elif gains is TechniqueGain.MEMBERSHIP or thing in joinable or thing in of_joinable:
                numbers = {*self.belonging.users, *self.belonging.having.get(thing, ())}
            else:
                numbers = self.belonging.members.get(thing, ()) or self.belonging.having.get(thing, ())
            for number in numbers:
                found[number].append(fact)
        return found

    def _of(self, number: int, groups: Mapping[frozenset[Fact], int]) -> Iterator[tuple[Variant, bool]]:
        """What fewer changes make an administrator of is found first."""
        enough: list[frozenset[Change]] = []
        wanted = {frozenset({fact}) for facts in groups for fact in facts} | set(groups)
        for facts in sorted(wanted, key=lambda each: (len(each), sorted(map(str, each)))):
            for changes in self._alterations.choices(self._base[number], facts):
                if (number, changes) in self._seen or any(each <= changes for each in enough):
                    continue
                self._seen.add((number, changes))
                variant = self._made(number, changes)
                if variant is None or any(each <= variant.changes for each in enough):
                    continue
                wins = self.is_administrator(variant.holder)
                if wins:
                    variant = self._with_fewest(variant)
                    enough.append(variant.changes)
                yield variant, wins

    def _with_fewest(self, variant: Variant) -> Variant:
        """An administrator with fewer changes, if there is one."""
        base, changes = self._base[variant.number], variant.changes
        if len(changes) == 1:
            return variant
        for change in sorted(changes, key=str):
            if self.is_administrator(self._alterations.applied(base, changes - {change})):
                changes -= {change}
        self._seen.add((variant.number, changes))
        return Variant.of(variant.number, changes, self._alterations.applied(base, changes))

    def _made(self, number: int, changes: frozenset[Change]) -> Variant | None:
        """Without changes that are of no use; None if none is, or if it is there already."""
        base, applied = self._base[number], self._alterations.applied
        holder = applied(base, changes)
        needed = changes
        for change in sorted(changes, key=str):
            if (applied(base, needed - {change}) if len(needed) > 1 else base) == holder:
                needed -= {change}
        if not needed or (needed != changes and (number, needed) in self._seen):
            return None
        self._seen.add((number, needed))
        return Variant.of(number, needed, holder)
