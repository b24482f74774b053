"""Provisioning of a permission set in an AWS account: the role AWSReservedSSO_… there, with what the set has.

"AWS managed roles" in the IAM Identity Center User Guide.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import iam_backends

from emulator import clock
from emulator.identity_center.things import Home, PermissionSet, PolicyName, hexadecimal

_INLINE = "AwsSSOInlinePolicy"
_LONGEST_S = 43_200
_MOST_POLICIES = 10  # of a role: IAM's quota, where nobody asked for more
_METADATA = '<EntityDescriptor entityID="https://portal.sso.example/saml/metadata"/>'
_SIGN_IN = {"aws": "https://signin.aws.amazon.com/saml", "aws-cn": "https://signin.amazonaws.cn/saml"}


def provision(home: Home, chosen: PermissionSet, account_id: str) -> str:
    """Makes the role, or brings it up to date. Why it fails, or ""."""
    iam = iam_backends[account_id][home.partition]
    names = [*chosen.customer]
    if chosen.boundary and "CustomerManagedPolicyReference" in chosen.boundary:
        names.append(PolicyName.of(chosen.boundary["CustomerManagedPolicyReference"]))
    for name in names:
        if (arn := _arn(home, account_id, name)) not in iam.managed_policies:
            return f"Received a 404 status error: Policy {arn} does not exist or is not attachable."
    arns = [*chosen.managed, *(_arn(home, account_id, name) for name in chosen.customer)]
    if len(arns) > _MOST_POLICIES:
        return f"Cannot exceed quota for PoliciesPerRole: {_MOST_POLICIES}"
    role = _role(home, chosen, iam) or _made(home, chosen, iam, account_id)
    role.managed_policies = {arn: iam.managed_policies[arn] for arn in arns}
    role.policies = {_INLINE: chosen.inline} if chosen.inline else {}
    role.permissions_boundary_arn = _boundary(home, account_id, chosen)
    role.description = chosen.description
    chosen.provisioned[account_id] = chosen.edits
    return ""


def withdraw(home: Home, chosen: PermissionSet, account_id: str) -> None:
    """The last assignment is gone: so is the role."""
    iam = iam_backends[account_id][home.partition]
    role = _role(home, chosen, iam)
    if role is not None:
        role.managed_policies, role.policies, role.permissions_boundary_arn = {}, {}, None
        iam.forget_role(role)
    chosen.provisioned.pop(account_id, None)


def _path(home: Home) -> str:
    """Without the Region where that is us-east-1."""
    return f"/aws-reserved/sso.amazonaws.com/{'' if home.region == 'us-east-1' else f'{home.region}/'}"


def _role(home: Home, chosen: PermissionSet, iam: Any) -> Any:
    begins = f"AWSReservedSSO_{chosen.name}_"
    there = (role for role in iam.roles.values() if role.path == _path(home))
    return next((role for role in there if role.name.rpartition("_")[0] == begins[:-1]), None)


def _made(home: Home, chosen: PermissionSet, iam: Any, account_id: str) -> Any:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": _provider(home, iam, account_id)},
                "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                "Condition": {"StringEquals": {"SAML:aud": _SIGN_IN.get(home.partition, _SIGN_IN["aws"])}},
            }
        ],
    }
    name = f"AWSReservedSSO_{chosen.name}_{hexadecimal(16, chosen.arn, account_id, clock.utcnow())}"
    return iam.create_role(name, json.dumps(trust), _path(home), None, chosen.description or "", [], _LONGEST_S)


def _provider(home: Home, iam: Any, account_id: str) -> str:
    """The ARN of the SAML provider by which people come in from the portal, made with the first role."""
    name = f"AWSSSO_{hexadecimal(16, home.instance_id, account_id)}_DO_NOT_DELETE"
    held = iam.saml_providers.get(name) or iam.create_saml_provider(name, _METADATA)
    return str(held.arn)


def _arn(home: Home, account_id: str, name: PolicyName) -> str:
    return f"arn:{home.partition}:iam::{account_id}:policy{name.path}{name.name}"


def _boundary(home: Home, account_id: str, chosen: PermissionSet) -> str | None:
    if chosen.boundary is None:
        return None
    if "ManagedPolicyArn" in chosen.boundary:
        return str(chosen.boundary["ManagedPolicyArn"])
    return _arn(home, account_id, PolicyName.of(chosen.boundary["CustomerManagedPolicyReference"]))
