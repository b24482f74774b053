"""What a caller may do: its policies, boundary and session policy, asked about one call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.authorization_details import note
from emulator.callers import Caller
from emulator.encoded import encode, refusal_content
from emulator.organizations.members import organization_over, policy_arn
from emulator.permissions import Effect, Question, decide
from emulator.resource_arns import arn_of
from emulator.wire import AwsError, AwsRequest

# Which parameter names what the call is about; the first that is there counts ("Actions, resources, and condition
# keys for AWS Identity and Access Management": adding a user to a group is a matter of the group).
SUBJECTS = (
    ("GroupName", "group"),
    ("InstanceProfileName", "instance-profile"),
    ("RoleName", "role"),
    ("UserName", "user"),
)
_LISTED = {
    "ListUsers": "user/",
    "ListGroups": "group/",
    "ListRoles": "role/",
    "ListInstanceProfiles": "instance-profile/",
}
_POOLS = {"cognito-idp": ("UserPoolId", "userpool"), "cognito-identity": ("IdentityPoolId", "identitypool")}
# They name a pool, and yet need their permission on `*` ("Actions, resources, and condition keys for Amazon Cognito").
_POOLLESS = ("SetIdentityPoolRoles", "SetPrincipalTagAttributeMap", "DescribeUserPoolDomain")
_CONTEXT = {
    "PolicyArn": "iam:PolicyARN",
    "PermissionsBoundary": "iam:PermissionsBoundary",
    "ExternalId": "sts:ExternalId",
    "RoleSessionName": "sts:RoleSessionName",
    "SourceIdentity": "sts:SourceIdentity",
}


def refusal(caller: Caller, question: Question) -> str | None:
    """Why the caller may not, or None."""
    identity = decide(identity_policies(caller), question)
    if identity is Effect.DENIED:
        return "with an explicit deny in an identity-based policy"
    layers = {"permissions boundary": boundary_of(caller), "session policy": session_policy_of(caller)}
    for layer, document in layers.items():
        effect = Effect.ALLOWED if document is None else decide([document], question)
        if effect is Effect.DENIED:
            return f"with an explicit deny in a {layer}"
        if effect is Effect.SILENT and identity is Effect.ALLOWED:
            return f"because no {layer} allows the {question.action} action"
    if identity is Effect.SILENT:
        return f"because no identity-based policy allows the {question.action} action"
    return None


def denied(caller: Caller, request: AwsRequest, resource: str, reason: str | None = None) -> AwsError:
    message = f"User: {caller.arn} is not authorized to perform: {request.permission} on resource: {resource}"
    message = f"{message} {reason}" if reason else message
    if request.service == "ec2":
        message = f"You are not authorized to perform this operation. {message}. {_encoded(caller, request, reason)}"
    elif request.service == "iam" and reason and not request.asks_for_details:
        message += note(caller.account_id, request.region, _details(caller, request, reason))
    return request.denied(message)


def _details(caller: Caller, request: AwsRequest, reason: str) -> dict[str, Any]:
    """By requirement: of identity policies, the boundary and the session policy, as far as there are any."""
    question = Question(f"iam:{request.action}", resource_of(request, caller), context_of(request, caller))
    layers: dict[str, list[str] | None] = {"PRINCIPAL": list(identity_policies(caller))}
    for name, document in (("PERMISSIONS_BOUNDARY", boundary_of(caller)), ("SESSION", session_policy_of(caller))):
        layers[name] = None if document is None else [document]
    checks = [
        {"checkType": name, "evaluatedEffect": _EFFECTS[decide(documents, question)], "matchedPolicies": []}
        for name, documents in layers.items()
        if documents is not None
    ]
    evaluation = {
        "action": question.action,
        "resource": question.resource,
        "context": {},
        "evaluatedEffect": "EXPLICIT_DENY" if "explicit deny" in reason else "IMPLICIT_DENY",
        "checks": checks,
    }
    return {"requestContext": dict(question.context), "evaluations": [evaluation], "policies": []}


_EFFECTS = {Effect.ALLOWED: "ALLOW", Effect.DENIED: "EXPLICIT_DENY", Effect.SILENT: "IMPLICIT_DENY"}


def _encoded(caller: Caller, request: AwsRequest, reason: str | None) -> str:
    """What EC2 adds ("UnauthorizedOperation" in the EC2 API Reference, "Error codes")."""
    context = {"aws:Region": request.region, "aws:Service": request.service, **context_of(request, caller)}
    content = refusal_content(
        {"id": caller.user_id, "arn": caller.arn},
        f"{request.service}:{request.action}",
        resource_of(request, caller),
        explicit="explicit" in (reason or ""),
        context=context,
    )
    return f"Encoded authorization failure message: {encode(caller.account_id, content)}"


def identity_policies(caller: Caller) -> Iterator[str]:
    owners: list[Any] = [owner for owner in (caller.user, caller.role) if owner is not None]
    if caller.user is not None:
        owners += caller.backend.get_groups_for_user(caller.user.name)
    for owner in owners:
        yield from owner.policies.values()
        yield from (_default_text(policy) for policy in owner.managed_policies.values())


def boundary_of(caller: Caller) -> str | None:
    arn = None
    if caller.user is not None:
        arn = caller.backend.user_boundaries.get(caller.user.id)
    elif caller.role is not None:
        arn = caller.role.permissions_boundary_arn
    return _default_text(caller.backend.managed_policies[arn]) if arn else None


def session_policy_of(caller: Caller) -> str | None:
    return caller.session.policy if caller.session is not None else None


def context_of(request: AwsRequest, caller: Caller) -> dict[str, str]:
    context = {key: str(request.params[name]) for name, key in _CONTEXT.items() if name in request.params}
    context |= {"aws:PrincipalArn": caller.role.arn if caller.role is not None else caller.arn}
    context |= {"aws:PrincipalAccount": caller.account_id, "aws:RequestedRegion": request.region}
    if (organization := organization_over(caller.account_id, caller.partition)) is not None:
        context["aws:PrincipalOrgID"] = organization.org.id
    if caller.session is not None and caller.session.source_identity:
        context["aws:SourceIdentity"] = caller.session.source_identity
    tag = 1
    while f"Tags.member.{tag}.Key" in request.params:
        key = request.params[f"Tags.member.{tag}.Key"]
        context[f"aws:RequestTag/{key}"] = request.params.get(f"Tags.member.{tag}.Value", "")
        tag += 1
    return context


def resource_of(request: AwsRequest, caller: Caller) -> str:
    """The ARN that the call is about, or `*`."""
    if request.service not in ("iam", "sts"):
        return _outside_iam(request, caller)
    prefix = f"arn:{caller.partition}:iam::{caller.account_id}:"
    for parameter, kind in SUBJECTS:
        if name := request.params.get(parameter):
            return _existing_arn(caller, kind, name) or f"{prefix}{kind}{request.params.get('Path', '/')}{name}"
    if arn := request.params.get("PolicyArn"):
        return str(arn)
    if serial := request.params.get("SerialNumber"):
        return str(serial)
    if name := request.params.get("VirtualMFADeviceName"):
        return f"{prefix}mfa{request.params.get('Path', '/')}{name}"
    if request_id := request.params.get("DelegationRequestId"):
        return f"{prefix}delegation-request/{request_id}"
    if service := request.params.get("AWSServiceName"):
        return f"{prefix}role/aws-service-role/{service}/*"
    if request.action == "CreatePolicy":
        return f"{prefix}policy{request.params.get('Path', '/')}{request.params['PolicyName']}"
    listed = _LISTED.get(request.action)
    return f"{prefix}{listed}" if listed else "*"


def describe(request: AwsRequest, caller: Caller) -> str:
    """The resource as AWS names it in messages."""
    if request.service not in ("iam", "sts"):
        return resource_of(request, caller)
    for parameter, kind in SUBJECTS:
        if name := request.params.get(parameter):
            return f"{kind.replace('-', ' ')} {name}"
    arn = resource_of(request, caller)
    return f"policy {arn}" if ":policy/" in arn else arn


def _outside_iam(request: AwsRequest, caller: Caller) -> str:
    if request.service == "s3":
        resource = request.params["Resource"]
        return "*" if resource == "*" else f"arn:{caller.partition}:s3:::{resource}"
    if request.service == "organizations":
        return policy_arn(caller.account_id, caller.partition, request.params.get("PolicyId", ""))
    if arn := request.params.get("ResourceArn"):
        return str(arn)
    for service, (parameter, kind) in _POOLS.items():
        if service == request.service and parameter in request.params and request.action not in _POOLLESS:
            pool_id = request.params[parameter]
            return f"arn:{caller.partition}:{service}:{request.region}:{caller.account_id}:{kind}/{pool_id}"
    begin = f"arn:{caller.partition}:{request.service}:{request.region}:{caller.account_id}"
    return arn_of(request.service, request.params, lambda resource: f"{begin}:{resource}") or "*"


def _existing_arn(caller: Caller, kind: str, name: str) -> str | None:
    backend = caller.backend
    held = {
        "user": backend.users.values(),
        "group": backend.groups.values(),
        "role": backend.roles.values(),
        "instance-profile": backend.instance_profiles.values(),
    }
    return next((str(thing.arn) for thing in held[kind] if thing.name == name), None)


def _default_text(policy: Any) -> str:
    return next(str(version.document) for version in policy.versions if version.is_default)
