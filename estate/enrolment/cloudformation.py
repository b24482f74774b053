"""An enrolment's roles as a template for a stack set of CloudFormation, and the commands that deploy it.

The sources: "CreateStackSet" and "CreateStackInstances" in the CloudFormation API Reference, "Create StackSets with
service-managed permissions" in its User Guide: these never reach the management account, which takes a stack.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estate.enrolment.roles import (
    PATH,
    SESSION_S,
    EnrolledPolicy,
    EnrolledRole,
    TrustValues,
    plan_of,
    roles_of,
)
from estate.models import AccountEnrolment
from infrastructure.code import yaml_text
from infrastructure.code.names import for_cloudformation
from sync.aws.target import home_region

MOST_BYTES = 51_200  # of a template that is sent with the call; "CloudFormation quotas"
PRINCIPAL, EXTERNAL_ID, _ORGANIZATION = "ConsolePrincipalArn", "ExternalId", "OrganizationId"


def template_of(enrolment: AccountEnrolment) -> str:
    """YAML. The external id isn't in it: it is a parameter without a default."""
    about = f"The roles of IAM Console in an AWS account of {enrolment.organization_id} ({enrolment.key})."
    roles = roles_of(plan_of(enrolment), _principal(enrolment))
    return template_with(about, dict(_parameters(enrolment)), roles)


def template_with(about: str, parameters: Mapping[str, Any], roles: Sequence[EnrolledRole]) -> str:
    """YAML: these roles with their policies. Its outputs are their ARNs."""
    resources: dict[str, Any] = {}
    for role in roles:
        resources |= _resources(role)
    outputs = {
        f"{for_cloudformation(role.tier)}RoleArn": {
            "Description": role.description,
            "Value": {"Fn::GetAtt": [_role_id(role), "Arn"]},
        }
        for role in roles
    }
    whole = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": about,
        "Parameters": dict(parameters),
        "Resources": resources,
        "Outputs": outputs,
    }
    return "\n".join(yaml_text.lines_of(whole)) + "\n"


def _principal(enrolment: AccountEnrolment) -> TrustValues:
    organization = {"Ref": _ORGANIZATION} if enrolment.asks_organization else ""
    return TrustValues({"Ref": PRINCIPAL}, {"Ref": EXTERNAL_ID}, organization)


def _parameters(enrolment: AccountEnrolment) -> Iterator[tuple[str, dict[str, Any]]]:
    yield (
        PRINCIPAL,
        {"Type": "String", "Default": enrolment.principal_arn, "Description": "Whom the roles trust: the console."},
    )
    yield (
        EXTERNAL_ID,
        {
            "Type": "String",
            "NoEcho": True,
            "MinLength": 16,
            "Description": "As the page of the enrolment shows it.",
        },
    )
    if enrolment.asks_organization:
        words = "The organization in which the console has to be as well."
        yield _ORGANIZATION, {"Type": "String", "Default": enrolment.organization_id, "Description": words}


def _resources(role: EnrolledRole) -> dict[str, Any]:
    policies = {policy.logical_id: _policy(role, policy) for policy in role.policies}
    own = {
        "RoleName": role.name,
        "Path": PATH,
        "Description": role.description,
        "MaxSessionDuration": SESSION_S,
        "AssumeRolePolicyDocument": role.trust,
        "ManagedPolicyArns": [{"Ref": policy.logical_id} for policy in role.policies if not policy.is_inline],
    }
    return {**policies, _role_id(role): {"Type": "AWS::IAM::Role", "Properties": own}}


def _policy(role: EnrolledRole, policy: EnrolledPolicy) -> dict[str, Any]:
    if policy.is_inline:
        inline = {"PolicyName": policy.name, "RoleName": {"Ref": _role_id(role)}, "PolicyDocument": policy.document}
        return {"Type": "AWS::IAM::RolePolicy", "Properties": inline}
    managed = {
        "ManagedPolicyName": policy.name,
        "Path": PATH,
        "Description": policy.description,
        "PolicyDocument": policy.document,
    }
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": managed}


def _role_id(role: EnrolledRole) -> str:
    return f"{for_cloudformation(role.tier)}Role"


# ---- The commands ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ShownCommand:
    """`about`: what it does, and who runs it where."""

    about: str
    text: str


def file_name(enrolment: AccountEnrolment) -> str:
    return f"iam-console-{enrolment.key}.yaml"


def parameters_of(enrolment: AccountEnrolment) -> list[tuple[str, str]]:
    """What is to be filled in, by the names of the template."""
    known = {
        PRINCIPAL: enrolment.principal_arn,
        EXTERNAL_ID: enrolment.external_id,
        _ORGANIZATION: enrolment.organization_id,
    }
    return [(name, known[name]) for name, _ in _parameters(enrolment)]


def commands(
    enrolment: AccountEnrolment, *, management_id: str, root_id: str, account_ids: Sequence[str]
) -> list[ShownCommand]:
    """For `account_ids`, the chosen AWS accounts; `root_id`: of the organization (r-…)."""
    is_delegate = enrolment.held_by.account_id != management_id
    members = [each for each in account_ids if each != management_id]
    found = list(_for_members(enrolment, root_id, members, is_delegate=is_delegate)) if members else []
    if management_id in account_ids:
        found.append(_for_manager(enrolment))
    return found


def _for_members(
    enrolment: AccountEnrolment, root_id: str, members: Sequence[str], *, is_delegate: bool
) -> Iterator[ShownCommand]:
    name, region = f"iam-console-{enrolment.key}", home_region(enrolment.held_by)
    where = ["--region", region, *(["--call-as", "DELEGATED_ADMIN"] if is_delegate else [])]
    who = "a delegated administrator for StackSets" if is_delegate else "the management account"
    yield ShownCommand(
        "Once in an organization, in the management account: lets StackSets work in all of its AWS accounts.",
        f"aws cloudformation activate-organizations-access --region {region}",
    )
    given = [f"ParameterKey={key},ParameterValue={value}" for key, value in parameters_of(enrolment)]
    yield ShownCommand(
        f"In {who}: makes the stack set. New AWS accounts don’t get the roles by themselves.",
        command_line(
            ["aws", "cloudformation", "create-stack-set", "--stack-set-name", name],
            ["--template-body", f"file://{file_name(enrolment)}"],
            ["--permission-model", "SERVICE_MANAGED", "--auto-deployment", "Enabled=false"],
            ["--capabilities", "CAPABILITY_NAMED_IAM", *where],
            ["--parameters", *given],
        ),
    )
    targets = {"OrganizationalUnitIds": root_id, "Accounts": ",".join(members), "AccountFilterType": "INTERSECTION"}
    yield ShownCommand(
        "Deploys it to the chosen AWS accounts. In one Region: roles are the same in all of them.",
        command_line(
            ["aws", "cloudformation", "create-stack-instances", "--stack-set-name", name],
            ["--regions", region, *where],
            ["--operation-preferences", "FailureTolerancePercentage=100,MaxConcurrentPercentage=100"],
            ["--deployment-targets", ",".join(f"{key}={value}" for key, value in targets.items())],
        ),
    )


def _for_manager(enrolment: AccountEnrolment) -> ShownCommand:
    return ShownCommand(
        "In the management account, which StackSets never reach: a stack of the same template.",
        command_line(
            ["aws", "cloudformation", "deploy", "--stack-name", f"iam-console-{enrolment.key}"],
            ["--template-file", file_name(enrolment), "--capabilities", "CAPABILITY_NAMED_IAM"],
            ["--region", home_region(enrolment.held_by)],
            ["--parameter-overrides", *(f"{key}={value}" for key, value in parameters_of(enrolment))],
        ),
    )


def command_line(*parts: Sequence[str]) -> str:
    return " \\\n  ".join(shlex.join(part) for part in parts)
