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
from policies.engine.diff.terms import ActionsMeant, DocumentTerms, StatementTerms, Term
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
    bounds: tuple[frozenset[Term], ...] = ()  # what the boundary allows, and each level of control policies


@dataclass(frozen=True)
class ResourceDenials:
    """Documents without principals that deny on the resources of one AWS account, as resource control policies do."""

    account_id: str
    documents: Sequence[Any]


@dataclass(frozen=True)
class PrincipalDocuments:
    """All documents that bear on one principal. No document of a `boundary` is one that allows nothing.

    `levels`: of each the documents of which one must allow, as of service control policies; what they deny counts, too.
    """

    policies: Sequence[Any]
    boundary: Any = None
    is_bounded: bool = False
    levels: Sequence[Sequence[Any]] = ()
    on_resources: ResourceDenials | None = None


def compare(old: Any, new: Any) -> AccessDifference:
    """Takes any documents."""
    return compare_principals(PrincipalDocuments([old]), PrincipalDocuments([new]))


def compare_principals(
    old: PrincipalDocuments, new: PrincipalDocuments, steps: int = _STEPS, within: Any = None
) -> AccessDifference:
    """Takes any documents. `within`: one that denies; then `gained` is what it denies of that, and nothing is lost.

    Organizations User Guide, "SCP evaluation", "RCP evaluation": every level must allow, a denial at any decides.
    """
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
    bounds: Sequence[Sequence[StatementTerms]]

    @classmethod
    def of(cls, terms: DocumentTerms, held: PrincipalDocuments, *, with_principals: bool) -> Self:
        documents = [document_of(one) for one in held.policies]
        policies = [each for one in documents for each in terms.read(one, with_principals=with_principals)]
        if held.on_resources:
            account = held.on_resources.account_id
            for one in held.on_resources.documents:
                policies += terms.denied_in(document_of(one), account)
        bounds = [*([[held.boundary]] if held.is_bounded else []), *held.levels]
        read = [[terms.read(document_of(one), with_principals=False) for one in level] for level in bounds]
        return cls(policies, [[each for one in level for each in one] for level in read])

    @property
    def all(self) -> list[StatementTerms]:
        return [*self.policies, *(each for bound in self.bounds for each in bound)]


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
        self._sides = [(self._masked(each.policies), [self._masked(one) for one in each.bounds]) for each in sources]
        self._within = None if within is None else self._masked(within.policies)

    def run(self, found: AccessDifference) -> None:
        for actions in self._alike():
            old, new = (self._side(*side, actions) for side in self._sides)
            within = None if self._within is None else self._side(self._within, (), actions).denies
            if old != new and within != frozenset():
                self._add(found, actions & ~self._universe.without_resource, old, new, within)
                for asked_on, among in self._universe.asked_on(self._terms.partition):
                    if actions & among:
                        was, becomes = (self._on_everything(side, asked_on) for side in (old, new))
                        inside = None if within is None else self._terms.on_everything(within, asked_on)
                        self._add(found, actions & among, was, becomes, inside)
            found.not_compared &= ~actions

    def _masked(self, sources: Sequence[StatementTerms]) -> Masked:
        return [(self._actions(source), source) for source in sources]

    def _actions(self, source: StatementTerms) -> Actions:
        found = self._universe.matching(source.actions)
        found = self._universe.everything & ~found if source.not_actions else found
        if source.on is ActionsMeant.THAT_TAKE_NONE:
            return found & self._universe.without_resource
        return found & ~self._universe.without_resource if source.on is ActionsMeant.THAT_TAKE_RESOURCES else found

    def _alike(self) -> list[Actions]:
        """All actions, those together that every statement treats alike."""
        found = [self._universe.everything]
        whole = [masked for policies, bounds in self._sides for masked in (policies, *bounds)]
        for actions in {actions for masked in (*whole, self._within or ()) for actions, _ in masked}:
            self._budget.spend(len(found))
            found = [part for each in found for part in (each & actions, each & ~actions) if part]
        return found

    def _side(self, policies: Masked, bounds: Sequence[Masked], actions: Actions) -> ComparedSide:
        first = actions & -actions
        own, *bounding = (
            {term for mask, source in masked if mask & first for term in source.terms} for masked in (policies, *bounds)
        )
        every = own.union(*bounding)
        self._budget.spend(1 + len(every))
        return ComparedSide(
            frozenset(term for term in own if term.allows),
            frozenset(term for term in every if not term.allows),
            tuple(frozenset(term for term in terms if term.allows) for terms in bounding),
        )

    def _on_everything(self, side: ComparedSide, asked_on: str) -> ComparedSide:
        return ComparedSide(
            self._terms.on_everything(side.allows, asked_on),
            self._terms.on_everything(side.denies, asked_on),
            tuple(self._terms.on_everything(each, asked_on) for each in side.bounds),
        )

    def _bounded(self, side: ComparedSide) -> ComparedSide:
        allows = side.allows
        for bounds in side.bounds:
            self._budget.spend(len(allows) * len(bounds))
            pairs = [(one, bound) for one in allows for bound in bounds if not begin_apart(one, bound)]
            self._budget.spend(len(pairs) ** 2)
            allows = frozenset(self._terms.bounded(*pair) for pair in pairs)
        return ComparedSide(allows, side.denies)

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
