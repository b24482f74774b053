"""The paths that lead out of an AWS account: by a role of another one that leads to an administrator."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from access.escalation.elsewhere import RoleElsewhere
from access.escalation.graph import Move, MoveStage
from access.escalation.identity_changes import Fact
from access.escalation.permits import Matches, Permits
from access.escalation.places import RegionSearch
from access.escalation.search import Search
from access.escalation.techniques import NeedResource, Technique, TechniqueGain, TechniqueTarget, need
from access.index import Index
from access.matches import WhoCanMatch
from access.outsiders import OutsideQuestion, somebody_of
from access.question import FEW
from access.situations import EVERYTHING
from policies.engine.combine import Decision
from policies.engine.conditions import Context

_ASSUME = "sts:AssumeRole"
_NEED = need(_ASSUME, on=NeedResource.TARGET)
ASSUMES = Technique(
    _ASSUME,
    "assumes a role of another AWS account",
    (_NEED,),
    TechniqueTarget.ROLE_ELSEWHERE,
    TechniqueGain.ELSEWHERE,
    "STS API Reference, AssumeRole",
)
ACTS = Technique(
    _ASSUME,
    "as an administrator, acts as whom a role of another AWS account trusts, and assumes that",
    (),
    TechniqueTarget.ROLE_ELSEWHERE,
    TechniqueGain.ELSEWHERE,
    "IAM User Guide, How IAM roles differ from resource-based policies",
)


def fact_of(role: RoleElsewhere) -> Fact:
    return TechniqueGain.ELSEWHERE, role.arn


@dataclass
class Leaving:
    """Adds to a search that has come to its end. `among`: the numbers of whom one looks at; None for all."""

    search: Search
    among: Collection[int] | None = None

    def add(self, *, is_sure: bool) -> None:
        """Those that are surely so, or all, where the search supposes what isn't known."""
        roles = self.search.account.elsewhere
        if not roles:
            return
        contexts = _regions(self.search.index, self.search)
        moves = [move for role in roles for move in self._moves(role, contexts) if move.is_sure is is_sure]
        closure = self.search.closure
        closure.add(moves)
        closure.run()
        if is_sure:
            self.search.reached_surely = {fact: closure.bits.get(fact, 0) for fact in map(fact_of, roles)}

    def _moves(self, role: RoleElsewhere, contexts: Sequence[Context]) -> Iterator[Move]:
        matches = self._assuming(role, contexts)
        facts = {fact_of(role): role.arn}
        sure = frozenset(number for number, each in matches.items() if each.decision is Decision.ALLOWED)
        for is_sure, actors in ((True, sure), (False, frozenset(matches))):
            if actors and (is_sure or actors != sure):
                yield Move(ASSUMES, (MoveStage(actors, ((_NEED, matches),)),), facts, is_sure=is_sure)
        winning = frozenset(self.search.closure.winning)
        decision = self._by_administrators(role)
        if winning and decision is not None:
            stages = (MoveStage(winning, ()),)
            if decision is Decision.ALLOWED:
                yield Move(ACTS, stages, facts)
            yield Move(ACTS, stages, facts, is_sure=False)

    def _assuming(self, role: RoleElsewhere, contexts: Sequence[Context]) -> Matches:
        """Who may, in whichever Region, of those who are there and of what they can be turned into."""
        index, asked = self.search.index, self._listed()
        found: dict[int, WhoCanMatch] = {}
        for context in contexts:
            question = index.question(_ASSUME, role.arn, context, role.side)
            parts = [asked[at : at + FEW] for at in range(0, len(asked), FEW)] if asked is not None else [None]
            for match in (match for part in parts for match in question.answers(part)):
                known = found.get(match.number)
                if known is None or (known.decision is not Decision.ALLOWED and match.decision is Decision.ALLOWED):
                    found[match.number] = match
        linked = (number for number in list(found) if index.holders[number].caller.is_service_linked)
        for number in linked:
            del found[number]
        return found

    def _listed(self) -> list[int] | None:
        if self.among is None:
            return None
        new = range(self.search.real, len(self.search.index.holders))
        return sorted({*self.among, *new})

    def _by_administrators(self, role: RoleElsewhere) -> Decision | None:
        """Whether an administrator gets there as somebody of the AWS account: who is named can be given any policy."""
        around = self.search.account.index.surroundings
        question = OutsideQuestion(_ASSUME, role.arn, role.side)
        statements = role.side.own.policy.document.about(_ASSUME.lower())
        named = {name for each in statements if each.principals is not None for name in each.principals.listed}
        by_arn, holders = self.search.account.index.by_arn, self.search.account.index.holders
        callers = [somebody_of(around.account_id)[0], *(holders[by_arn[name]].caller for name in named & by_arn.keys())]
        decisions = {question.verdict(caller, around, (EVERYTHING,)).decision for caller in callers}
        if Decision.ALLOWED in decisions:
            return Decision.ALLOWED
        return Decision.UNKNOWN if Decision.UNKNOWN in decisions else None


def _regions(index: Index, search: Search) -> Sequence[Context]:
    """A request in each kind of Region that policies tell apart."""
    permits = Permits(index, range(len(index.holders)))
    account = search.account
    kinds = RegionSearch(permits, account.partition, account.account_id).regions_apart([_ASSUME])
    return [{"aws:requestedregion": (listed[0],)} for listed in kinds if listed[0]] or [{}]
