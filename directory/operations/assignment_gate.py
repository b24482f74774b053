"""Waiting until AWS has done an assignment, or says why it gave up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from directory.models import AccountAssignment
from directory.operations.assignments import (
    OF_SET,
    STATUSES,
    AssignmentParams,
    CreateAssignment,
    DeleteAssignment,
    affected_by,
    is_assigned,
    looking_at,
    named_as_now,
    status_of,
)
from directory.permissions import SSO
from sync.aws.client import AwsClient
from sync.aws.errors import Conflict
from sync.object_ref import ObjectRef
from sync.operation_mixins import CompletesParams
from sync.operations import Gate
from sync.placeholders import is_placeholder
from sync.plan_draft import Draft

_LONGEST = timedelta(hours=1)  # AWS takes seconds; then something is wrong that nobody tells


@dataclass(frozen=True)
class AwaitAssignmentParams(AssignmentParams):
    """`request`: AWS's id of what it does, as the step before was told; "" where none was."""

    assigned: bool = True
    request: str = ""


class AwaitAssignment(Gate[AwaitAssignmentParams], CompletesParams[AwaitAssignmentParams]):
    kind = "sso.assignment.await"
    aws_operation = "ListAccountAssignments"
    permissions = (
        looking_at("ListAccountAssignments", **OF_SET, AccountId="{account_id}", MaxResults=1),
        *STATUSES,
    )
    until = "AWS has done it"
    every = timedelta(minutes=1)
    params_type = AwaitAssignmentParams

    def title(self, p: AwaitAssignmentParams) -> str:
        done = "assigned" if p.assigned else "taken away"
        return f"Wait until AWS has {done} {p.set_name} in {p.target_id}"

    def objects(self, p: AwaitAssignmentParams) -> list[str]:
        return [f"{AccountAssignment.kind}:{p.assignment_id}"]

    def part(self, p: AwaitAssignmentParams) -> str:
        return f"request:{p.assignment_id}"

    def affected_objects(self, aws_account: AwsAccount, p: AwaitAssignmentParams) -> list[ObjectRef]:
        return affected_by(p)

    def completed(self, draft: Draft, p: AwaitAssignmentParams) -> AwaitAssignmentParams:
        return named_as_now(draft, p)

    def waits_for(self, client: AwsClient, p: AwaitAssignmentParams, since: datetime) -> str:
        """Raises Conflict with AWS's reason where it has given up, and where it takes too long."""
        listed = is_assigned(client, p)
        if listed is p.assigned:
            return ""
        operation = CreateAssignment if p.assigned else DeleteAssignment
        about: dict[str, Any] = {"operation": f"{SSO}:{operation.aws_operation}"}
        if listed is None:
            raise Conflict(f"AWS no longer has the permission set {p.set_name}.", **about)
        if p.request and not is_placeholder(p.request) and (why := _failure(client, p)):
            raise Conflict(f"AWS gave up: {why}", **about)
        if timezone.now() - since > _LONGEST:
            raise Conflict("AWS hasn’t done it within an hour, and doesn’t say why.", **about)
        return f"AWS is still at it: {self.title(p).removeprefix('Wait until ')} is what this waits for."


def _failure(client: AwsClient, p: AwaitAssignmentParams) -> str:
    """ "" while AWS is at it, and when it has done it."""
    said = status_of(client, p, "Creation" if p.assigned else "Deletion", p.request)
    return str(said.get("FailureReason") or "it doesn’t say why.") if said["Status"] == "FAILED" else ""
