"""Edits that might end privilege escalation paths: of each permission that a step needs, what could take it away.

They are found by the statements that allow it. Whether one ends a path, a search finds out (access/cuts/trials.py).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from access.escalation.account import EscalationAccount
from access.escalation.paths import EscalationPath, StepPermission
from access.holders import Holder
from aws_constraints.arn import is_managed_by_aws, name_of
from policies.engine.compiled import CompiledDocument
from policies.engine.evaluate import VerdictReason

_MOST_TARGETS = 8  # that one denial lists
_MOST_OWNERS = 5  # from whom one change detaches a policy
_INLINE, _OF_GROUP, _TRUST = "inline policy ", " of group ", "trust policy of "


class CutHow(StrEnum):
    """In the order of how much they take away besides."""

    LIMIT = "limit"  # a statement that denies the action on the resources that paths lead over
    UNTRUST = "untrust"  # the principal out of the trust policy
    TAKE = "take"  # the action out of the document, or a statement that denies it on everything
    DETACH = "detach"  # the policy from its owners; an inline policy is deleted


class PlaceKind(StrEnum):
    MANAGED = "managed"
    INLINE = "inline"
    TRUST = "trust"


@dataclass(frozen=True)
class DocumentPlace:
    """`arn`: of the managed policy, of whose inline policy it is (called `name`), or of the role whose trust policy."""

    kind: PlaceKind
    arn: str
    name: str = ""

    @property
    def called(self) -> str:
        """ "platform-tools", "the inline policy own of dana", "the trust policy of ops"."""
        if self.kind is PlaceKind.MANAGED:
            return name_of(self.arn)
        if self.kind is PlaceKind.TRUST:
            return f"the trust policy of {name_of(self.arn)}"
        return f"the inline policy {self.name} of {name_of(self.arn)}"


@dataclass(frozen=True)
class CutCandidate:
    """`action`: of LIMIT and TAKE. `others`: ARNs of what is denied (LIMIT), who is no longer trusted (UNTRUST), from
    whom it is detached (DETACH). `is_named`: the action stands in the document as such, not by a wildcard.
    """

    how: CutHow
    place: DocumentPlace
    action: str = ""
    others: tuple[str, ...] = ()
    is_named: bool = False

    @property
    def key(self) -> str:
        said = [self.how, self.place.kind, self.place.arn, self.place.name, self.action, *self.others]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]

    @property
    def is_of_today(self) -> bool:
        """Whether it names what paths lead over now, and nothing that is made later. What must stay isn't known, so
        that the denial can't be of all but that: AWS tells which services and actions were used, and not on what.
        """
        return self.how is CutHow.LIMIT and self.others != (self.place.arn,)

    @property
    def edits(self) -> int:
        return len(self.others) if self.how is CutHow.DETACH else 1

    @property
    def words(self) -> str:
        """What is done, without a subject: "take iam:PassRole from ci-deploy"."""
        names = [name_of(arn) for arn in self.others]
        match self.how:
            case CutHow.LIMIT:
                on = "itself" if self.others == (self.place.arn,) else _listed(names)
                return f"deny {self.action} on {on} in {self.place.called}"
            case CutHow.UNTRUST:
                return f"take {_listed(names)} out of {self.place.called}"
            case CutHow.DETACH if self.place.kind is PlaceKind.INLINE:
                return f"delete {self.place.called}"
            case CutHow.DETACH:
                return f"detach {self.place.called} from {_listed(names)}"
        return (
            f"take {self.action} from {self.place.called}"
            if self.is_named
            else f"deny {self.action} in {self.place.called}"
        )


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def candidates(account: EscalationAccount, paths: Sequence[EscalationPath]) -> dict[CutCandidate, frozenset[int]]:
    """With the numbers of the paths that need what it takes away, those that need it most first."""
    found = _CandidateSearch(account)
    for number, path in enumerate(paths):
        for step in path.steps:
            for permission in step.permissions:
                found.add(number, permission, step.target)
    return dict(sorted(found.all(), key=lambda each: (-len(each[1]), list(CutHow).index(each[0].how), each[0].words)))


class _CandidateSearch:
    def __init__(self, account: EscalationAccount) -> None:
        self._account = account
        self._by_action: dict[tuple[DocumentPlace, str], dict[int, str]] = defaultdict(dict)  # path → target, or ""
        self._named: dict[tuple[DocumentPlace, str], bool] = defaultdict(bool)
        self._held: dict[DocumentPlace, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        self._trusted: dict[tuple[DocumentPlace, str], set[int]] = defaultdict(set)

    def add(self, path: int, permission: StepPermission, target: str) -> None:
        index = self._account.index
        number = index.by_arn.get(permission.principal)
        if number is None:
            return  # somebody who is still to be made
        holder = index.holders[number]
        held = {policy.name: policy.document for policy in holder.policies}
        for reason in permission.match.because:
            if reason.policy.startswith(_TRUST):
                self._add_trust(path, reason, holder)
            elif reason.policy in held:
                self._add_policy(path, permission, target, reason.policy, held[reason.policy], holder)

    def _add_trust(self, path: int, reason: VerdictReason, holder: Holder) -> None:
        principals = reason.statement.principals if reason.statement else None
        place = DocumentPlace(PlaceKind.TRUST, reason.policy.removeprefix(_TRUST))
        is_here = place.arn in self._account.index.by_arn
        if is_here and principals and not principals.is_not and holder.arn in principals.listed:
            self._trusted[place, holder.arn].add(path)

    def _add_policy(
        self,
        path: int,
        permission: StepPermission,
        target: str,
        policy: str,
        document: CompiledDocument,
        holder: Holder,
    ) -> None:
        place = _place_of(policy, holder)
        if place is None:
            return
        for owner in self._owners(policy, holder) if place.kind is PlaceKind.MANAGED else (place.arn,):
            self._held[place][owner].add(path)
        if place.kind is PlaceKind.MANAGED and is_managed_by_aws(place.arn):
            return
        key = place, permission.action
        before = self._by_action[key].get(path)
        here = permission.resource if permission.resource == target and self._is_there(target) else ""
        self._by_action[key][path] = here if before in (None, here) else ""
        self._named[key] |= _is_named(document, permission.action)

    def _is_there(self, arn: str) -> bool:
        return arn in self._account.index.by_arn or arn in self._account.groups or arn in self._account.managed

    def _owners(self, policy: str, holder: Holder) -> Iterator[str]:
        """From whom somebody has a managed policy: groups, and itself."""
        times = sum(each.name == policy for each in holder.policies)
        for group in holder.groups:
            if any(each.name == policy for each in self._account.groups.get(group, ())):
                times -= 1
                yield group
        if times > 0:
            yield holder.arn

    # ---- All of them -----------------------------------------------------------------------------------------
    def all(self) -> Iterator[tuple[CutCandidate, frozenset[int]]]:
        for (place, action), by_path in self._by_action.items():
            paths = frozenset(by_path)
            yield CutCandidate(CutHow.TAKE, place, action, is_named=self._named[place, action]), paths
            targets = tuple(sorted(set(by_path.values())))
            if targets[0] and len(targets) <= _MOST_TARGETS:
                yield CutCandidate(CutHow.LIMIT, place, action, targets), paths
        for (place, principal), trusted in self._trusted.items():
            yield CutCandidate(CutHow.UNTRUST, place, others=(principal,)), frozenset(trusted)
        for place, owners in self._held.items():
            for owner, held in owners.items():
                yield CutCandidate(CutHow.DETACH, place, others=(owner,)), frozenset(held)
            if 1 < len(owners) <= _MOST_OWNERS:
                everybody = CutCandidate(CutHow.DETACH, place, others=tuple(sorted(owners)))
                yield everybody, frozenset().union(*owners.values())


def _place_of(policy: str, holder: Holder) -> DocumentPlace | None:
    if not policy.startswith(_INLINE):
        return DocumentPlace(PlaceKind.MANAGED, policy)
    name, of_group, group = policy.removeprefix(_INLINE).partition(_OF_GROUP)
    if not of_group:
        return DocumentPlace(PlaceKind.INLINE, holder.arn, name)
    arn = next((arn for arn in holder.groups if name_of(arn) == group), "")
    return DocumentPlace(PlaceKind.INLINE, arn, name) if arn else None


def _is_named(document: CompiledDocument, action: str) -> bool:
    return any(
        pattern.lower() == action.lower()
        for statement in document.statements
        if statement.allows and not statement.not_actions
        for pattern in statement.actions.patterns
    )
