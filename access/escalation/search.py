"""The shortest ways to administrator: from the administrators back, step by step, to whoever can become one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from access.escalation import changes, services
from access.escalation.account import Account
from access.escalation.administrator import is_administrator, with_any_policy, with_policies, without_boundary
from access.escalation.paths import Edge, Permission
from access.escalation.techniques import Gains, Need, On, Target, Technique
from access.holders import Holder
from access.index import Index, numbers_of
from access.patterns import resources
from policies.quotas import KEYS_OF_USER

_AT_ONCE = (*changes.OLD_VERSIONS, *changes.GROUPS, *changes.ROLES_WITH_ANY_POLICY)
_SURE = (*changes.ROLES, *changes.CREDENTIALS, *changes.PROVIDERS, *services.PASSING)
_TO_TARGET = (*_SURE, *changes.PROVIDERS_WITH_MORE, *services.RUNNING)
TECHNIQUES = (*changes.OWN_POLICIES, *changes.OWN_BOUNDARY, *_AT_ONCE, *_TO_TARGET)


class Search:
    """Principals by their number in the index.

    Some are there again as what they can make of themselves: with any policy within their boundary, without a boundary.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        self.index = account.index
        self._real = len(self.index.holders)
        self._surroundings = self.index.surroundings
        self._anything: dict[tuple[tuple[str, ...], str], dict[int, Permission]] = {}
        self._trusting: dict[str, frozenset[int]] = {}
        self._becoming: dict[int, list[Edge]] = defaultdict(list)  # the steps to what is there again, by its number
        for techniques, becomes in ((changes.OWN_POLICIES, with_any_policy), (changes.OWN_BOUNDARY, without_boundary)):
            self._add([edge for each in techniques for edge in self._own(each, self._may_at_all(each))], becomes)

    def _add(self, edges: Sequence[Edge], becomes: Callable[[Holder], Holder]) -> None:
        """What these steps make of those who have them."""
        numbers: dict[int, int] = {}
        holders = list(self.index.holders)
        for edge in edges:
            if self.index.holders[edge.source].caller.is_service_linked:
                continue
            number = numbers.setdefault(edge.source, len(holders))
            if number == len(holders):
                holders.append(becomes(self.index.holders[edge.source]))
            self._becoming[number].append(replace(edge, target=number))
        self.index = Index(holders, self._surroundings)

    @cached_property
    def administrators(self) -> frozenset[int]:
        """Among them those that somebody can make of itself."""
        giving = self.index.who_can("iam:AttachRolePolicy", f"{self._own_arn('role/anybody')}")
        holders = ((number, self.index.holders[number]) for number in numbers_of(giving))
        return frozenset(number for number, holder in holders if is_administrator(holder, self._surroundings))

    def edges(self, *, supposing: bool) -> dict[int, list[Edge]]:
        """By principal, the first steps of its shortest ways: one for each technique.

        `supposing`: with techniques that take something which the mirror doesn't know, too.
        """
        found: dict[int, list[Edge]] = {}
        frontier: Collection[int] = self.administrators
        left = {
            number
            for number, holder in enumerate(self.index.holders)
            if number not in frontier and not holder.caller.is_service_linked
        }
        steps = self._at_once(left)
        towards = _TO_TARGET if supposing else _SURE
        while True:
            level: dict[int, dict[str, Edge]] = defaultdict(dict)
            for edge in (*steps, *self._towards(frontier, left, towards)):
                level[edge.source].setdefault(edge.technique.name, edge)
            if not level:
                return found
            found |= {number: list(edges.values()) for number, edges in level.items()}
            frontier, steps = level.keys(), []
            left -= level.keys()

    # ---- Steps that make somebody an administrator at once -----------------------------------------------------
    def _at_once(self, left: set[int]) -> list[Edge]:
        found = []
        for technique in _AT_ONCE:
            candidates = left & self._may_at_all(technique)
            if candidates:
                edges = {
                    Target.ITSELF: self._own,
                    Target.GROUP: self._joining,
                    Target.ROLE: self._role_with_any_policy,
                }[technique.target](technique, candidates)
                found += [edge for edge in edges if self._is_worth_it(edge)]
        return found

    def _own(self, technique: Technique, candidates: Collection[int]) -> Iterator[Edge]:
        """What it does to itself. There is one need."""
        (needed,) = technique.needs
        for number in sorted(candidates):
            holder = self.index.holders[number]
            if technique.gains is Gains.NO_BOUNDARY and holder.boundary is None:
                continue
            for resource in self._own_resources(needed.on, holder):
                if permission := self._permission(needed, number, resource):
                    yield Edge(technique, number, number, (permission,))

    def _own_resources(self, on: On, holder: Holder) -> Iterable[str]:
        if on is On.ITSELF:
            return [holder.arn]
        if on is On.OWN_GROUP:
            return holder.groups
        policies = [holder.boundary] if on is On.OWN_BOUNDARY and holder.boundary else []
        if on is On.OWN_POLICY:
            policies = list(holder.policies)
        return [policy.name for policy in policies if policy.name.startswith(self._own_arn("policy/"))]

    def _joining(self, technique: Technique, candidates: Collection[int]) -> Iterator[Edge]:
        (needed,) = technique.needs
        for group in self.account.groups:
            for number, permission in self._permitted(needed, group, candidates).items():
                yield Edge(technique, number, number, (permission,), group)

    def _role_with_any_policy(self, technique: Technique, candidates: Collection[int]) -> Iterator[Edge]:
        for number in range(self._real):
            if self.index.holders[number].is_role:
                yield from self._to(technique, number, candidates)

    def _is_worth_it(self, edge: Edge) -> bool:
        """Whether it makes an administrator."""
        gains, holder = edge.technique.gains, self.index.holders[edge.source]
        if gains is Gains.OLD_POLICY:
            name = edge.permissions[0].resource
            others = tuple(policy for policy in holder.policies if policy.name != name)
            older = self.account.older.get(name, ())
            return any(self._is_administrator(replace(holder, policies=(*others, version))) for version in older)
        if gains is Gains.GROUP:
            return self._is_administrator(with_policies(holder, *self.account.groups[edge.group]))
        target = edge.target
        return target not in self.administrators and self._is_administrator(with_any_policy(self.index.holders[target]))

    def _is_administrator(self, holder: Holder) -> bool:
        return is_administrator(holder, self._surroundings)

    # ---- Steps towards a target ------------------------------------------------------------------------------
    def _towards(self, frontier: Collection[int], left: set[int], techniques: Sequence[Technique]) -> Iterator[Edge]:
        for target in sorted(frontier):
            if target >= self._real:
                yield from (edge for edge in self._becoming[target] if edge.source in left)
        real = [number for number in sorted(frontier) if number < self._real]
        for technique in techniques:
            candidates = left & self._may_at_all(technique)
            for target in real if candidates else ():
                if self._fits(technique, target):
                    yield from self._to(self._with_what_it_takes(technique, target), target, candidates)

    def _fits(self, technique: Technique, target: int) -> bool:
        holder = self.index.holders[target]
        if technique.target is Target.USER:
            known = self.account.credentials.get(holder.arn)
            has_password = known.has_password if known else None
            refused = {"iam:CreateLoginProfile": True, "iam:UpdateLoginProfile": False}.get(technique.name)
            return not holder.is_role and (refused is None or has_password is not refused)
        if technique.provider:
            return bool(self.account.providers_of(holder, technique))
        if not holder.is_role or technique.target is not Target.ROLE_OF_SERVICE:
            return holder.is_role
        profiled = self.account.profiled
        if technique.by_instance_profile and profiled is not None and holder.arn not in profiled:
            return False
        if technique.service not in self._trusting:
            self._trusting[technique.service] = self.account.trusting(technique.service)
        return target in self._trusting[technique.service]

    def _with_what_it_takes(self, technique: Technique, target: int) -> Technique:
        """A user with two keys has no room for a third; a password alone doesn't sign in who has a second factor."""
        known = self.account.credentials.get(self.index.holders[target].arn)
        if known and technique.name == "iam:CreateAccessKey" and (known.keys or 0) >= KEYS_OF_USER.usual:
            return replace(technique, needs=(*technique.needs, changes.DELETE_KEY))
        if known and technique.name.endswith("LoginProfile") and known.mfa:
            return replace(technique, needs=(*technique.needs, changes.DEACTIVATE_MFA))
        return technique

    def _to(self, technique: Technique, target: int, candidates: Collection[int]) -> Iterator[Edge]:
        held: dict[int, tuple[Permission, ...]] = {number: () for number in candidates if number != target}
        for needed in technique.needs:
            if needed.on is On.ANY:
                permitted = self._permitted_on_anything(needed)
            elif needed.on is On.PROVIDER:
                permitted = {}
                for provider in self.account.providers_of(self.index.holders[target], technique):
                    permitted |= self._permitted(needed, provider, held)
            else:
                permitted = self._permitted(needed, self.index.holders[target].arn, held)
            held = {
                number: (*permissions, permitted[number]) for number, permissions in held.items() if number in permitted
            }
            if not held:
                return
        for number, permissions in sorted(held.items()):
            yield Edge(technique, number, target, permissions)

    # ---- Permissions -----------------------------------------------------------------------------------------
    def _may_at_all(self, technique: Technique) -> set[int]:
        """Whose policies allow of each need something, wherever."""
        numbers: set[int] = set(range(len(self.index.holders)))
        on_others = technique.target is Target.USER
        for needed in technique.needs:
            if needed.actions != ("sts:AssumeRole",):  # a trust policy that names one is enough for that
                allowed = (self.index.allowed_at_all(action, on_others=on_others) for action in needed.actions)
                numbers &= set().union(*allowed)
        if technique.users_only or technique.roles_only:
            numbers = {each for each in numbers if self.index.holders[each].is_role is technique.roles_only}
        return numbers

    def _permitted(self, needed: Need, resource: str, among: Collection[int]) -> dict[int, Permission]:
        context = {key: tuple(map(self._filled, values)) for key, values in needed.context.items()}
        found: dict[int, Permission] = {}
        for action in needed.actions:
            for each in self.index.who_can(action, resource, context, among=among):
                found.setdefault(each.number, Permission(action, resource, each.decision, each))
        return found

    def _permitted_on_anything(self, needed: Need) -> dict[int, Permission]:
        key = (needed.actions, needed.resource)
        found = self._anything.get(key)
        if found is None:
            found = self._anything[key] = {}
            for action in needed.actions:
                for resource in resources(self.index, action, self._filled(needed.resource)):
                    for number, permission in self._permitted(
                        replace(needed, actions=(action,)), resource, range(len(self.index.holders))
                    ).items():
                        found.setdefault(number, permission)
        return found

    def _permission(self, needed: Need, number: int, resource: str) -> Permission | None:
        return self._permitted(needed, resource, (number,)).get(number)

    def _filled(self, text: str) -> str:
        return text.replace("{p}", self.account.partition).replace("{a}", self._surroundings.account_id)

    def _own_arn(self, resource: str) -> str:
        return self._filled(f"arn:{{p}}:iam::{{a}}:{resource}")
