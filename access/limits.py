"""Limits: what boundary, control policies and denials leave of a resource pattern that a statement allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from access.holders import Holder
from access.request_context import UnknownContextKeys, facts_of_holder, facts_of_place
from access.resource_policies import RESOURCE_POLICIES, is_bound_by_rcps
from access.surroundings import Surroundings
from aws_constraints.arn import account_in
from policies.engine import catalogue
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import Context
from policies.engine.containment import Relation, ResourceSet, resources_of, together
from policies.engine.layers import Facts, LayerName, LayerPolicy
from policies.engine.statements import statement_name
from policies.engine.truth import MAYBE, NO, UNKNOWN, YES, Truth

_ASSUMES = "sts:assumerole"
_RESOURCE_ACCOUNT = "aws:resourceaccount"


@dataclass(frozen=True)
class DecidingStatement:
    """A statement that decides: of which layer and policy, by its Sid or its place from 0."""

    layer: LayerName
    policy: str
    which: str | int

    @property
    def named(self) -> str:
        """As pages say it: by its Sid, or by its place from 1."""
        return statement_name(self.which)


@dataclass(frozen=True)
class LimitedGrant:
    """What one statement allows on one of its resource patterns, and what is left of that.

    `limited_to`: patterns of layers that allow a part only; `excluded`: patterns that denials take away. `depends_on`:
    condition keys that decide whether it is allowed, `denial_keys`: whether it is denied. `taken_by`: the layer that
    takes all of it away. `is_unsure`: how the patterns overlap can't be decided.
    """

    resource: str
    all_but: bool = False
    limited_to: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    denial_keys: tuple[str, ...] = ()
    because: tuple[DecidingStatement, ...] = ()
    taken_by: LayerName | None = None
    is_unsure: bool = False
    is_everything: bool = False

    @property
    def is_whole(self) -> bool:
        """On everything, whatever the request."""
        rest = (self.limited_to, self.excluded, self.depends_on, self.denial_keys)
        return self.is_everything and not any(rest) and not self.taken_by and not self.is_unsure

    def fits(self, action: str) -> bool:
        """Whether the action takes such resources."""
        if self.is_everything or self.all_but or catalogue.takes_no_resource(action.lower()):
            return True
        return any(catalogue.may_match(self.resource, kind) for kind in catalogue.resource_types(action))


@dataclass(frozen=True)
class _Layer:
    """One whose policies must all allow together, if `guards`, and may deny."""

    name: LayerName
    policies: Sequence[LayerPolicy]
    guards: bool


class Limits:
    """Of one principal."""

    def __init__(self, holder: Holder, around: Surroundings, context: Context) -> None:
        self._holder, self._around = holder, around
        self._layers = list(_layers(holder, around))
        self._known = {**holder.caller.keys, **facts_of_holder(holder), **_of_organization(around), **context}
        self._is_unknown = UnknownContextKeys(holder.caller, holder)
        self.lookup = Facts(self._known, self._is_unknown).lookup
        self._resources: dict[int, ResourceSet] = {}

    def statements(self) -> list[CompiledStatement]:
        """All that can tell actions apart, beside those that allow."""
        return [
            statement
            for layer in self._layers
            for policy in layer.policies
            for statement in policy.document.statements
            if layer.guards or statement.denies
        ]

    @staticmethod
    def is_apart(action: str) -> object:
        """What tells actions (in lower case) apart beside statements."""
        return is_bound_by_rcps(action), action if action == _ASSUMES else ""

    def grant(
        self, action: str, policy: LayerPolicy, statement: CompiledStatement, text: str, resources: ResourceSet
    ) -> LimitedGrant | None:
        """None: the statement never applies."""
        lowered = action.lower()
        facts = Facts({**self._known, **self._of_place(text)}, self._is_unknown)
        holds = statement.holds(facts.values_of, facts.lookup)
        if holds is NO:
            return None
        asked_on = catalogue.asked_on(lowered, self._holder.caller.partition)
        if asked_on:  # it takes no resource
            alone = ResourceSet(((asked_on,),))
            if alone.relation(resources) is Relation.APART:
                return None
            resources = alone
            own = {_RESOURCE_ACCOUNT: (self._around.account_id,)}
            facts = Facts({**self._known, **self._of_place(text), **own}, self._is_unknown)
        found = LimitedGrant(
            text,
            statement.not_resources,
            depends_on=_keys(statement, facts) if holds is MAYBE else (),
            because=(DecidingStatement(LayerName.IDENTITY, policy.name, statement.sid or statement.index),),
            is_everything=bool(asked_on) or resources.is_everything,
        )
        return self._limited(found, lowered, resources, facts)

    def _limited(self, grant: LimitedGrant, action: str, resources: ResourceSet, facts: Facts) -> LimitedGrant:
        for layer in self._layers:
            binds = self._binds(layer, action, facts)
            if binds is NO:
                continue
            if layer.guards:
                grant = self._guarded(grant, layer, action, resources, facts)
            if not grant.taken_by:
                grant = self._denied(grant, layer, action, resources, facts, binds)
            if grant.taken_by:
                return grant
        return grant

    def _binds(self, layer: _Layer, action: str, facts: Facts) -> Truth:
        """RCPs bind what is in their AWS account only, and ARNs don't always say where a resource is."""
        if layer.name is not LayerName.RCP:
            return YES
        account = facts.values_of(_RESOURCE_ACCOUNT)
        if not is_bound_by_rcps(action) or account is None:
            return NO
        if account is UNKNOWN:
            return MAYBE
        return YES if self._around.account_id in account else NO

    # ---- Layers that must allow it -------------------------------------------------------------------------------
    def _guarded(
        self, grant: LimitedGrant, layer: _Layer, action: str, resources: ResourceSet, facts: Facts
    ) -> LimitedGrant:
        allowing = [each for each in self._that_apply(layer, action, facts) if each[1].allows]
        sure = [each for each in allowing if each[2] is YES]
        if self._cover(resources, [statement for _, statement, _ in sure]):
            return grant
        lies = [(each, resources.relation(self._named(each[1]))) for each in allowing]
        whole = [each for each, relation in lies if relation is Relation.WITHIN]
        if whole:
            keys = {key for _, statement, _ in whole for key in _keys(statement, facts)}
            return replace(
                grant, depends_on=_sorted(grant.depends_on, keys), because=grant.because + _because(layer, whole)
            )
        parts = [each for each, relation in lies if relation is not Relation.APART]
        if not parts:
            return replace(grant, taken_by=layer.name)
        keys = {key for _, statement, holds in parts if holds is MAYBE for key in _keys(statement, facts)}
        return replace(
            grant,
            limited_to=grant.limited_to + _texts(parts),
            depends_on=_sorted(grant.depends_on, keys),
            because=grant.because + _because(layer, parts),
            is_unsure=grant.is_unsure or any(relation is Relation.UNKNOWN for _, relation in lies),
        )

    def _cover(self, resources: ResourceSet, statements: Sequence[CompiledStatement]) -> bool:
        """Whether they allow, or deny, all of it together."""
        named = [self._named(statement) for statement in statements]
        if any(resources.relation(each) is Relation.WITHIN for each in named):
            return True
        plain = [each for each in named if not each.is_not]
        return len(plain) > 1 and resources.relation(together(plain)) is Relation.WITHIN

    # ---- Denials -------------------------------------------------------------------------------------------------
    def _denied(
        self, grant: LimitedGrant, layer: _Layer, action: str, resources: ResourceSet, facts: Facts, binds: Truth
    ) -> LimitedGrant:
        denying = [
            ((policy, statement, min(holds, binds)), relation)
            for policy, statement, holds in self._that_apply(layer, action, facts)
            if statement.denies and (relation := resources.relation(self._named(statement))) is not Relation.APART
        ]
        where = (_RESOURCE_ACCOUNT,) if binds is MAYBE else ()
        sure = [each for each, _ in denying if each[2] is YES]
        if self._cover(resources, [statement for _, statement, _ in sure]):
            return replace(grant, taken_by=layer.name, because=grant.because + _because(layer, sure))
        for each, relation in denying:
            grant = replace(
                grant,
                denial_keys=_sorted(grant.denial_keys, (*_keys(each[1], facts), *where) if each[2] is MAYBE else ()),
                excluded=grant.excluded if relation is Relation.WITHIN else grant.excluded + _texts([each]),
                because=grant.because + _because(layer, [each]),
                is_unsure=grant.is_unsure or relation is Relation.UNKNOWN,
            )
        return grant

    def _that_apply(self, layer: _Layer, action: str, facts: Facts) -> Iterator[_Applying]:
        """The statements about the action whose conditions hold, or may."""
        for policy in layer.policies:
            for statement in policy.document.about(action):
                holds = statement.holds(facts.values_of, facts.lookup)
                if holds is not NO:
                    yield policy, statement, holds

    def _named(self, statement: CompiledStatement) -> ResourceSet:
        found = self._resources.get(id(statement))
        if found is None:
            found = self._resources[id(statement)] = resources_of(statement, self.lookup)
        return found

    def _of_place(self, text: str) -> dict[str, tuple[str, ...]]:
        """What the resource pattern tells: its AWS account, where it names one, and its Region."""
        account = account_in(text)
        of_resource = self._around if account == self._around.account_id else Surroundings("")
        known = facts_of_place(self._around, of_resource, text)
        return known | ({_RESOURCE_ACCOUNT: (account,)} if account else {})


_Applying = tuple[LayerPolicy, CompiledStatement, Truth]


def _layers(holder: Holder, around: Surroundings) -> Iterator[_Layer]:
    yield _Layer(LayerName.IDENTITY, holder.policies, False)
    if holder.boundary:
        yield _Layer(LayerName.BOUNDARY, (holder.boundary,), True)
    if not holder.caller.is_service_linked:
        for level in around.scps:
            yield _Layer(LayerName.SCP, level.policies, True)
        for level in around.rcps:
            yield _Layer(LayerName.RCP, level.policies, False)  # RCPFullAWSAccess is at every level


def _of_organization(around: Surroundings) -> dict[str, tuple[str, ...]]:
    return facts_of_place(around, Surroundings(""), "")


def unread_resource_policy(action: str, grant: LimitedGrant) -> str:
    """What the policy of the resources is called that also decides and isn't read; "" where there is none."""
    if action.lower() == _ASSUMES:
        return "trust policy of the role"
    parts = grant.resource.split(":", 3)
    named = len(parts) == 4 and not grant.all_but and "*" not in parts[2]
    if catalogue.takes_no_resource(action.lower()):
        return ""
    return RESOURCE_POLICIES.get(parts[2] if named else action.partition(":")[0], "")


def _keys(statement: CompiledStatement, facts: Facts) -> tuple[str, ...]:
    return facts.depends_on(statement, "*") if statement.tests else ()


def _sorted(keys: Sequence[str], more: Sequence[str] | set[str]) -> tuple[str, ...]:
    return tuple(sorted({*keys, *more}))


def _because(layer: _Layer, applying: Sequence[_Applying]) -> tuple[DecidingStatement, ...]:
    return tuple(DecidingStatement(layer.name, policy.name, each.sid or each.index) for policy, each, _ in applying)


def _texts(applying: Sequence[_Applying]) -> tuple[str, ...]:
    return tuple(
        f"all but {', '.join(each.resources.patterns)}" if each.not_resources else text
        for _, each, _ in applying
        for text in (each.resources.patterns[:1] if each.not_resources else each.resources.patterns)
    )
