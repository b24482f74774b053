"""The calls to AWS: its policy simulator, and what only STS decodes. Each is made when somebody clicks, and reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from access.denied.decoded import decoded_text
from access.situations import RESOURCE_POLICY, Situation
from accounts.models import AwsAccount
from policies.engine import catalogue
from policies.engine.callers import CallerKind
from policies.engine.catalogue import KeyType, spelled
from policies.engine.evaluate import Decision
from policies.engine.layers import LayerPolicy
from policies.engine.regions import is_region
from sync.aws.client import reader
from sync.aws.permission import Permission, read
from sync.aws.permission_check import SIMULATING

DECODING = read(
    "sts:DecodeAuthorizationMessage",
    "Decode an encoded authorization message, on the page Why denied. It is asked for by a click only.",
    EncodedMessage="none",
)
TELLING_DETAILS = Permission(
    "iam:GetRequestAuthorizationDetails",
    "Show AWS's own details of a denial, on the page Why denied. It is asked for by a click only.",
    "read",
    probe={"authorizationId": "none"},
    call="iam-toolbox:GetRequestAuthorizationDetails",
)
SIMULATING_GIVEN = read(
    "iam:SimulateCustomPolicy",
    "Ask AWS's policy simulator about a draft, on the page Ask AWS too. It is asked for by a click only.",
    PolicyInputList=['{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'],
    ActionNames=["iam:GetUser"],
)
# The last is of the page that connects an AWS account, too.
OF_PAGES = (DECODING, TELLING_DETAILS, SIMULATING_GIVEN, SIMULATING)

# IAM API Reference, "ContextEntry": the types of context keys.
_TYPES = {
    KeyType.STRING: "string",
    KeyType.ARN: "string",
    KeyType.BOOL: "boolean",
    KeyType.DATE: "date",
    KeyType.NUMERIC: "numeric",
    KeyType.IP: "ip",
    KeyType.BINARY: "binary",
}
_DECISIONS = {
    "allowed": Decision.ALLOWED,
    "explicitDeny": Decision.EXPLICIT_DENY,
    "implicitDeny": Decision.IMPLICIT_DENY,
}


class CannotAskError(ValueError):
    """Why AWS can't be asked this, in a sentence."""


class UnreadableAnswerError(ValueError):
    """AWS answered, and not as it is documented."""


@dataclass(frozen=True)
class SimulatorAnswer:
    """`matched`: the policies whose statements decide, as AWS calls them. `missing`: context keys that statements ask
    for and that weren't given: AWS takes them to be absent. `boundary`, `organization`: whether these allow it; None
    where there is none.
    """

    decision: Decision
    matched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    boundary: bool | None = None
    organization: bool | None = None


def ask_simulator(aws_account: AwsAccount, situation: Situation, source_arn: str) -> SimulatorAnswer:
    """`source_arn`: of the user or role. Raises CannotAskError, UnreadableAnswerError, AwsError."""
    request = situation.request
    params: dict[str, Any] = {"PolicySourceArn": source_arn, "ActionNames": [request.action]}
    if request.resource != "*":
        params["ResourceArns"] = [request.resource]
    if entries := list(_entries(situation)):
        params["ContextEntries"] = entries
    return _first(reader(aws_account, urgent=True).call("iam", "SimulatePrincipalPolicy", **params))


def ask_about_policies(aws_account: AwsAccount, situation: Situation, source_arn: str) -> SimulatorAnswer:
    """Of policies that aren't in force, or that are pasted: AWS is given the texts of all that it looks at.

    `source_arn`: of the user or role who calls. Raises CannotAskError, UnreadableAnswerError, AwsError.
    """
    request, layers = situation.request, situation.layers
    if not layers.identity:
        raise CannotAskError("AWS’s policy simulator takes one policy at least, and there would be none.")
    params: dict[str, Any] = {
        "PolicyInputList": _texts(layers.identity),
        "ActionNames": [request.action],
        "CallerArn": source_arn,
        "ContextEntries": list(_entries(situation)),
    }
    if request.resource != "*":
        params["ResourceArns"] = [request.resource]
    if layers.boundaries:
        params["PermissionsBoundaryPolicyInputList"] = _texts(layers.boundaries)
    if layers.scps:
        levels = [{"ServiceControlPolicyInputList": _texts(level.policies)} for level in layers.scps]
        params["OrderedOrganizationPolicyInputList"] = levels
    if sends_resource_policy(situation) and layers.resource:
        [params["ResourcePolicy"]] = _texts([layers.resource])
        params["ResourceOwner"] = f"arn:{request.caller.partition}:iam::{request.resource_account}:root"
    found = _first(reader(aws_account, urgent=True).call("iam", "SimulateCustomPolicy", **params))
    names = {f"PolicyInputList.{number}": each.name for number, each in enumerate(layers.identity, start=1)}
    return replace(found, matched=tuple(names.get(each, each) for each in found.matched))


def sends_resource_policy(situation: Situation) -> bool:
    """IAM API Reference, "SimulateCustomPolicy": policies of resources are simulated for users, not for roles."""
    policy = situation.layers.resource
    is_given = policy is not None and policy.name == RESOURCE_POLICY
    return is_given and situation.request.caller.kind is CallerKind.USER


def _texts(policies: Iterable[LayerPolicy]) -> list[str]:
    """In ASCII, of which the simulator takes all characters."""
    return [json.dumps(policy.document.written) for policy in policies]


def _first(answer: Mapping[str, Any]) -> SimulatorAnswer:
    results = answer.get("EvaluationResults") or []
    if not results:
        raise UnreadableAnswerError("AWS’s policy simulator gave no result.")
    return _read(results[0])


def _read(result: Mapping[str, Any]) -> SimulatorAnswer:
    """Of a resource its own result counts, where there is one."""
    own: Mapping[str, Any] = next(iter(result.get("ResourceSpecificResults") or []), {})
    word = str(own.get("EvalResourceDecision") or result.get("EvalDecision"))
    if word not in _DECISIONS:
        raise UnreadableAnswerError(f"AWS’s policy simulator gave {word!r}, which is no decision of its own.")
    facts = own or result
    boundary = facts.get("PermissionsBoundaryDecisionDetail") or result.get("PermissionsBoundaryDecisionDetail") or {}
    organization = result.get("OrganizationsDecisionDetail") or {}
    matched = facts.get("MatchedStatements") or []
    return SimulatorAnswer(
        _DECISIONS[word],
        tuple(dict.fromkeys(str(each.get("SourcePolicyId", "")) for each in matched)),
        tuple(facts.get("MissingContextValues") or ()),
        boundary.get("AllowedByPermissionsBoundary"),
        organization.get("AllowedByOrganizations"),
    )


def _entries(situation: Situation) -> Iterable[dict[str, Any]]:
    """What is known of the request, as far as a policy that the simulator looks at asks for it."""
    known = {**situation.request.caller.keys, **situation.request.context}
    for key in sorted(_asked_for(situation)):
        values = known.get(key)
        if values:
            found = catalogue.condition_key(key)
            kind = _TYPES.get(found.type, "string") if found else "string"
            several = bool(found and found.multivalued) or len(values) > 1
            yield {
                "ContextKeyName": spelled(key),
                "ContextKeyType": f"{kind}List" if several else kind,
                "ContextKeyValues": list(values),
            }


def _asked_for(situation: Situation) -> set[str]:
    layers, action = situation.layers, situation.request.action.lower()
    levels: Sequence[LayerPolicy] = [policy for level in layers.scps for policy in level.policies]
    policies = (*layers.identity, *(layers.boundaries or ()), *levels)
    if sends_resource_policy(situation) and layers.resource:
        policies = (*policies, layers.resource)
    return {key for policy in policies for each in policy.document.about(action) for key in each.keys}


def decode_message(aws_account: AwsAccount, encoded: str) -> Mapping[str, Any]:
    """What AWS's message says. Raises UnreadableAnswerError, AwsError."""
    answer = reader(aws_account, urgent=True).call("sts", "DecodeAuthorizationMessage", EncodedMessage=encoded)
    content = decoded_text(str(answer.get("DecodedMessage") or ""))
    if content is None:
        raise UnreadableAnswerError("AWS decoded the message, and what came isn’t what it documents.")
    return content


# ---- AWS's own details of a denial ---------------------------------------------------------------------------
# IAM Toolbox API Reference, "GetRequestAuthorizationDetails": the types of checks, and their results.
CHECKS = {
    "RESOURCE_CONTROL_POLICY": "Resource control policies",
    "SERVICE_CONTROL_POLICY": "Service control policies",
    "RESOURCE": "Resource policy",
    "PRINCIPAL": "Identity policies",
    "PERMISSIONS_BOUNDARY": "Permissions boundary",
    "SESSION": "Session policy",
    "VPC_ENDPOINT": "VPC endpoint policy",
}
EFFECTS = {
    "ALLOW": "allows it",
    "NO_IMPACT": "makes no difference",
    "IMPLICIT_DENY": "doesn’t allow it",
    "EXPLICIT_DENY": "denies it",
}


@dataclass(frozen=True)
class DetailLine:
    """`effect`: as AWS has it. `target`: of an organization's policies, where they are attached."""

    title: str
    effect: str
    target: str = ""
    policies: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return EFFECTS.get(self.effect, self.effect)

    @property
    def denies(self) -> bool:
        return self.effect in ("IMPLICIT_DENY", "EXPLICIT_DENY")


@dataclass(frozen=True)
class DenialDetail:
    """One action on one resource of the denied request."""

    action: str
    resource: str
    effect: str
    lines: tuple[DetailLine, ...]


def ask_details(aws_account: AwsAccount, authorization_id: str, region: str) -> list[DenialDetail]:
    """What AWS evaluated, as policies were then. `region`: where it was denied, in the pasted text. Raises AwsError."""
    client = reader(aws_account, region=region if is_region(region) else None, urgent=True)
    answer = client.call("iam-toolbox", "GetRequestAuthorizationDetails", authorizationId=authorization_id)
    return [_detail(each) for each in answer.get("evaluations") or []]


def _detail(evaluation: Mapping[str, Any]) -> DenialDetail:
    lines = tuple(
        DetailLine(
            CHECKS.get(str(check.get("checkType")), str(check.get("checkType"))),
            str(check.get("evaluatedEffect", "")),
            str(check.get("targetArn", "")),
            tuple(str(policy.get("uri", "")) for policy in check.get("matchedPolicies") or []),
        )
        for check in evaluation.get("checks") or []
    )
    action, resource, effect = (str(evaluation.get(name, "")) for name in ("action", "resource", "evaluatedEffect"))
    return DenialDetail(action, resource, effect, lines)
