"""The policy simulator, as far as AWS documents what it looks at.

IAM API Reference, "SimulatePrincipalPolicy", "SimulateCustomPolicy"; IAM User Guide, "IAM policy testing with the IAM
policy simulator". It looks at identity policies (a user's groups too), the boundary and SCPs; never at RCPs, session
policies, trust policies or what the service itself checks. Of custom policies it sees what it is given. A policy of a
resource isn't fetched; one that is given is refused for all but users, and looked at for custom policies only. Context
keys are those that are given: what statements ask for besides is listed as missing, and taken to be absent.
"""

from __future__ import annotations

import json
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
_MOST_LEVELS = 7
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


@dataclass(frozen=True)
class GivenResourcePolicy:
    """`owner`: the AWS account of resources whose ARN names none."""

    text: str
    caller: str
    owner: str

    def said(self, question: Question) -> tuple[Matched, Matched]:
        """To the caller by name, and to the AWS account."""
        account = self.caller.split(":")[4]
        named = matched(self.text, question, frozenset({self.caller, "*"}))
        return named, matched(self.text, question, frozenset({account, f"arn:aws:iam::{account}:root"}))

    def is_elsewhere(self, resource: str) -> bool:
        parts = resource.split(":")
        owner = parts[4] if len(parts) > 4 and parts[4] else self.owner
        return owner != self.caller.split(":")[4]


class SimulationResponses:
    backend: Any
    current_account: str
    partition: str
    _get_param: Callable[..., Any]

    def simulate_principal_policy(self) -> ActionResult:
        source = self._source()
        if self._get_param("ResourcePolicy") and source[0] != "user":
            raise _invalid("Simulation of resource-based policies is supported for IAM users only.")
        policies = [*_policies_of(self.backend, *source), *self._given()]
        boundary = _boundary_of(self.backend, *source)
        scps = scps_over(self.current_account, self.partition)
        return self._simulated(lambda question: _simulated(policies, boundary, scps, question))

    def simulate_custom_policy(self) -> ActionResult:
        """Of who calls nothing is known but the ARN, which only a policy of the resource asks for."""
        policies, boundaries = list(self._given()), self._documents("PermissionsBoundaryPolicyInputList")
        levels = self._get_param("OrderedOrganizationPolicyInputList", None)
        caller, of_resource = str(self._get_param("CallerArn") or ""), str(self._get_param("ResourcePolicy") or "")
        if len(boundaries) > 1:
            raise _invalid("Only one permissions boundary policy can be simulated.")
        if levels is not None and len(levels) > _MOST_LEVELS:
            raise _invalid(f"An organization has at most {_MOST_LEVELS} levels.")
        scps = None if levels is None else [_parsed_all(one.get("ServiceControlPolicyInputList", [])) for one in levels]
        if caller and not _SOURCE.fullmatch(caller):
            raise _invalid(f"Invalid Entity Arn: {caller} does not clearly define entity type and name.")
        if of_resource and not caller:
            raise _invalid("CallerArn is required when a resource policy is included.")
        if of_resource and ":user/" not in caller:
            raise _invalid("Simulation of resource-based policies is supported for IAM users only.")
        boundary = boundaries[0] if boundaries else None
        beside = None
        if of_resource:
            _parsed_all([of_resource])
            beside = GivenResourcePolicy(of_resource, caller, self._owner(caller))
        return self._simulated(lambda question: _simulated(policies, boundary, scps, question, beside))

    def _owner(self, caller: str) -> str:
        """Of resources whose ARN doesn't say so."""
        return str(self._get_param("ResourceOwner") or caller).split(":")[4]

    def _documents(self, name: str) -> list[str]:
        return _parsed_all(self._get_param(name, []))

    def _simulated(self, simulate: Callable[[Question], Simulated]) -> ActionResult:
        actions, arns = self._actions(), self._get_param("ResourceArns", []) or ["*"]
        context = self._context()
        results = [
            _result(action, {arn: simulate(Question(action, arn, context)) for arn in arns}) for action in actions
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
        for number, text in enumerate(self._documents("PolicyInputList"), start=1):
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


def _parsed_all(texts: list[str]) -> list[str]:
    """Those that are policies."""
    for text in texts:
        try:
            statements = json.loads(text)["Statement"]
        except (ValueError, KeyError, TypeError) as problem:
            raise _invalid(f"Invalid policy document: {problem}.") from problem
        if not isinstance(statements, list | dict):
            raise _invalid("Invalid policy document: a Statement is a list.")
    return list(texts)


def _simulated(
    policies: list[SourcePolicy],
    boundary: str | None,
    scps: list[list[str]] | None,
    question: Question,
    beside: GivenResourcePolicy | None = None,
) -> Simulated:
    said = [(policy, matched(policy.text, question)) for policy in policies]
    bounding = [] if boundary is None else [matched(boundary, question)]
    levels = [[matched(text, question) for text in level] for level in scps or []]
    own, limit = _together([each for _, each in said]), _together(bounding)
    over = [_together(level) for level in levels]
    named, delegated = beside.said(question) if beside else (_NOTHING, _NOTHING)
    by_name, by_account = _together([named]), _together([delegated])
    every = [*(each for _, each in said), *bounding, *(each for level in levels for each in level), named, delegated]
    if Effect.DENIED in (own, limit, *over, by_name, by_account):
        effect = Effect.DENIED
    else:
        allowed = own is Effect.ALLOWED and (boundary is None or limit is Effect.ALLOWED)
        if beside and beside.is_elsewhere(question.resource):
            allowed = allowed and Effect.ALLOWED in (by_name, by_account)
        else:
            allowed = allowed or by_name is Effect.ALLOWED
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


_NOTHING = Matched((), ())


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
