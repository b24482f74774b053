"""Escalation paths of some principals: a search among those whom they can act as, within a budget of steps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from access.escalation.closure import Closure
from access.escalation.leaving import Leaving
from access.escalation.paths import EscalationPath, EscalationsFound, beyond_in, found_in, paths, paths_beyond
from access.escalation.search import TECHNIQUES, Search, SearchBasis
from access.escalation.techniques import TechniqueGain
from policies.engine.diff.budget import Budget, BudgetExceededError


@dataclass(frozen=True)
class FocusedEscalations:
    """Of some principals, the paths that begin with them; `undecided`, by number: there was no time to find out."""

    found: EscalationsFound
    undecided: frozenset[int]


def escalations_of(basis: SearchBasis, starts: Collection[int], steps: int) -> FocusedEscalations:
    """Those that begin with one of `starts`, by number; and which of these are administrators.

    Whom they can act as is found out in rounds: each looks at all who are known by then. Who surely can become an
    administrator by these isn't looked at again.
    """
    budget, left, acting = Budget(steps), set(starts) - basis.administrators, set(starts)
    listed: list[EscalationPath] = []
    beyond: list[EscalationPath] = []
    try:
        while left:
            search = Search(basis, left, acting, budget)
            leaving = Leaving(search, starts) if acting == set(starts) else None  # whom others act as, too, isn't known
            search.look(TECHNIQUES)
            sure = list(paths(search))
            if leaving:
                leaving.add(is_sure=True)
                beyond = list(paths_beyond(search, is_sure=True))
            search.suppose()
            if leaving:
                leaving.add(is_sure=False)
                beyond = beyond_in(search, beyond)
            found = found_in(search, sure, None, ()).paths
            more = _controlled(search.closure, len(basis.index.holders)) - search.administrators
            surely = {basis.index.by_arn[path.source] for path in sure} if more - acting else left
            listed += [path for path in found if basis.index.by_arn[path.source] in surely]
            left = left - surely
            acting |= more
    except BudgetExceededError:
        pass
    administrators = frozenset(basis.index.holders[number].arn for number in basis.administrators & set(starts))
    return FocusedEscalations(EscalationsFound(_in_order(listed), administrators, None, beyond), frozenset(left))


def _controlled(closure: Closure, identities: int) -> set[int]:
    """The numbers of principals, also of those still to be made, as whom one of the starts can act."""
    return {
        int(thing)
        for (gains, thing), bits in closure.bits.items()
        if gains is TechniqueGain.CONTROL and bits and 0 <= int(thing) < identities
    }


def _in_order(found: Sequence[EscalationPath]) -> list[EscalationPath]:
    return sorted(found, key=lambda path: (len(path.steps), path.supposes, path.source, path.technique))
