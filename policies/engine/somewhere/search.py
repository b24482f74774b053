"""The search for a request that is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policies.engine.callers import CallerKind
from policies.engine.combine import Decision
from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.evaluate import Verdict, evaluate, whatever_policies_say
from policies.engine.layers import LayerName, LayerPolicy, Layers, Request
from policies.engine.regions import only_region
from policies.engine.somewhere.asked import REGION, ResourceContext, SomewhereAnswer, SomewhereQuestion
from policies.engine.somewhere.resources import KeyedStatement, ResourceChoices, is_pattern
from policies.engine.somewhere.settle import EVALUATION, AnswerSearch, unknown_but_chosen
from policies.engine.somewhere.values import ConditionKeys

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
