"""The search: what everybody can bring about, including what they and others can be turned into."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from access.escalation import iam_techniques, passrole_model_techniques, passrole_techniques, running_code_techniques
from access.escalation.account import EscalationAccount
from access.escalation.attachable import attach_techniques, new_principals
from access.escalation.closure import Closure
from access.escalation.graph import Move, Moves
from access.escalation.identity_changes import Fact
from access.escalation.permits import Permits, TechniqueObject
from access.escalation.techniques import Technique, TechniqueGain, TechniqueTarget
from access.escalation.variants import Belonging, Variants
from access.holders import Holder
from access.index import Index, numbers_of
from policies.engine.diff.budget import Budget

TECHNIQUES = (
    *iam_techniques.CHANGES,
    *iam_techniques.ROLES,
    *iam_techniques.CREDENTIALS,
    *iam_techniques.NEW_PRINCIPALS,
    *iam_techniques.PROVIDERS,
    *iam_techniques.PROVIDERS_WITH_MORE,
    *iam_techniques.IDENTITY_CENTER,
    *passrole_techniques.PASSROLE_TECHNIQUES,
    *passrole_model_techniques.PASSROLE_MODEL_TECHNIQUES,
    *running_code_techniques.RUNNING_CODE_TECHNIQUES,
)


@dataclass(frozen=True)
class SearchBasis:
    """What a search begins with, found out once for many: all principals, then those that somebody could make.

    `real`: how many there are. `administrators`: their numbers. `targets`: what techniques are turned on.
    """

    account: EscalationAccount
    index: Index
    real: int
    administrators: frozenset[int]
    targets: Mapping[TechniqueTarget, Sequence[TechniqueObject]]
    belonging: Belonging

    @classmethod
    def of(cls, account: EscalationAccount) -> SearchBasis:
        real = len(account.index.holders)
        index = account.index.replaced({}, list(new_principals(account)))
        variants = Variants(account, index.holders, Belonging.of(index.holders))
        administrators = frozenset(_administrators(account, index, variants))
        things = [TechniqueObject.of(number, holder) for number, holder in enumerate(index.holders)]
        return cls(account, index, real, administrators, _targets(account, things, real), variants.belonging)

    def with_account(self, account: EscalationAccount, changed: Collection[int]) -> SearchBasis:
        """Of an AWS account that has the same principals, of whom these have other policies, boundaries or trusts."""
        new = list(new_principals(account))
        index = account.index.replaced({}, new)
        belonging = self.belonging.with_holders({number: index.holders[number] for number in changed})
        variants = Variants(account, index.holders, belonging)
        now = {number for number in changed if variants.is_administrator(index.holders[number])}
        others = self.administrators - set(changed)
        known = {thing.number: thing for kind in _PRINCIPALS for thing in self.targets[kind]}
        things = [
            TechniqueObject.of(number, holder) if number in changed or number >= self.real else known[number]
            for number, holder in enumerate(index.holders)
        ]
        return SearchBasis(
            account, index, self.real, others | now, _targets(account, things, self.real), variants.belonging
        )


_PRINCIPALS = (TechniqueTarget.USER, TechniqueTarget.ROLE)


def _administrators(account: EscalationAccount, index: Index, variants: Variants) -> Iterator[int]:
    anybody = f"arn:{account.partition}:iam::{account.account_id}:role/anybody"
    for number in numbers_of(index.who_can("iam:AttachRolePolicy", anybody)):
        if variants.is_administrator(index.holders[number]):
            yield number


def _targets(
    account: EscalationAccount, made: Sequence[TechniqueObject], real: int
) -> Mapping[TechniqueTarget, Sequence[TechniqueObject]]:
    users = [thing for thing in made if thing.trust is None]
    roles = [thing for thing in made if thing.trust is not None]
    own = f"arn:{account.partition}:iam::{account.account_id}:policy/"
    holders = account.index.holders
    names = {policy.name for holder in holders for policy in (*holder.policies, holder.boundary) if policy}
    names |= {policy.name for policies in account.groups.values() for policy in policies} | set(account.older)
    groups = {*account.groups, *(group for holder in holders for group in holder.groups)}
    return {
        TechniqueTarget.USER: users,
        TechniqueTarget.ROLE: roles,
        TechniqueTarget.ROLE_OF_SERVICE: roles,
        TechniqueTarget.ROLE_OF_PROVIDER: roles,
        TechniqueTarget.NEW_USER: [thing for thing in users if (thing.number or 0) >= real],
        TechniqueTarget.NEW_ROLE: [thing for thing in roles if (thing.number or 0) >= real],
        TechniqueTarget.GROUP: [TechniqueObject(group) for group in sorted(groups)],
        TechniqueTarget.POLICY: [TechniqueObject(name) for name in sorted(names) if name.startswith(own)],
        TechniqueTarget.ACCOUNT: [TechniqueObject("")],
    }


class Search:
    """Identities by number: those of the AWS account, those that somebody can make, and what they can be made of."""

    def __init__(
        self,
        basis: SearchBasis,
        starts: Collection[int] | None = None,
        acting: Collection[int] | None = None,
        budget: Budget | None = None,
    ) -> None:
        """`starts`: of whom one wants to know; `acting`: whom one looks at. By number; all, unless said.

        `budget`: of steps, about a microsecond each; its methods then raise BudgetExceededError.
        """
        self.account, self.index, self.real = basis.account, basis.index, basis.real
        self.administrators = basis.administrators
        self._variants = Variants(basis.account, basis.index.holders, basis.belonging)
        self.closure = Closure(range(self.real) if starts is None else sorted(starts))
        self.closure.winning |= self.administrators
        self._things = basis.targets
        self._budget = budget
        everybody = range(len(basis.index.holders)) if acting is None else sorted(acting)
        listed = [number for number in everybody if number not in self.administrators]
        self._moves = [Moves(self.account, Permits(self.index, listed, budget), self._things)]
        self._techniques: list[Technique] = []
        self._unsure: list[Move] = []
        self._supposes = False
        self.reached_surely: dict[Fact, int] = {}  # roles of other AWS accounts, by whom, before anything is supposed
        self.supposing = -1  # of whom there may be paths that weren't there before, by bits

    def look(self, techniques: Sequence[Technique]) -> None:
        """Looks for all that can surely be brought about with these techniques."""
        self._techniques = [*techniques, *attach_techniques(self.account)]
        for moves in self._moves:
            self._add(moves, self._techniques)
        self.close()

    def suppose(self) -> None:
        """Looks for what can be brought about if what isn't known is so, too."""
        self._supposes = True
        before = len(self.closure.moves)
        self.closure.add(self._unsure)
        self.close()
        self.supposing = self.closure.making(before)

    def changes_any(self, numbers: Collection[int]) -> bool:
        """Whether one of these principals can change another that it can't act as."""
        bits = self.closure.bits
        they = sum(1 << place for place, number in enumerate(self.closure.starts) if number in numbers)
        return any(
            bits[fact] & they & ~bits.get((TechniqueGain.CONTROL, number), 0)
            for number, facts in self._variants.affected(self.closure).items()
            if number in numbers
            for fact in facts
        )

    def _add(self, moves: Moves, techniques: Sequence[Technique]) -> None:
        for move in (move for technique in techniques for move in moves.of(technique)):
            if move.is_sure or self._supposes:
                self.closure.add([move])
            else:
                self._unsure.append(move)

    def close(self) -> None:
        """Looks on until no move adds anything."""
        while True:
            self.closure.run()
            if not self._add_variants():
                return

    def _add_variants(self) -> bool:
        """Whether there are any more. Those that are administrators have nothing to do any more."""
        fresh = list(self._variants.fresh(self.closure))
        holders: list[Holder] = []
        for variant, wins in fresh:
            number = -1 - len(self.closure.variants) if wins else len(self.index.holders) + len(holders)
            self.closure.add_variant(number, variant)
            if wins:
                self.closure.winning.add(number)
            else:
                holders.append(variant.holder)
        if holders:
            first = len(self.index.holders)
            self.index = self.index.replaced({}, holders)
            permits = Permits(self.index, range(first, first + len(holders)), self._budget)
            moves = Moves(self.account, permits, self._things)
            self._moves.append(moves)
            self._add(moves, self._techniques)
        return bool(fresh)
