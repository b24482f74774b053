"""One question to all principals of an AWS account: what documents say of it, and what comes of that for each."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from access.holders import Holder
from access.matches import WhoCanMatch
from access.request_context import UnknownContextKeys, facts_of_holder, facts_of_place
from access.resource_policies import is_assuming, is_bound_by_rcps
from access.resource_sides.values import ResourceSide
from access.situations import delegating_to, policy_not_read
from access.surroundings import Surroundings
from aws_constraints.arn import account_in
from policies.engine.callers import USER_ID, Caller, CallerKind, NamingDirectness
from policies.engine.catalogue import asked_on
from policies.engine.combine import Decision, LayerDecisions, decide
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import Context
from policies.engine.evaluate import (
    LayerPolicy,
    Layers,
    Request,
    Verdict,
    beside_policies,
    context_of,
    evaluate,
    terms_of,
    who_needs_no_policy,
)
from policies.engine.layers import ControlPolicyLevel, Facts, LayerName
from policies.engine.somewhere import ResourceContext, SomewhereQuestion, exists, is_pattern
from policies.engine.truth import MAYBE, NO, YES, Truth

if TYPE_CHECKING:
    from access.index import Index

_OF_THE_PRINCIPAL = frozenset({"aws:principalarn", "aws:principaltype", "aws:userid", "aws:username"})
_TAGS = "aws:principaltag/"
_ELSEWHERE = Surroundings("")
FEW = 50  # of more the documents are looked at for all at once


def asks_who(statement: CompiledStatement) -> bool:
    """Whether it may say one thing to one principal and another to the next."""
    keys = statement.keys
    return bool(keys) and any(key in _OF_THE_PRINCIPAL or key.startswith(_TAGS) for key in keys)


class StatementEffect(NamedTuple):
    """What some statements say to everybody; `personal` are those that it takes the principal to know."""

    allows: Truth
    denies: Truth
    personal: tuple[CompiledStatement, ...] = ()


class WhoCanQuestion:
    """`side`: what is held of the resource; None: nothing, or it has no say beside the trust policies of roles."""

    def __init__(
        self, index: Index, action: str, resource: str, context: Context, side: ResourceSide | None = None
    ) -> None:
        self.index = index
        self.about = (action, resource)
        self.looked_at = 0  # principals, by the last answers
        self._action = action.lower()
        self._resource = resource
        around = index.surroundings
        self.account = side.account_id if side else account_in(resource) or around.account_id
        self._is_own = self.account == around.account_id
        self._side = side
        self._of_resource = around if self._is_own else side.around if side else _ELSEWHERE
        self.said = (side.own if self._is_own else side.others) if side else None
        told = facts_of_place(around, self._of_resource, resource, action) | (dict(side.context) if side else {})
        self._context = told | dict(context)
        self._request = Request(Caller(CallerKind.ROLE, account=around.account_id), action, resource, self.account)
        self._decided_on = asked_on(self._action, index.partition) or resource
        self._everybody = Facts(
            {
                "aws:resourceaccount": (self.account,),
                "aws:principalaccount": (around.account_id,),
                "aws:principalisawsservice": ("false",),
                **self._context,
            },
            UnknownContextKeys(self._request.caller, None),
        )
        self._facts: dict[str, Facts] = {}
        self._said_by: dict[int, StatementEffect] = {}
        self._not_read = frozenset(self._layers_not_read())
        self._trust = self._policy_of_role()
        self._is_bound_by_rcps = (self._is_own or side is not None) and is_bound_by_rcps(action)
        self._decided: dict[tuple[object, ...], Decision] = {}

    @cached_property
    def _scps(self) -> list[StatementEffect]:
        return self._levels(self.index.surroundings.scps)

    @cached_property
    def _rcps(self) -> list[StatementEffect]:
        return self._levels(self._of_resource.rcps) if self._is_bound_by_rcps else []

    def answers(self, among: Collection[int] | None) -> list[WhoCanMatch]:
        """Of everybody, or `among` these: of a few, only the documents that they hold are looked at."""
        numbers = among if among is not None and len(among) <= FEW else self._candidates()
        if among is not None:
            numbers = set(among).intersection(numbers)
        self.looked_at = len(numbers)
        found = ((number, self._decision(number)) for number in sorted(numbers))
        yes = (Decision.ALLOWED, Decision.UNKNOWN)
        return [WhoCanMatch(self, number, decision) for number, decision in found if decision in yes]

    def _candidates(self) -> set[int]:
        """Who has anything that might allow it."""
        found: set[int] = set()
        for document, _ in self.index.about(self._action):
            says = self._said(document)
            if says.allows or any(statement.allows for statement in says.personal):
                found.update(self.index.held_by.get(document, ()))
        if self._trust is not None:
            found |= self._named(self._trust)
        if kinds := who_needs_no_policy(self._action):
            found.update(number for number, each in enumerate(self.index.holders) if each.caller.kind in kinds)
        return found

    @property
    def named(self) -> set[int]:
        """Whom the resource's policy names."""
        return self._named(self._trust) if self._trust else set()

    def _named(self, policy: LayerPolicy) -> set[int]:
        """Whom the resource's policy names themselves: they need no policy of their own, but in other AWS accounts."""
        found: set[int] = set()
        if not self._is_own:
            return found
        for statement in policy.document.about(self._action):
            if not statement.allows or statement.principals is None:
                continue
            arns = statement.principals.arns
            if arns is None:
                return set(range(len(self.index.holders)))
            found |= {self.index.by_arn[arn] for arn in arns if arn in self.index.by_arn}
            if roles := statement.principals.roles_of_sessions:
                holders = enumerate(self.index.holders)
                found |= {number for number, each in holders if (each.caller.account, each.caller.name) in roles}
        return found

    # ---- What documents say ----------------------------------------------------------------------------------
    def _said(self, document: int) -> StatementEffect:
        found = self._said_by.get(document)
        if found is None:
            statements = self.index.documents[document].about(self._action)
            found = self._said_by[document] = self._says(statements) if statements else _NOTHING
        return found

    def _says(self, statements: Sequence[CompiledStatement]) -> StatementEffect:
        allows = denies = NO
        personal = []
        for statement in statements:
            applies = self._everybody.applies(statement, self._decided_on)
            if applies is MAYBE and asks_who(statement):
                personal.append(statement)
            elif statement.denies:
                denies = max(denies, applies)
            elif statement.allows:
                allows = max(allows, applies)
        return StatementEffect(allows, denies, tuple(personal))

    def _levels(self, levels: Sequence[ControlPolicyLevel]) -> list[StatementEffect]:
        return [
            self._says([each for policy in level.policies for each in policy.document.about(self._action)])
            for level in levels
        ]

    # ---- What comes of it for one ----------------------------------------------------------------------------
    def _decision(self, number: int) -> Decision:
        holder = self.index.holders[number]
        says = [self._said(document) for document in self.index.documents_of[number]]
        identity = self._together(says, holder)
        boundary = self._boundary(number, holder)
        denies = max(identity.denies, boundary.denies if boundary else NO)
        guards: list[tuple[LayerName, Truth]] = []
        if not holder.caller.is_service_linked:
            for level in self._scps:
                said = self._together([level], holder)
                guards.append((LayerName.SCP, said.allows))
                denies = max(denies, said.denies)
            for level in self._rcps:
                denies = max(denies, self._together([level], holder).denies)
        surely, perhaps, refuses = self._opened(holder)
        found = LayerDecisions(
            identity.allows, boundary and boundary.allows, None, surely, perhaps, tuple(guards), max(denies, refuses)
        )
        return self._decide(holder.caller, found)

    def _decide(self, caller: Caller, said: LayerDecisions) -> Decision:
        """By the layers that were read. Answers are shared: many principals have the same one."""
        key = (caller.kind, said)
        decision = self._decided.get(key)
        if decision is None:
            request = Request(caller, self._request.action, self._resource, self.account)
            decision = beside_policies(request) or decide(terms_of(request), said)[0]
            self._decided[key] = decision
        return decision

    def _boundary(self, number: int, holder: Holder) -> StatementEffect | None:
        boundary = self.index.boundary_of[number]
        if boundary is None:
            return None
        return self._together([self._said(boundary)], holder)

    def _together(self, says: Sequence[StatementEffect], holder: Holder) -> StatementEffect:
        if len(says) == 1 and not says[0].personal:
            return says[0]
        allows = denies = NO
        for each in says:
            allows, denies = max(allows, each.allows), max(denies, each.denies)
            for statement in each.personal:
                applies = self._facts_of(holder).applies(statement, self._decided_on)
                if statement.denies:
                    denies = max(denies, applies)
                elif statement.allows:
                    allows = max(allows, applies)
        return StatementEffect(allows, denies)

    def _facts_of(self, holder: Holder) -> Facts:
        found = self._facts.get(holder.arn)
        if found is not None:
            return found
        request = self._request_of(holder)
        found = self._facts[holder.arn] = Facts(context_of(request), request.is_unknown)
        return found

    def _request_of(self, holder: Holder) -> Request:
        context = {**self._context, **facts_of_holder(holder)}
        return Request(
            holder.caller,
            self.about[0],
            self._resource,
            self.account,
            context,
            UnknownContextKeys(holder.caller, holder),
        )

    def _opened(self, holder: Holder) -> tuple[NamingDirectness, NamingDirectness, Truth]:
        """How directly the resource's policy lets the holder in, surely and perhaps, and whether it denies."""
        surely = perhaps = NamingDirectness.NOT
        refuses = NO
        if self._trust is None:
            return surely, perhaps, refuses
        if not self._trust.name:
            return NamingDirectness.ACCOUNT, NamingDirectness.ACCOUNT, refuses
        refuses = MAYBE if self.said and self.said.may_be_refused else NO
        for statement, applies_to_all in self._of_policy:
            named, may_be = self._naming(statement, holder)
            if not may_be:
                continue
            applies = applies_to_all
            if applies is MAYBE and asks_who(statement):
                applies = self._facts_of(holder).applies(statement, self._decided_on)
            applies = applies if named else min(applies, MAYBE)
            if applies is not NO and statement.denies:
                refuses = max(refuses, applies)
            elif applies is not NO and statement.allows:
                perhaps = max(perhaps, may_be)
                surely = max(surely, named) if applies is YES else surely
        return surely, perhaps, refuses

    @cached_property
    def _of_policy(self) -> list[tuple[CompiledStatement, Truth]]:
        """The statements of the resource's policy about the action, and whether each applies, as far as that is the
        same for everybody whom it names."""
        statements = self._trust.document.about(self._action) if self._trust else ()
        return [(each, self._everybody.applies(each, self._decided_on)) for each in statements]

    def _naming(self, statement: CompiledStatement, holder: Holder) -> tuple[NamingDirectness, NamingDirectness]:
        names_sessions = bool(statement.principals and statement.principals.roles_of_sessions)
        user_ids = self._facts_of(holder).values_of(USER_ID) if names_sessions else None
        return statement.naming(holder.caller, user_ids, bounded=holder.boundary is not None)

    def deciding(self, number: int) -> Hashable:
        """What decides it of a principal: two with the same have the same verdict, by the same statements of policies
        of the same names."""
        holder, boundary = self.index.holders[number], self.index.boundary_of[number]
        documents = [each for each in self.index.documents_of[number] if any(self._said(each))]
        saying = {id(self.index.documents[each]) for each in documents}
        policies = tuple((each.name, id(each.document)) for each in holder.policies if id(each.document) in saying)
        asked = documents if boundary is None else [*documents, boundary]
        is_personal = any(self._said(each).personal for each in asked)
        named: tuple[Hashable, ...] = ()
        if self._trust and self._trust.name:
            named = tuple(self._naming(statement, holder) for statement, _ in self._of_policy)
            is_personal = is_personal or any(asks_who(statement) for statement, _ in self._of_policy)
        of_caller = (holder.caller.kind, holder.caller.is_service_linked)
        return policies, boundary, named, of_caller, number if is_personal else None

    # ---- Why -------------------------------------------------------------------------------------------------
    def verdict(self, number: int) -> Verdict:
        """The same by the evaluator, which says why."""
        holder = self.index.holders[number]
        return evaluate(self._request_of(holder), self._layers(holder))

    def allowed_if(self, number: int) -> Context | None:
        """Values of the keys that aren't known with which it is allowed; None where nobody knows any."""
        holder = self.index.holders[number]
        if is_pattern(self._resource):
            return None
        asked = SomewhereQuestion(
            holder.caller,
            [self.about[0]],
            self._resource,
            {**self._context, **facts_of_holder(holder)},
            UnknownContextKeys(holder.caller, holder),
            lambda resource: ResourceContext(self.account, policy=self._trust),
        )
        witness = exists(asked, self._layers(holder)).witness
        return witness.supposed if witness else None

    def _layers(self, holder: Holder) -> Layers:
        around = self.index.surroundings
        return Layers(
            identity=holder.policies,
            boundaries=None if holder.boundary is None else (holder.boundary,),
            resource=self._trust,
            scps=around.scps,
            rcps=self._of_resource.rcps if self._is_bound_by_rcps else (),
            may_be_refused=bool(self.said and self.said.may_be_refused),
        )

    # ---- What isn't read -------------------------------------------------------------------------------------
    def not_read(self, number: int) -> frozenset[LayerName]:
        holder = self.index.holders[number]
        found = self._not_read | holder.not_read
        if number in self.index.guests:
            found |= {LayerName.SESSION}
        return found - {LayerName.SCP, LayerName.RCP} if holder.caller.is_service_linked else found

    def _layers_not_read(self) -> Iterator[LayerName]:
        around = self.index.surroundings
        if LayerName.SCP in around.not_read:
            yield LayerName.SCP
        is_elsewhere = not self._is_own and self._side is None
        if (LayerName.RCP in self._of_resource.not_read or is_elsewhere) and is_bound_by_rcps(self._action):
            yield LayerName.RCP
        if self._side is None and policy_not_read(around.account_id, self._action, self._resource):
            yield LayerName.RESOURCE

    def _policy_of_role(self) -> LayerPolicy | None:
        """What is held of the resource, or the trust of a role to be assumed. Of what isn't read: that it leaves all to
        the AWS account's policies."""
        if self.said is not None:
            return self.said.policy
        if LayerName.RESOURCE in self._not_read:
            return delegating_to(self.account, self.index.surroundings.account_id)
        number = self.index.by_arn.get(self._resource) if is_assuming(self._action, self._resource) else None
        return None if number is None else self.index.holders[number].trust


_NOTHING = StatementEffect(NO, NO)
