"""Checks live which of its permissions the console has in an AWS account, and which are missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from accounts.models import AwsAccount
from sync.aws import errors, organization_errors
from sync.aws.client import AwsClient, reader
from sync.aws.permission import IAM, NOBODY, SETTINGS, Permission, RolePart, permissions_of, read
from sync.aws.purpose import CHECKING_WRITES, READING, Tier

State = Literal["works", "missing", "unknown"]
GET_IN = "sts:AssumeRole"
SIMULATING = read(
    "iam:SimulatePrincipalPolicy",
    "Tell which permissions the console lacks, on the page that connects an AWS account.",
    PolicySourceArn=f"arn:{{partition}}:iam::{{account_id}}:user/{NOBODY}",
    ActionNames=["iam:GetUser"],
)


@dataclass(frozen=True)
class PermissionCheck:
    """`detail` is a sentence for the operator, empty when all is well."""

    action: str
    feature: str
    state: State
    detail: str = ""


@dataclass(frozen=True)
class TierAccess:
    """Whether the console gets in by the role of a tier, and as whom: asked once for all parts of the role."""

    aws_account: AwsAccount
    tier: Tier
    client: AwsClient
    check: PermissionCheck
    identity_arn: str = ""


def enter(aws_account: AwsAccount, tier: Tier) -> TierAccess:
    client = AwsClient(aws_account, READING if tier == "read" else CHECKING_WRITES)
    try:
        identity_arn = client.call("sts", "GetCallerIdentity")["Arn"]
    except errors.AwsError as error:
        check = PermissionCheck(GET_IN, _GETTING_IN, "missing", error.sentence())
        return TierAccess(aws_account, tier, client, check)
    return TierAccess(aws_account, tier, client, PermissionCheck(GET_IN, _GETTING_IN, "works"), identity_arn)


def check_permissions(entry: TierAccess, part: RolePart = IAM) -> list[PermissionCheck]:
    """Each permission of that part of the role.

    Reads are tried, harmlessly; of what is allowed on one kind of object AWS's policy simulator tells, where the role
    to read may ask it. It leaves out session policies and conditions that a real call would meet: "works" is no
    promise.
    """
    permissions = permissions_of(entry.tier, part)
    if entry.check.state != "works":
        return [*_unknown(permissions)]
    reads, writes = ([each for each in permissions if bool(each.on) is simulated] for simulated in (False, True))
    return [
        *_try_reads(entry.client, entry.aws_account, reads),
        *_simulate_writes(entry, writes),
    ]


def check_calls(
    aws_account: AwsAccount, identity_arn: str, wanted: Iterable[tuple[str, str]]
) -> Iterator[PermissionCheck]:
    """Whether the role to write may do each action on the object with the ARN (`feature` of the answer), by AWS's
    policy simulator. `identity_arn`: who the console is there, where it assumes no role.
    """
    by_action: defaultdict[str, list[str]] = defaultdict(list)
    for action, arn in sorted(wanted):
        by_action[action].append(arn)
    client = reader(aws_account)
    for action, arns in by_action.items():
        for begin in range(0, len(arns), _SIMULATED_AT_ONCE):
            some = arns[begin : begin + _SIMULATED_AT_ONCE]
            try:
                yield from _simulated(client, aws_account.write_role_arn or identity_arn, action, some)
            except errors.AwsError as error:
                yield PermissionCheck(action, some[0], "unknown", error.sentence())
                return  # it would be the same for the next


def _simulated(client: AwsClient, source_arn: str, action: str, arns: list[str]) -> Iterator[PermissionCheck]:
    answer = client.call(
        "iam", "SimulatePrincipalPolicy", PolicySourceArn=source_arn, ActionNames=[action], ResourceArns=arns
    )
    for result in answer["EvaluationResults"]:
        on_each = result.get("ResourceSpecificResults") or []
        if not on_each:
            state, detail = _said(result["EvalDecision"])
            yield PermissionCheck(action, result.get("EvalResourceName", arns[0]), state, detail)
        for one in on_each:
            state, detail = _said(one["EvalResourceDecision"])
            yield PermissionCheck(action, one["EvalResourceName"], state, detail)


_SIMULATED_AT_ONCE = 25  # objects
_GETTING_IN = "Get into the AWS account."


def _try_reads(client: AwsClient, aws_account: AwsAccount, reads: list[Permission]) -> Iterator[PermissionCheck]:
    for number, permission in enumerate(reads):
        try:
            yield _try(client, aws_account, permission)
        except errors.TransientError as error:
            yield from _unknown(reads[number:], error.sentence())
            return


def _try(client: AwsClient, aws_account: AwsAccount, permission: Permission) -> PermissionCheck:
    service, operation = permission.operation
    state, detail = _WORKS
    try:
        client.call(service, operation, **permission.probe_params(aws_account))
    except (errors.NotFound, organization_errors.OrganizationState, errors.Conflict, errors.UndecodableMessage):
        pass  # a conflict: the credential report is in the making
    except errors.AccessDeniedError as error:
        state, detail = ("unknown", _MEMBER) if _is_for_managers(error) else ("missing", error.sentence())
    except errors.TransientError:
        raise
    except errors.AwsError as error:
        state, detail = "unknown", error.sentence()
    return PermissionCheck(permission.action, permission.feature, state, detail)


def _is_for_managers(error: errors.AccessDeniedError) -> bool:
    """Organizations refuses plain members whatever their policies say, and names no principal then."""
    return error.operation.startswith("organizations:") and not error.denial.principal


_MEMBER = "An organization can be read from its management account or a delegated administrator only."
_WORKS: tuple[State, str] = ("works", "")


def _simulate_writes(entry: TierAccess, writes: list[Permission]) -> Iterator[PermissionCheck]:
    """One question for each kind of object, since AWS takes each action together with each resource."""
    aws_account = entry.aws_account
    role_arn = aws_account.write_role_arn if entry.tier == "write" else aws_account.read_role_arn
    client = reader(aws_account)
    for on, group in groupby(writes, key=lambda permission: permission.on):
        permissions = list(group)
        try:
            answer = client.call(
                "iam",
                "SimulatePrincipalPolicy",
                PolicySourceArn=role_arn or entry.identity_arn,
                ActionNames=[permission.action for permission in permissions],
                ResourceArns=[(on or SETTINGS).nobodys(aws_account)],
            )
        except errors.AwsError as error:
            yield from _unknown(permissions, error.sentence())
            continue
        decisions = {result["EvalActionName"]: result["EvalDecision"] for result in answer["EvaluationResults"]}
        for permission in permissions:
            yield _as_simulated(permission, decisions.get(permission.action))


def _as_simulated(permission: Permission, decision: str | None) -> PermissionCheck:
    state, detail = _said(decision)
    return PermissionCheck(permission.action, permission.feature, state, detail)


def _said(decision: str | None) -> tuple[State, str]:
    return _DECISIONS.get(decision, ("unknown", "AWS's policy simulator did not answer."))


_DECISIONS: dict[str | None, tuple[State, str]] = {
    "allowed": _WORKS,
    "implicitDeny": ("missing", "No policy of the role allows it."),
    "explicitDeny": ("missing", "A Deny in a policy forbids it."),
}


def _unknown(permissions: list[Permission], detail: str = "") -> Iterator[PermissionCheck]:
    return (PermissionCheck(permission.action, permission.feature, "unknown", detail) for permission in permissions)
