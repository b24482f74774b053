"""Cases for `simulate --cases`: a request and all policies that bear on it, as one JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

from aws_constraints.arn import account_in
from policies.engine.callers import caller_of
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.conditions import Context
from policies.engine.evaluate import ControlPolicyLevel, LayerPolicy, Layers, Request, Verdict, VerdictReason, evaluate

_NAMES = frozenset(
    {
        "id",
        "name",
        "principal",
        "action",
        "resource",
        "resource_account",
        "context",
        "identity_policies",
        "permission_boundaries",
        "session_policy",
        "resource_policy",
        "endpoint_policies",
        "scps",
        "rcps",
    }
)


class BadCase(ValueError):
    """A malformed case; the message says what is wrong with it."""


class Cases:
    """Decides case by case; `elapsed_s` is the time spent on that, `number` how many were decided."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self.number = 0
        self.bad = 0

    def answers(self, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield self._answer(line, number)

    def _answer(self, line: str, number: int) -> dict[str, Any]:
        case: Any = None
        began = perf_counter()
        try:
            case = _load(line, number)
            verdict = evaluate(request_of(case), layers_of(case))
        except BadCase as problem:
            self.bad += 1
            return {**_which(case), "error": str(problem)}
        finally:
            self.elapsed_s += perf_counter() - began
        self.number += 1
        return {**_which(case), **describe(verdict)}


def _which(case: Any) -> dict[str, Any]:
    """By which the asker finds the answer: the case's `id`, and its `name` where it has one."""
    if not isinstance(case, dict):
        return {"id": None}
    return {"id": case.get("id")} | ({"name": case["name"]} if "name" in case else {})


def describe(verdict: Verdict) -> dict[str, Any]:
    return {
        "decision": verdict.decision.value,
        "reasons": [_describe(reason) for reason in verdict.reasons],
        "missing_context": list(verdict.missing_context),
        "not_evaluated": [layer.value for layer in verdict.not_read],
    }


def _describe(reason: VerdictReason) -> dict[str, Any]:
    found = {
        "layer": reason.layer.value,
        "policy": reason.policy or None,
        "statement": reason.which,
        "effect": reason.effect,
    }
    return found | {"hangs_on": list(reason.depends_on)} if reason.depends_on else found


def _load(line: str, number: int) -> Any:
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise BadCase(f"Line {number} is no JSON: {problem}.") from problem
    if not isinstance(case, dict):
        raise BadCase(f"Line {number} is no JSON object.")
    return case


def request_of(case: Mapping[str, Any]) -> Request:
    """Raises BadCase."""
    if unknown := [name for name in case if name not in _NAMES]:
        are = "is" if len(unknown) == 1 else "are"
        named = ", ".join(map(repr, unknown))
        raise BadCase(f"{named} {are} no part of a case. It may have {', '.join(sorted(_NAMES))}.")
    for name in ("action", "resource"):
        if not isinstance(case.get(name), str) or not case[name]:
            raise BadCase(f"{name} is missing: it must be a text.")
    if ":" not in case["action"]:
        raise BadCase(f"{case['action']!r} is no action: it must be written as service:Action.")
    try:
        caller = caller_of(case.get("principal"))
    except ValueError as problem:
        raise BadCase(str(problem)) from problem
    account = case.get("resource_account") or account_in(case["resource"]) or caller.account
    if not isinstance(account, str):
        raise BadCase("resource_account must be a text of twelve digits.")
    return Request(caller, case["action"], case["resource"], account, context_of(case.get("context")))


def context_of(context: Any) -> Context:
    """Values by lower-case key. Raises BadCase."""
    if context is None:
        return {}
    if not isinstance(context, dict):
        raise BadCase("context must be an object of condition keys.")
    return {
        key.lower(): tuple(map(_word, value if isinstance(value, list) else [value])) for key, value in context.items()
    }


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise BadCase("A value of the context must be a text, or a list of texts.")


def layers_of(case: Mapping[str, Any]) -> Layers:
    """Raises BadCase."""
    resource = _policies(case, "resource_policy")
    if resource and len(resource) > 1:
        raise BadCase("resource_policy must be one document.")
    return Layers(
        identity=_policies(case, "identity_policies") or (),
        boundaries=_policies(case, "permission_boundaries") or None,
        session=_policies(case, "session_policy"),
        resource=resource[0] if resource else None,
        endpoints=_policies(case, "endpoint_policies"),
        scps=_levels(case, "scps"),
        rcps=_levels(case, "rcps"),
    )


def _levels(case: Mapping[str, Any], name: str) -> tuple[ControlPolicyLevel, ...]:
    levels = case.get(name) or []
    if not isinstance(levels, list) or not all(isinstance(level, dict) for level in levels):
        raise BadCase(f"{name} must be a list of levels, from the root down: {{target, policies}}.")
    return tuple(
        ControlPolicyLevel(target, _policies(level, "policies", f"{name} {target} ") or ())
        for level in levels
        for target in [str(level.get("target", ""))]
    )


def _policies(holder: Mapping[str, Any], name: str, prefix: str = "") -> tuple[LayerPolicy, ...] | None:
    """A document, a list of them, or `{name, document}`; None where there is none."""
    given = holder.get(name)
    if given is None:
        return None
    items: Sequence[Any] = given if isinstance(given, list) else [given]
    return tuple(_policy(item, f"{prefix}{name}", index) for index, item in enumerate(items))


def _policy(item: Any, where: str, index: int) -> LayerPolicy:
    name = f"{where}[{index}]"
    if isinstance(item, dict) and ("document" in item or "Document" in item):
        name = str(item.get("name") or item.get("Name") or name)
        item = item.get("document", item.get("Document"))
    if isinstance(item, str):
        return LayerPolicy(name, compiled(item))
    if not isinstance(item, dict):
        raise BadCase(f"{name} must be a policy document.")
    return LayerPolicy(name, _compiled(item))


def _compiled(document: dict[str, Any]) -> CompiledDocument:
    """Cases repeat documents: by their text they are compiled once."""
    return compiled(json.dumps(document))
