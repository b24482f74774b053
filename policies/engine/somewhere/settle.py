"""Of a request on one resource: what has to be so of the context keys that aren't known, for it to be allowed.

The evaluator says on which keys its answer hangs; values of these that conditions tell apart are tried, one key after
the other, until it depends on none. So what comes out allowed is so because the evaluator says it of a whole request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from policies.engine.combine import Decision
from policies.engine.diff.budget import Budget
from policies.engine.evaluate import context_of, evaluate
from policies.engine.facts import Facts
from policies.engine.layers import Layers, Request
from policies.engine.somewhere.asked import REQUEST_TAG, TAG_KEYS, SomewhereAnswer, Witness, is_chosen
from policies.engine.somewhere.values import ConditionKeys, Value

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
