"""The policy simulator: SimulatePrincipalPolicy, as far as AWS documents what it looks at.

IAM API Reference, "SimulatePrincipalPolicy"; IAM User Guide, "IAM policy testing with the IAM policy simulator". It
looks at identity policies (a user's groups too), the boundary and SCPs; never at RCPs, session policies, trust policies
or what the service itself checks. A policy of a resource isn't fetched; one that is given is refused for all but users,
and not looked at here. Context keys are those that are given: what statements ask for besides is listed as missing, and
taken to be absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import IAMException, NotFoundException

from emulator.iam.managed import is_managed_by_aws
from emulator.organizations.members import scps_over
from emulator.permissions import Effect, Matched, Question, matched

_ACTION = re.compile(r"[\w-]+:\w+", re.ASCII)
_SOURCE = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):(user|group|role)/(?:.+/)?([\w+=,.@-]+)", re.ASCII)
_MOST, _USUAL = 1000, 100  # results of a page
_DECISIONS = {Effect.ALLOWED: "allowed", Effect.DENIED: "explicitDeny", Effect.SILENT: "implicitDeny"}


@dataclass(frozen=True)
class SourcePolicy:
    name: str
    kind: str  # as AWS has it: "user", "group", "role", "aws-managed", "user-managed"
    text: str


@dataclass(frozen=True)
class Simulated:
    decision: str
    by: list[SourcePolicy]  # those with a statement that decides
    missing: list[str]
    boundary: bool | None
    organization: bool | None


class SimulationResponses:
    backend: Any
    current_account: str
    partition: str
    _get_param: Callable[..., Any]

    def simulate_principal_policy(self) -> ActionResult:
        source = self._source()
        actions, arns = self._actions(), self._get_param("ResourceArns", []) or ["*"]
        context = self._context()
        if self._get_param("ResourcePolicy") and source[0] != "user":
            raise _invalid("Simulation of resource-based policies is supported for IAM users only.")
        policies = [*_policies_of(self.backend, *source), *self._given()]
        boundary = _boundary_of(self.backend, *source)
        scps = scps_over(self.current_account, self.partition)
        results = [
            _result(action, {arn: _simulated(policies, boundary, scps, Question(action, arn, context)) for arn in arns})
            for action in actions
        ]
        size, begin = int(self._get_param("MaxItems") or _USUAL), int(self._get_param("Marker") or 0)
        end = begin + min(size, _MOST)
        answer: dict[str, Any] = {"EvaluationResults": results[begin:end], "IsTruncated": end < len(results)}
        return ActionResult(answer | ({"Marker": str(end)} if end < len(results) else {}))

    def _source(self) -> tuple[str, Any]:
        arn = str(self._get_param("PolicySourceArn") or "")
        found = _SOURCE.fullmatch(arn)
        if found is None or found[1] != self.current_account:
            raise _invalid(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
        held = {"user": self.backend.users, "group": self.backend.groups, "role": self.backend.roles}[found[2]]
        for thing in held.values():
            if thing.arn == arn:
                return found[2], thing
        raise NotFoundException(f"The {found[2]} with name {found[3]} cannot be found.")

    def _actions(self) -> list[str]:
        actions = [str(name) for name in self._get_param("ActionNames", [])]
        for name in actions:
            if not _ACTION.fullmatch(name):
                raise _invalid(f"Invalid Service/Action name: {name}.")
        return actions

    def _context(self) -> dict[str, str | tuple[str, ...]]:
        found: dict[str, str | tuple[str, ...]] = {}
        for entry in self._get_param("ContextEntries", []):
            if not {"ContextKeyName", "ContextKeyType"} <= entry.keys():
                raise _invalid("A context entry has a name, a type and values.")
            values = tuple(str(value) for value in entry.get("ContextKeyValues", []))
            found[entry["ContextKeyName"]] = values if entry["ContextKeyType"].endswith("List") else values[0]
        return found

    def _given(self) -> Iterator[SourcePolicy]:
        for number, text in enumerate(self._get_param("PolicyInputList", []), start=1):
            yield SourcePolicy(f"PolicyInputList.{number}", "none", text)


def _policies_of(backend: Any, kind: str, source: Any) -> Iterator[SourcePolicy]:
    owners = [(kind, source)]
    if kind == "user":
        owners += [("group", group) for group in backend.get_groups_for_user(source.name)]
    for of, owner in owners:
        yield from (SourcePolicy(name, of, text) for name, text in owner.policies.items())
        for policy in owner.managed_policies.values():
            yield SourcePolicy(policy.name, _managed(policy), _in_force(policy))


def _boundary_of(backend: Any, kind: str, source: Any) -> str | None:
    if kind == "user":
        arn = backend.user_boundaries.get(source.id)
    else:
        arn = getattr(source, "permissions_boundary_arn", None)
    return _in_force(backend.managed_policies[arn]) if arn else None


def _managed(policy: Any) -> str:
    return "aws-managed" if is_managed_by_aws(policy) else "user-managed"


def _in_force(policy: Any) -> str:
    return next(str(version.document) for version in policy.versions if version.is_default)


def _simulated(
    policies: list[SourcePolicy], boundary: str | None, scps: list[list[str]] | None, question: Question
) -> Simulated:
    said = [(policy, matched(policy.text, question)) for policy in policies]
    bounding = [] if boundary is None else [matched(boundary, question)]
    levels = [[matched(text, question) for text in level] for level in scps or []]
    own, limit = _together([each for _, each in said]), _together(bounding)
    over = [_together(level) for level in levels]
    every = [*(each for _, each in said), *bounding, *(each for level in levels for each in level)]
    if Effect.DENIED in (own, limit, *over):
        effect = Effect.DENIED
    else:
        allowed = own is Effect.ALLOWED and (boundary is None or limit is Effect.ALLOWED)
        effect = Effect.ALLOWED if allowed and all(each is Effect.ALLOWED for each in over) else Effect.SILENT
    folded = {key.casefold() for key in question.context}
    missing = dict.fromkeys(key for each in every for key in each.keys if key.casefold() not in folded)
    return Simulated(
        _DECISIONS[effect],
        [policy for policy, each in said if own in each.effects],
        list(missing),
        None if boundary is None else limit is Effect.ALLOWED,
        None if scps is None else all(each is Effect.ALLOWED for each in over),
    )


def _together(said: list[Matched]) -> Effect:
    effects = {effect for each in said for effect in each.effects}
    return next((effect for effect in (Effect.DENIED, Effect.ALLOWED) if effect in effects), Effect.SILENT)


def _result(action: str, by_arn: dict[str, Simulated]) -> dict[str, Any]:
    """One for the action, as for its first resource, and one for each resource."""
    first = next(iter(by_arn.values()))
    found = {
        "EvalActionName": action,
        "EvalResourceName": next(iter(by_arn)),
        "EvalDecision": first.decision,
        **_facts(first),
        "ResourceSpecificResults": [
            {"EvalResourceName": arn, "EvalResourceDecision": each.decision, **_facts(each)}
            for arn, each in by_arn.items()
            if arn != "*"
        ],
    }
    if first.organization is not None:
        found["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": first.organization}
    return found


def _facts(said: Simulated) -> dict[str, Any]:
    found: dict[str, Any] = {
        "MatchedStatements": [{"SourcePolicyId": each.name, "SourcePolicyType": each.kind} for each in said.by],
        "MissingContextValues": said.missing,
    }
    if said.boundary is not None:
        found["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": said.boundary}
    return found


def _invalid(message: str) -> IAMException:
    return IAMException("InvalidInput", message)
