"""The search for a request that is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from policies.engine.callers import CallerKind
from policies.engine.combine import Decision
from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.evaluate import Verdict, context_of, evaluate, whatever_policies_say
from policies.engine.layers import Facts, LayerName, LayerPolicy, Layers, Request
from policies.engine.regions import only_region
from policies.engine.somewhere.asked import (
    REGION,
    REQUEST_TAG,
    TAG_KEYS,
    ResourceContext,
    SomewhereAnswer,
    SomewhereQuestion,
    Witness,
    is_chosen,
)
from policies.engine.somewhere.resources import KeyedStatement, ResourceChoices, is_pattern
from policies.engine.somewhere.values import ConditionKeys, Value

# ---- What has to be so of the context keys that aren't known, for a request on one resource to be allowed ----
EVALUATION = 25  # steps
_NOWHERE = SomewhereAnswer(Decision.IMPLICIT_DENY)
_PERHAPS = SomewhereAnswer(Decision.UNKNOWN)


class AnswerSearch:
    """`chooses`: whether the caller may choose keys, since it isn't about one resource that is as it is."""

    def __init__(self, layers: Layers, keys: ConditionKeys, budget: Budget, *, chooses: bool) -> None:
        self._layers = layers
        self._keys = keys
        self._budget = budget
        self._chooses = chooses

    def settle(self, request: Request) -> SomewhereAnswer:
        """Raises BudgetExceededError."""
        return self._settled(request, {})

    def _settled(self, request: Request, tried: Mapping[str, Value]) -> SomewhereAnswer:
        self._budget.spend(EVALUATION)
        verdict = evaluate(request, self._layers)
        if verdict.decision is not Decision.UNKNOWN:
            if verdict.decision is not Decision.ALLOWED or not are_consistent(tried):
                return _NOWHERE
            chosen = {key: value for key, value in tried.items() if self._is_chosen(key)}
            supposed = {key: value for key, value in tried.items() if key not in chosen}
            decision = Decision.UNKNOWN if supposed else Decision.ALLOWED
            account = request.resource_account
            return SomewhereAnswer(
                decision, Witness(request.action, request.resource, account, chosen, supposed, verdict)
            )
        if not verdict.missing_context:
            return _PERHAPS
        key = self._next(verdict.missing_context)
        facts = Facts(context_of(request), request.is_unknown)
        best = _NOWHERE
        for value in self._keys.values(key, facts, request.resource, self._budget):
            found = self._settled(_with(request, key, value), {**tried, key: value})
            if found.decision is Decision.ALLOWED:
                return found
            if found.decision is Decision.UNKNOWN and (best.witness is None or _supposes_less(found, best)):
                best = found
                if not self._is_chosen(key) and found.witness is not None:
                    break
        if best is _NOWHERE and self._keys.stands_for_anything(key):
            return _PERHAPS
        return best

    def _is_chosen(self, key: str) -> bool:
        return self._chooses and is_chosen(key)

    def _next(self, keys: tuple[str, ...]) -> str:
        """Those that the caller chooses first, then those that stand in patterns as variables."""
        return min(keys, key=lambda key: (not self._is_chosen(key), not self._keys.stands_for_anything(key), key))


def are_consistent(tried: Mapping[str, Value]) -> bool:
    """aws:TagKeys lists the tags of the request."""
    if TAG_KEYS not in tried:
        return True
    listed = {name.lower() for name in tried[TAG_KEYS]}
    tags = {key.removeprefix(REQUEST_TAG): value for key, value in tried.items() if key.startswith(REQUEST_TAG)}
    return all((name in listed) is bool(value) for name, value in tags.items())


def _supposes_less(one: SomewhereAnswer, other: SomewhereAnswer) -> bool:
    if one.witness is None or other.witness is None:
        return one.witness is not None
    return len(one.witness.supposed) < len(other.witness.supposed)


def _with(request: Request, key: str, value: Value) -> Request:
    if value:
        return replace(request, context={**request.context, key: value})
    before = request.is_unknown
    return replace(request, is_unknown=lambda name: name != key and before is not None and before(name))


def unknown_but_chosen(is_unknown: Callable[[str], bool] | None) -> Callable[[str], bool]:
    """Keys that the caller chooses may always be there."""
    return lambda key: is_chosen(key) or (is_unknown is not None and is_unknown(key))


STEPS = 300_000  # for one question; a step takes about a microsecond or two
_RANK = (Decision.IMPLICIT_DENY, Decision.UNKNOWN, Decision.ALLOWED)


def exists(asked: SomewhereQuestion, layers: Layers, budget: Budget | None = None) -> SomewhereAnswer:
    """Takes any documents; never raises. `budget`: of steps, where questions share one."""
    budget = budget or Budget(STEPS)
    best = SomewhereAnswer(Decision.IMPLICIT_DENY)
    for action in asked.actions:
        found = _of_action(asked, action, layers, budget)
        if found.decision is Decision.ALLOWED:
            return found
        if _is_better(found, best):
            best = found
    return best


def decisions(
    asked: SomewhereQuestion, layers: Layers, budget: Budget | None = None
) -> dict[Decision, tuple[str, Verdict]] | None:
    """All that the evaluator says of the resources that the pattern matches, each with one of them; None: too much.

    Of keys that aren't known nothing is tried: what depends on them is unknown. There is one action.
    """
    budget = budget or Budget(STEPS)
    (action,) = asked.actions
    keyed_statements = list(_statements_about(layers, action.lower()))
    found: dict[Decision, tuple[str, Verdict]] = {}
    try:
        resources = ResourceChoices(asked, action, keyed_statements, budget)
        for resource in resources:
            if resources.is_odd(resource):
                continue
            place = asked.place_of(resource)
            context = {**place.context, **asked.context}
            request = Request(asked.caller, action, resource, place.account, context, asked.is_unknown)
            budget.spend(EVALUATION)
            verdict = evaluate(request, _at(layers, place))
            found.setdefault(verdict.decision, (resource, verdict))
    except BudgetExceededError:
        return None
    return found


def _at(layers: Layers, place: ResourceContext) -> Layers:
    rcps = layers.rcps if place.is_bound else ()
    return replace(layers, resource=place.policy or layers.resource, rcps=rcps)


def _of_action(asked: SomewhereQuestion, action: str, layers: Layers, budget: Budget) -> SomewhereAnswer:
    keyed_statements = list(_statements_about(layers, action.lower()))
    best = SomewhereAnswer(Decision.IMPLICIT_DENY)
    if _is_plainly_denied(asked, layers, action.lower(), keyed_statements):
        return best
    chooses = is_pattern(asked.resource)
    partition = asked.caller.arn.split(":", 2)[1] if asked.caller.arn.startswith("arn:") else "aws"
    if chooses and (region := only_region(action, partition)):
        asked = replace(asked, context={REGION: (region,), **asked.context})
    is_unknown = unknown_but_chosen(asked.is_unknown) if chooses else asked.is_unknown
    try:
        for resource in ResourceChoices(asked, action, keyed_statements, budget):
            place = asked.place_of(resource)
            statements = [each for _, each in keyed_statements]
            statements += place.policy.document.about(action.lower()) if place.policy else ()
            request = Request(
                asked.caller, action, resource, place.account, {**place.context, **asked.context}, is_unknown
            )
            settling = AnswerSearch(_at(layers, place), ConditionKeys(statements, partition), budget, chooses=chooses)
            found = settling.settle(request)
            if found.decision is Decision.ALLOWED:
                return found
            best = found if _is_better(found, best) else best
    except BudgetExceededError:
        return best if best.decision is Decision.UNKNOWN else SomewhereAnswer(Decision.UNKNOWN)
    return best


def _is_better(one: SomewhereAnswer, other: SomewhereAnswer) -> bool:
    if one.decision is other.decision:
        return one.witness is not None and other.witness is None
    return _RANK.index(one.decision) > _RANK.index(other.decision)


# ---- Statements --------------------------------------------------------------------------------------------------
def _statements_about(layers: Layers, action: str) -> Iterator[KeyedStatement]:
    """The statements about the action. Those without a condition that allow, or deny, in one layer say the same."""
    for number, (layer, policies) in enumerate(_parts(layers)):
        for policy in policies:
            for statement in policy.document.about(action):
                alone = statement.tests or statement.not_resources or statement.principals is not None
                yield (layer, number, statement.allows, id(statement) if alone else 0), statement


def _parts(layers: Layers) -> Iterator[tuple[LayerName, tuple[LayerPolicy, ...]]]:
    """Policies, with those together of which one that allows is enough."""
    yield LayerName.IDENTITY, tuple(layers.identity)
    for boundary in layers.boundaries or ():
        yield LayerName.BOUNDARY, (boundary,)
    yield LayerName.SESSION, tuple(layers.session or ())
    yield LayerName.RESOURCE, (layers.resource,) if layers.resource else ()
    for endpoint in layers.endpoints or ():
        yield LayerName.ENDPOINT, (endpoint,)
    for name, levels in ((LayerName.SCP, layers.scps), (LayerName.RCP, layers.rcps)):
        for level in levels:
            yield name, level.policies


def _is_plainly_denied(
    asked: SomewhereQuestion, layers: Layers, action: str, keyed_statements: list[KeyedStatement]
) -> bool:
    """Where there is no need to look at resources: an SCP level without anything that allows, a denial of all."""
    caller = asked.caller
    if caller.is_service_linked or whatever_policies_say(caller.kind, action):
        return False
    if caller.is_in_an_account and caller.kind is not CallerKind.ANONYMOUS:
        for level in layers.scps:
            if not any(each.allows for policy in level.policies for each in policy.document.about(action)):
                return True
    return any(
        statement.denies
        and not statement.tests
        and statement.principals is None
        and not statement.not_resources
        and statement.resources.is_everything
        for _, statement in keyed_statements
    )
