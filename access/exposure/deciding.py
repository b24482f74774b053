"""Decides whether a party from outside gets in by one action: surely, or on what it hangs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from access.exposure.parties import condition_words
from access.exposure.suppositions import ADDRESS, STRANGE_ADDRESSES, any_keys, free_keys
from access.exposure.values import OpeningEvidence, Party, PartyKind
from access.request_context import facts_of_place
from access.resource_policies import is_bound_by_rcps
from access.resource_sides.values import ResourceSide, SaidByResource
from access.situations import EVERYTHING
from access.surroundings import Surroundings
from policies.engine.callers import Caller, CallerKind
from policies.engine.combine import Decision
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import Context
from policies.engine.diff.budget import Budget
from policies.engine.evaluate import VerdictReason
from policies.engine.layers import LayerName, Layers
from policies.engine.somewhere import ResourceContext, SomewhereAnswer, SomewhereQuestion, exists
from policies.engine.statements import statement_name

_STEPS = 60_000  # of one question
_TOO_MUCH = "There is too much in its policies to find out."
_CANONICAL = "Amazon S3 alone knows whose canonical user id that is."
_WITHOUT_OWN_SIDE = (CallerKind.SERVICE, CallerKind.FEDERATED, CallerKind.ANONYMOUS)


@dataclass(frozen=True)
class PartyAnswer:
    """They get in. `is_sure`: by nothing but what they have as they like; else it hangs on `keys`, or on what the
    sentence `unsure` says. `unsigned`: without signing in."""

    is_sure: bool
    evidence: tuple[OpeningEvidence, ...]
    keys: tuple[str, ...] = ()
    unsure: str = ""
    unsigned: bool = False


@dataclass(frozen=True)
class PartyQuestion:
    """One action on one resource, or on what is in it. `absent`: condition keys that no request has there."""

    side: ResourceSide
    action: str
    resource: str
    statements: Sequence[CompiledStatement]
    budget: Budget
    absent: frozenset[str] = frozenset()

    def answer(self, party: Party, said: SaidByResource) -> PartyAnswer | None:
        """None: they don't get in. `said`: what the resource says to them."""
        if party.kind is PartyKind.CANONICAL:
            return PartyAnswer(False, tuple(self._naming(party.name, said)), unsure=_CANONICAL)
        best: PartyAnswer | None = None
        for caller, known in party.asked:
            found = self._of(caller, known, said)
            if found is not None and (best is None or found.is_sure):
                best = found
            if best is not None and best.is_sure:
                return best
        return best

    def _of(self, caller: Caller, known: Context, said: SaidByResource) -> PartyAnswer | None:
        is_service = caller.kind is CallerKind.SERVICE
        unsigned, unsure = caller.kind is CallerKind.ANONYMOUS, said.may_be_refused
        free = free_keys(caller, absent=self.absent)
        for told in self._places(known, is_service=is_service):
            found = self._decided(caller, told, said, free)
            if found.witness is not None:
                return PartyAnswer(not unsure, self._evidence(found, said), (), unsure, unsigned)
        found = self._decided(caller, known, said, any_keys(caller, absent=self.absent))
        if found.decision is Decision.IMPLICIT_DENY:
            return None
        if found.witness is None:
            return PartyAnswer(False, (), unsure=_TOO_MUCH, unsigned=unsigned)
        if is_service and self._is_for_the_owner(found.witness.supposed):
            return None
        return PartyAnswer(False, self._evidence(found, said), tuple(found.witness.supposed), unsure, unsigned)

    def _places(self, known: Context, *, is_service: bool) -> Iterator[Context]:
        """Where somebody is who is in no network of the owner's; of services nobody knows."""
        if is_service:
            yield known
            return
        yield {**known, ADDRESS: STRANGE_ADDRESSES[:1]}
        if any(":" in word for word in condition_words(self.statements)[ADDRESS]):
            yield {**known, ADDRESS: STRANGE_ADDRESSES[1:]}

    def _is_for_the_owner(self, supposed: Context) -> bool:
        """Whether the service comes for the AWS account of the resource: what it has to say names that."""
        return any(self.side.account_id in value for values in supposed.values() for value in values)

    def _decided(
        self, caller: Caller, known: Context, said: SaidByResource, is_unknown: Callable[[str], bool]
    ) -> SomewhereAnswer:
        side, around = self.side, Surroundings(caller.account)
        context = {**facts_of_place(around, side.around, self.resource, self.action), **side.context, **known}
        place = ResourceContext(side.account_id)
        asked = SomewhereQuestion(caller, [self.action], self.resource, context, is_unknown, lambda resource: place)
        layers = Layers(
            identity=() if caller.kind in _WITHOUT_OWN_SIDE else (EVERYTHING,),
            resource=said.policy,
            rcps=side.around.rcps if is_bound_by_rcps(self.action) else (),
        )
        return exists(asked, layers, self.budget.part(_STEPS))

    # ---- Because of what -----------------------------------------------------------------------------------------
    @staticmethod
    def _evidence(found: SomewhereAnswer, said: SaidByResource) -> tuple[OpeningEvidence, ...]:
        reasons: Sequence[VerdictReason] = found.witness.verdict.reasons if found.witness else ()
        return tuple(
            OpeningEvidence(said.policy.name, reason.named, reason.statement.source.written)
            for reason in reasons
            if reason.layer is LayerName.RESOURCE and reason.effect == "Allow" and reason.statement is not None
        )

    def _naming(self, name: str, said: SaidByResource) -> Iterator[OpeningEvidence]:
        for each in self.statements:
            if each.allows and name in (each.principals.listed if each.principals else ()):
                yield OpeningEvidence(said.policy.name, statement_name(each.sid or each.index), each.source.written)
