"""Compares documents action by action: one with another, or all of a principal before and after.

Actions that the statements of both documents treat alike are looked at once. What one document allows and the other
doesn't is: what it allows and doesn't deny, without what the other allows; and what the other allows but denies.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from policies.engine.diff.actions import Actions, Universe
from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.diff.spaces import Answer, SpaceComparison, begin_apart, is_plainly_within
from policies.engine.diff.terms import DocumentTerms, StatementTerms, Term
from policies.engine.statements import document_of

_STEPS = 2_000_000  # for two documents: some seconds at worst


@dataclass(frozen=True)
class OneSidedAccess:
    """Something that is allowed on one side only: what all of `common` share, without the rest.

    `common` begins with an allowing term; a denying one of the other side may follow.
    """

    common: tuple[Term, ...]
    without: frozenset[Term]
    answer: Answer


Parts = dict[OneSidedAccess, Actions]


@dataclass
class AccessDifference:
    gained: Parts = field(default_factory=dict)
    lost: Parts = field(default_factory=dict)
    universe: Universe | None = None  # None where there is too much even to list the actions
    not_compared: Actions = 0  # for there was too much
    patterns: frozenset[str] = frozenset()  # those for actions


@dataclass(frozen=True)
class ComparedSide:
    """What a document says of some actions."""

    allows: frozenset[Term]
    denies: frozenset[Term]
    bounds: frozenset[Term] | None = None  # what the boundary allows; None without one


@dataclass(frozen=True)
class PrincipalDocuments:
    """All documents that one principal has. No document of a `boundary` is one that allows nothing."""

    policies: Sequence[Any]
    boundary: Any = None
    is_bounded: bool = False


def compare(old: Any, new: Any) -> AccessDifference:
    """Takes any documents."""
    return compare_principals(PrincipalDocuments([old]), PrincipalDocuments([new]))


def compare_principals(
    old: PrincipalDocuments, new: PrincipalDocuments, steps: int = _STEPS, within: Any = None
) -> AccessDifference:
    """Takes any documents. `within`: one that denies; then `gained` is what it denies of that, and nothing is lost."""
    terms = DocumentTerms()
    documents = [document_of(each) for side in (old, new) for each in side.policies]
    with_principals = any(document.names_principals for document in documents)
    sources = [_Sources.of(terms, side, with_principals=with_principals) for side in (old, new)]
    denying = None if within is None else _Sources.of(terms, PrincipalDocuments([within]), with_principals=False)
    budget = Budget(steps)
    read = [*sources, *filter(None, [denying])]
    found = AccessDifference(patterns=frozenset(name for side in read for each in side.all for name in each.actions))
    try:
        found.universe = Universe(found.patterns, budget)
        found.not_compared = found.universe.everything
        _AccessComparison(terms, sources, found.universe, budget, denying).run(found)
    except BudgetExceededError:
        pass
    return found


@dataclass(frozen=True)
class _Sources:
    policies: Sequence[StatementTerms]
    boundary: Sequence[StatementTerms] | None

    @classmethod
    def of(cls, terms: DocumentTerms, held: PrincipalDocuments, *, with_principals: bool) -> Self:
        documents = [document_of(one) for one in held.policies]
        policies = [each for one in documents for each in terms.read(one, with_principals=with_principals)]
        return cls(policies, terms.read(document_of(held.boundary), with_principals=False) if held.is_bounded else None)

    @property
    def all(self) -> list[StatementTerms]:
        return [*self.policies, *(self.boundary or ())]


Masked = Sequence[tuple[Actions, StatementTerms]]


class _AccessComparison:
    def __init__(
        self,
        terms: DocumentTerms,
        sources: Sequence[_Sources],
        universe: Universe,
        budget: Budget,
        within: _Sources | None = None,
    ) -> None:
        self._terms = terms
        self._universe = universe
        self._budget = budget
        self._comparison = SpaceComparison(budget)
        self._sides = [(self._masked(side.policies), self._masked(side.boundary)) for side in sources]
        self._within = None if within is None else self._masked(within.policies)

    def run(self, found: AccessDifference) -> None:
        for actions in self._alike():
            old, new = (self._side(*side, actions) for side in self._sides)
            within = None if self._within is None else self._side(self._within, None, actions).denies
            if old != new and within != frozenset():
                self._add(found, actions & ~self._universe.without_resource, old, new, within)
                for asked_on, among in self._universe.asked_on(self._terms.partition):
                    if actions & among:
                        was, becomes = (self._on_everything(side, asked_on) for side in (old, new))
                        inside = None if within is None else self._terms.on_everything(within, asked_on)
                        self._add(found, actions & among, was, becomes, inside)
            found.not_compared &= ~actions

    def _masked(self, sources: Sequence[StatementTerms] | None) -> Masked | None:
        return None if sources is None else [(self._actions(source), source) for source in sources]

    def _actions(self, source: StatementTerms) -> Actions:
        found = self._universe.matching(source.actions)
        return self._universe.everything & ~found if source.not_actions else found

    def _alike(self) -> list[Actions]:
        """All actions, those together that every statement treats alike."""
        found = [self._universe.everything]
        whole = [masked for side in self._sides for masked in side]
        for actions in {actions for masked in (*whole, self._within) for actions, _ in masked or ()}:
            self._budget.spend(len(found))
            found = [part for each in found for part in (each & actions, each & ~actions) if part]
        return found

    def _side(self, policies: Masked | None, boundary: Masked | None, actions: Actions) -> ComparedSide:
        first = actions & -actions
        own, bounding = (
            {term for mask, source in masked or () if mask & first for term in source.terms}
            for masked in (policies, boundary)
        )
        self._budget.spend(1 + len(own) + len(bounding))
        return ComparedSide(
            frozenset(term for term in own if term.allows),
            frozenset(term for term in own | bounding if not term.allows),
            None if boundary is None else frozenset(term for term in bounding if term.allows),
        )

    def _on_everything(self, side: ComparedSide, asked_on: str) -> ComparedSide:
        return ComparedSide(
            self._terms.on_everything(side.allows, asked_on),
            self._terms.on_everything(side.denies, asked_on),
            None if side.bounds is None else self._terms.on_everything(side.bounds, asked_on),
        )

    def _bounded(self, side: ComparedSide) -> ComparedSide:
        if side.bounds is None:
            return side
        self._budget.spend(len(side.allows) * len(side.bounds))
        pairs = [(one, bound) for one in side.allows for bound in side.bounds if not begin_apart(one, bound)]
        self._budget.spend(len(pairs) ** 2)
        return ComparedSide(frozenset(self._terms.bounded(*pair) for pair in pairs), side.denies)

    def _add(
        self,
        found: AccessDifference,
        actions: Actions,
        old: ComparedSide,
        new: ComparedSide,
        within: frozenset[Term] | None,
    ) -> None:
        if not actions or old == new:
            return
        old, new = self._bounded(old), self._bounded(new)
        if within is not None:
            for part in self._parts(old, new):
                for inside in self._inside(part, within):
                    found.gained[inside] = found.gained.get(inside, 0) | actions
            return
        for parts, before, after in ((found.gained, old, new), (found.lost, new, old)):
            for part in self._parts(before, after):
                parts[part] = parts.get(part, 0) | actions

    # ---- One direction ---------------------------------------------------------------------------------------
    def _parts(self, old: ComparedSide, new: ComparedSide) -> Iterator[OneSidedAccess]:
        """What `new` allows and `old` doesn't."""
        for term in _widest(new.allows):
            if term not in old.allows:
                yield from self._part((term,), new.denies | old.allows)
            for denied in old.denies - new.denies:
                if self._is_allowed_besides(term, denied, old.allows, new.denies):
                    yield from self._part((term, denied), new.denies)

    def _is_allowed_besides(self, term: Term, denied: Term, allows: Collection[Term], denies: frozenset[Term]) -> bool:
        """Whether the other side would allow some of it, but for its denying."""
        if term in allows:
            return True
        return any(self._comparison.remains([term, denied, each], denies) is not Answer.NOTHING for each in allows)

    def _inside(self, part: OneSidedAccess, within: Iterable[Term]) -> Iterator[OneSidedAccess]:
        """What of it one of `within` is about, too."""
        for term in within:
            yield from self._part((*part.common, term), part.without)

    def _part(self, common: tuple[Term, ...], without: Iterable[Term]) -> Iterator[OneSidedAccess]:
        answer = self._comparison.remains(common, without)
        if answer is not Answer.NOTHING:
            yield OneSidedAccess(
                common, frozenset(each for each in without if self._comparison.meet([*common, each])), answer
            )


_MOST_PAIRED = 500  # a quarter of a million pairs take a second


def _widest(terms: Collection[Term]) -> list[Term]:
    """Without those that are plainly within another, and so say nothing new; of very many, all of them."""
    if len(terms) > _MOST_PAIRED:
        return list(terms)
    return [each for each in terms if not any(is_plainly_within(each, other) for other in terms if other is not each)]
