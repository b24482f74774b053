"""Assigning a permission set to a group or a person in an AWS account, and taking it away.

AWS does both by itself, and tells by a request's id how it stands: a gate waits for that. With the first assignment of
a set in an AWS account its role is made there, with the last one it goes ("Assign user or group access to AWS accounts"
in the IAM Identity Center User Guide).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import Any, ClassVar, TypeVar

from django.conf import settings

from accounts.models import AwsAccount
from directory import reads
from directory.access_facts import Ways, changed_ways, ways_of, whose
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryUser,
    Instance,
    PermissionSet,
    PrincipalType,
)
from directory.operations.base import OfIdentityCenter
from directory.operations.sets_base import (
    NO_INSTANCE_NOW,
    OF_IDENTITY_CENTER,
    check_set,
    delegate_findings,
    is_new,
    new_key,
    set_row,
)
from directory.operations.store_base import is_id, new_group_key
from directory.permissions import NOBODYS_ID, NOBODYS_INSTANCE, NOBODYS_SET, SSO
from policies.holdings import ElsewhereChange
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import Permission
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operation_mixins import CompletesParams
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    Guarantee,
    PreviousAttempt,
    Refusal,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.placeholders import is_placeholder, placeholder_for
from sync.plan_draft import Draft

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_LOOK_AGAIN_S = 0.5
_ENTERS = "change who gets into the management account"
_FEATURE = "Assign permission sets to groups and people, and take them away."
_WATCHED = "See what became of an assignment."
OF_SET = {"InstanceArn": NOBODYS_INSTANCE, "PermissionSetArn": NOBODYS_SET}


def looking_at(operation: str, **probe: Any) -> Permission:
    return Permission(f"sso:{operation}", _WATCHED, "write", probe=probe, call=f"{SSO}:{operation}")


STATUSES = tuple(
    permission
    for doing in ("Creation", "Deletion")
    for permission in (
        looking_at(f"ListAccountAssignment{doing}Status", InstanceArn=NOBODYS_INSTANCE, MaxResults=1),
        looking_at(
            f"DescribeAccountAssignment{doing}Status",
            **{"InstanceArn": NOBODYS_INSTANCE, f"AccountAssignment{doing}RequestId": NOBODYS_ID},
        ),
    )
)


@dataclass(frozen=True)
class AssignmentParams:
    """`called`: the group, for sentences; of a person it is empty, and pages say who that is by the id."""

    set_arn: str
    set_name: str
    region: str  # of the instance
    target_id: str
    principal_type: str
    principal_id: str
    called: str = ""

    def __post_init__(self) -> None:
        check_set(self.set_arn)
        if not _ACCOUNT.fullmatch(self.target_id):
            raise BadParams("The id of an AWS account has 12 digits.", field="account")
        is_one = is_id(self.principal_id)
        if self.principal_type not in PrincipalType.values or not is_one:
            raise BadParams("It is to be a group or a person of Identity Center.", field="group")

    @property
    def instance_arn(self) -> str:
        return reads.instance_arn_of(self.set_arn)

    @property
    def set_id(self) -> str:
        return self.set_arn.rpartition("/")[2]

    @property
    def assignment_id(self) -> str:
        """As the mirror knows it."""
        return "/".join((self.set_id, self.target_id, self.principal_type, self.principal_id))

    @property
    def whom(self) -> str:
        if self.principal_type == PrincipalType.GROUP:
            return f"the group {self.called or self.principal_id}"
        return f"the person {self.principal_id}"


A = TypeVar("A", bound=AssignmentParams)


def named_as_now(draft: Draft, p: A) -> A:
    """Of a set or a group that was deleted since, the one of its name that was made again, by an earlier step, too."""
    groups = DirectoryGroup.objects.live().filter(aws_account=draft.aws_account, aws_id=p.principal_id)
    new_group = draft.placeholder_of(new_group_key(p.called)) if p.called else ""
    if new_group and p.principal_type == PrincipalType.GROUP and not groups.exists():
        p = replace(p, principal_id=new_group)
    rows = PermissionSet.objects.live().filter(aws_account=draft.aws_account)
    if is_new(p.set_arn) or rows.filter(arn=p.set_arn).exists():
        return p
    made = draft.placeholder_of(new_key(p.set_name))
    again = rows.filter(instance_arn=p.instance_arn, name=p.set_name).values_list("arn", flat=True).first()
    arn = f"{p.set_arn.rpartition('/')[0]}/{made}" if made else again
    return replace(p, set_arn=arn) if arn else p


class _AssignmentOperation(OfIdentityCenter[AssignmentParams], CompletesParams[AssignmentParams]):
    """The part is {"object": "ps-…", "assigned": bool, "request": ""}.

    What AWS is still at counts as done, with the id of its request: so an answer that was lost is found again, and
    nothing is asked for twice.
    """

    guarantee = Guarantee.DETECTABLE
    undo = Undo.REVERSIBLE
    risk = Risk.HIGH
    params_type = AssignmentParams
    leaves: ClassVar[bool]

    @property
    def permissions(self) -> Sequence[Permission]:
        return (
            Permission(
                f"sso:{self.aws_operation}",
                _FEATURE,
                "write",
                OF_IDENTITY_CENTER,
                call=f"{SSO}:{self.aws_operation}",
            ),
            looking_at("ListAccountAssignments", **OF_SET, AccountId="{account_id}", MaxResults=1),
            looking_at("DescribePermissionSet", **OF_SET),
            *STATUSES,
        )

    def calls(self, p: AssignmentParams) -> list[Call]:
        parameters = {
            "InstanceArn": p.instance_arn,
            "PermissionSetArn": p.set_arn,
            "TargetId": p.target_id,
            "TargetType": "AWS_ACCOUNT",
            "PrincipalType": p.principal_type,
            "PrincipalId": p.principal_id,
        }
        partition = p.set_arn.split(":")[1]
        on = (p.instance_arn, p.set_arn, f"arn:{partition}:sso:::account/{p.target_id}")
        return [Call(SSO, self.aws_operation, parameters, on, (f"sso:{self.aws_operation}",), p.region)]

    def objects(self, p: AssignmentParams) -> list[str]:
        return [f"{AccountAssignment.kind}:{p.assignment_id}"]

    def part(self, p: AssignmentParams) -> str:
        return f"assignment:{p.assignment_id}"

    def affected_objects(self, aws_account: AwsAccount, p: AssignmentParams) -> list[ObjectRef]:
        return affected_by(p)

    def affected_accounts(self, aws_account: AwsAccount, p: AssignmentParams) -> list[str]:
        return [p.target_id]

    def describe(self, value: Value) -> str:
        if value is None:
            return "no such permission set"
        return "it assigned" if value["assigned"] else "it not assigned"

    def completed(self, draft: Draft, p: AssignmentParams) -> AssignmentParams:
        return named_as_now(draft, p)

    def mirrored(self, draft: Draft, p: AssignmentParams) -> Value:
        row = set_row(draft, p.set_arn, p.set_name)
        self.check_principal(draft, p)
        held = AccountAssignment.objects.live().filter(aws_account=draft.aws_account, aws_id=p.assignment_id)
        return {"object": p.set_id, "assigned": row is not None and held.exists(), "request": ""}

    def access_changes(self, aws_account: AwsAccount, p: AssignmentParams) -> Sequence[AccessChange]:
        """Of whoever is in the group, or of the person: with the other sets that they have there."""
        if is_new(p.set_arn):
            return [ElsewhereChange(p.target_id, why="What a set allows that this plan makes isn’t compared.")]
        who, ids = whose(aws_account, p.principal_type, p.principal_id)
        before = ways_of(aws_account, ids)
        there = before.get(p.target_id, frozenset())
        changed = there | {p.set_id} if self.leaves else there - {p.set_id}
        after: Ways = {**before, p.target_id: changed}
        if not self.leaves:
            others = AccountAssignment.objects.live().filter(
                aws_account=aws_account, principal_id__in=ids, target_id=p.target_id, set_id=p.set_id
            )
            after = before if others.exclude(principal_id=p.principal_id).exists() else after
        return list(changed_ways(aws_account, who, before, after)) if who else []

    def check_principal(self, draft: Draft, p: AssignmentParams) -> None:
        """Raises Refusal."""

    def after(self, p: AssignmentParams, value: Value) -> Value:
        return value and {**value, "assigned": self.leaves}

    def limits(self, draft: Draft, p: AssignmentParams, value: Value) -> list[PlanFinding]:
        return delegate_findings(draft.aws_account, p.instance_arn, [p.target_id], _ENTERS)

    def live(self, client: AwsClient, p: AssignmentParams) -> Value:
        listed = is_assigned(client, p)
        if listed is None:
            return None
        running = _running(client, p, "Deletion" if listed else "Creation")
        return {"object": p.set_id, "assigned": listed is not bool(running), "request": running}

    def done(
        self, client: AwsClient, p: AssignmentParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """AWS gets a while to end it; the step after this one waits for longer."""
        if live is None or live["assigned"] is not self.leaves:
            return None
        until = monotonic() + settings.VERIFY_DEADLINE_S
        while live["request"] and monotonic() < until and is_assigned(client, p) is not self.leaves:
            sleep(_LOOK_AGAIN_S)
        return StepResult({"id": live["request"]} if live["request"] else {})

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """The id of AWS's request, by which the step after it asks how it stands."""
        said = next(iter(answer.values()))
        return {"id": said["RequestId"]}


def is_assigned(client: AwsClient, p: AssignmentParams) -> bool | None:
    """As AWS lists it; None where there is no such permission set."""
    there = client.at(p.region)
    about = {"InstanceArn": p.instance_arn, "PermissionSetArn": p.set_arn}
    try:
        there.call(SSO, "DescribePermissionSet", **about)
        pages = there.pages(SSO, "ListAccountAssignments", **about, AccountId=p.target_id)
        listed = [one for page in pages for one in page.items["AccountAssignments"]]
    except NotFound:
        return None
    return (p.principal_type, p.principal_id) in {(one["PrincipalType"], one["PrincipalId"]) for one in listed}


def _running(client: AwsClient, p: AssignmentParams, doing: str) -> str:
    """The id of AWS's request that is about this very assignment, "" where there is none. AWS works on ten at most."""
    there, running = client.at(p.region), {"Status": "IN_PROGRESS"}
    pages = there.pages(SSO, f"ListAccountAssignment{doing}Status", InstanceArn=p.instance_arn, Filter=running)
    for listed in (one for page in pages for one in page.items[f"AccountAssignments{doing}Status"]):
        said = status_of(client, p, doing, listed["RequestId"])
        about = (said["PermissionSetArn"], said["TargetId"], said["PrincipalType"], said["PrincipalId"])
        if about == (p.set_arn, p.target_id, p.principal_type, p.principal_id) and said["Status"] != "FAILED":
            return str(said["RequestId"])
    return ""


def status_of(client: AwsClient, p: AssignmentParams, doing: str, request: str) -> Mapping[str, Any]:
    """How a request stands: `doing` is "Creation" or "Deletion"."""
    asked = {"InstanceArn": p.instance_arn, f"AccountAssignment{doing}RequestId": request}
    answer = client.at(p.region).call(SSO, f"DescribeAccountAssignment{doing}Status", **asked)
    said: Mapping[str, Any] = answer[f"AccountAssignment{doing}Status"]
    return said


def affected_by(p: AssignmentParams) -> list[ObjectRef]:
    """The set, too: it may be provisioned in one AWS account more, or fewer."""
    return [
        ObjectRef(AccountAssignment.kind, p.assignment_id, p.set_name, p.set_arn),
        ObjectRef(PermissionSet.kind, p.set_id, p.set_name, p.set_arn),
    ]


class CreateAssignment(_AssignmentOperation):
    kind = "sso.assignment.create"
    aws_operation = "CreateAccountAssignment"
    leaves = True

    def title(self, p: AssignmentParams) -> str:
        return f"Assign {p.set_name} in {p.target_id} to {p.whom}"

    def note(self, p: AssignmentParams) -> str:
        return "Makes the role in that AWS account where this is the first assignment of the permission set there."

    def check_principal(self, draft: Draft, p: AssignmentParams) -> None:
        if is_placeholder(p.principal_id):
            return
        model = DirectoryGroup if p.principal_type == PrincipalType.GROUP else DirectoryUser
        if not model.objects.live().filter(aws_account=draft.aws_account, aws_id=p.principal_id).exists():
            raise Refusal(f"The mirror doesn’t have {p.whom}: pull, then try again.", field="group")

    def reverse(self, p: AssignmentParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(DeleteAssignment.kind, self.spec(p).params), awaiting(p, assigned=False)]


class DeleteAssignment(_AssignmentOperation):
    kind = "sso.assignment.delete"
    aws_operation = "DeleteAccountAssignment"
    leaves = False

    def title(self, p: AssignmentParams) -> str:
        return f"Take {p.set_name} in {p.target_id} away from {p.whom}"

    def note(self, p: AssignmentParams) -> str:
        return "No new sessions. One that runs goes on until it ends, after 12 hours at most."

    def reverse(self, p: AssignmentParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(CreateAssignment.kind, self.spec(p).params), awaiting(p, assigned=True)]


def awaiting(p: AssignmentParams, *, assigned: bool, request: str = "") -> StepSpec:
    """The gate that waits until AWS has done it (assignment_gate.py)."""
    names = ("set_arn", "set_name", "region", "target_id", "principal_type", "principal_id", "called")
    about = {name: getattr(p, name) for name in names}
    return StepSpec("sso.assignment.await", {**about, "assigned": assigned, "request": request})


def _steps(operation: type[_AssignmentOperation], p: AssignmentParams, position: int) -> list[StepSpec]:
    first = operation().spec(p)
    return [first, awaiting(p, assigned=operation.leaves, request=placeholder_for(position))]


def params_of(
    chosen: PermissionSet, region: str, target_id: str, principal: DirectoryGroup | DirectoryUser
) -> AssignmentParams:
    is_group = isinstance(principal, DirectoryGroup)
    return AssignmentParams(
        chosen.arn,
        chosen.name,
        region,
        target_id,
        (PrincipalType.GROUP if is_group else PrincipalType.USER).value,
        principal.aws_id,
        principal.name if is_group else "",
    )


def assign(p: AssignmentParams, position: int = 1) -> list[StepSpec]:
    """`position` of the first of these steps in the plan."""
    return _steps(CreateAssignment, p, position)


def withdraw(*rows: AccountAssignment) -> list[StepSpec]:
    """Takes each away, in this order; they are of one mirror. Raises Refusal."""
    of = {"aws_account__in": {row.aws_account_id for row in rows}}
    instances = Instance.objects.live().filter(**of, arn__in={reads.instance_arn_of(row.arn) for row in rows})
    regions = dict(instances.values_list("arn", "primary_region"))
    groups = DirectoryGroup.objects.filter(**of, aws_id__in={row.principal_id for row in rows})
    called = dict(groups.values_list("aws_id", "name"))
    steps: list[StepSpec] = []
    for row in rows:
        region = regions.get(reads.instance_arn_of(row.arn))
        if region is None:
            raise Refusal(NO_INSTANCE_NOW)
        whom = (row.principal_type, row.principal_id, called.get(row.principal_id, ""))
        p = AssignmentParams(row.arn, row.name, region, row.target_id, *whom)
        steps += _steps(DeleteAssignment, p, len(steps) + 1)
    return steps
