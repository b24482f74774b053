"""The search: what everybody can bring about, including what they and others can be turned into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from access.escalation import iam_techniques, passrole_model_techniques, passrole_techniques, running_code_techniques
from access.escalation.account import EscalationAccount
from access.escalation.attachable import attach_techniques, new_principals
from access.escalation.closure import Closure
from access.escalation.graph import Move, Moves
from access.escalation.permits import Permits, TechniqueObject
from access.escalation.techniques import Technique, TechniqueTarget
from access.escalation.variants import Variants
from access.holders import Holder
from access.index import Index, numbers_of

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


class Search:
    """Identities by number: those of the AWS account, those that somebody can make, and what they can be made of."""

    def __init__(self, account: EscalationAccount) -> None:
        self.account = account
        self.real = len(account.index.holders)
        base = [*account.index.holders, *new_principals(account)]
        self.index = Index(base, account.index.surroundings)
        self._variants = Variants(account, base)
        self._base = len(base)
        self.closure = Closure(self.real)
        self.administrators = frozenset(self._administrators())
        self.closure.winning |= self.administrators
        self._things = self._targets(base)
        actors = [number for number in range(self._base) if number not in self.administrators]
        self._moves = [Moves(account, Permits(self.index, actors), self._things)]
        self._techniques: list[Technique] = []
        self._unsure: list[Move] = []
        self._supposes = False
        self.supposing = -1  # of whom there may be paths that weren't there before, by bits

    def look(self, techniques: Sequence[Technique]) -> None:
        """Looks for all that can surely be brought about with these techniques."""
        self._techniques = [*techniques, *attach_techniques(self.account)]
        for moves in self._moves:
            self._add(moves, self._techniques)
        self._close()

    def suppose(self) -> None:
        """Looks for what can be brought about if what isn't known is so, too."""
        self._supposes = True
        before = len(self.closure.moves)
        self.closure.add(self._unsure)
        self._close()
        self.supposing = self.closure.making(before)

    def _add(self, moves: Moves, techniques: Sequence[Technique]) -> None:
        for move in (move for technique in techniques for move in moves.of(technique)):
            if move.is_sure or self._supposes:
                self.closure.add([move])
            else:
                self._unsure.append(move)

    def _close(self) -> None:
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
            self.index = Index([*self.index.holders, *holders], self.index.surroundings)
            moves = Moves(self.account, Permits(self.index, range(first, first + len(holders))), self._things)
            self._moves.append(moves)
            self._add(moves, self._techniques)
        return bool(fresh)

    def _administrators(self) -> Iterator[int]:
        anybody = f"arn:{self.account.partition}:iam::{self.account.account_id}:role/anybody"
        for number in numbers_of(self.index.who_can("iam:AttachRolePolicy", anybody)):
            if self._variants.is_administrator(self.index.holders[number]):
                yield number

    def _targets(self, base: Sequence[Holder]) -> Mapping[TechniqueTarget, Sequence[TechniqueObject]]:
        account = self.account
        made = [TechniqueObject.of(number, holder) for number, holder in enumerate(base)]
        users = [thing for thing in made if thing.trust is None]
        roles = [thing for thing in made if thing.trust is not None]
        own = f"arn:{account.partition}:iam::{account.account_id}:policy/"
        names = {policy.name for holder in base for policy in (*holder.policies, holder.boundary) if policy}
        names |= {policy.name for policies in account.groups.values() for policy in policies} | set(account.older)
        groups = {*account.groups, *(group for holder in base for group in holder.groups)}
        return {
            TechniqueTarget.USER: users,
            TechniqueTarget.ROLE: roles,
            TechniqueTarget.ROLE_OF_SERVICE: roles,
            TechniqueTarget.ROLE_OF_PROVIDER: roles,
            TechniqueTarget.NEW_USER: [thing for thing in users if (thing.number or 0) >= self.real],
            TechniqueTarget.NEW_ROLE: [thing for thing in roles if (thing.number or 0) >= self.real],
            TechniqueTarget.GROUP: [TechniqueObject(group) for group in sorted(groups)],
            TechniqueTarget.POLICY: [TechniqueObject(name) for name in sorted(names) if name.startswith(own)],
            TechniqueTarget.ACCOUNT: [TechniqueObject("")],
        }
