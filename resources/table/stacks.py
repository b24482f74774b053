"""Stacks of CloudFormation, with what they own. No policy stands on them: which objects code owns is read of them.

The source: ListStacks and ListStackResources in the CloudFormation API Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resources.table.entry import Asker, AwsPlace, Listed, Listing, Need, Part, ResourceKind
from sync.aws.errors import InvalidRequestError, NotFound
from sync.aws.permission import NOBODY

# All but DELETE_COMPLETE: AWS lists those for 90 days.
_THERE = [
    "CREATE_COMPLETE",
    "CREATE_FAILED",
    "CREATE_IN_PROGRESS",
    "DELETE_FAILED",
    "DELETE_IN_PROGRESS",
    "IMPORT_COMPLETE",
    "IMPORT_IN_PROGRESS",
    "IMPORT_ROLLBACK_COMPLETE",
    "IMPORT_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_IN_PROGRESS",
    "REVIEW_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "ROLLBACK_IN_PROGRESS",
    "UPDATE_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_FAILED",
    "UPDATE_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_IN_PROGRESS",
]
_NONE = "does not exist"  # all that AWS says of a stack that isn't there is a ValidationError with this in it
# What a stack listed once and doesn't have: deleted with it, left out of it, or never made.
_NOT_OWNED = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED", "IMPORT_ROLLBACK_COMPLETE"})


def _stack(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    return Listed(item["StackId"], item["StackName"], place.region, told={"status": item["StackStatus"]})


def _stack_again(ask: Asker, arn: str, name: str) -> Listed | None:
    found = _of_stack(ask, "DescribeStacks", "Stacks", arn)
    stacks = [_stack(each, ask.place) for each in found if each["StackStatus"] != "DELETE_COMPLETE"]
    return stacks[0] if stacks else None


def _status(ask: Asker, listed: Listed) -> str | None:
    return str(listed.told.get("status") or "") or None


def _owned(ask: Asker, listed: Listed) -> list[dict[str, str]]:
    """Each by its logical id, type, and physical id: never a property."""
    found = _of_stack(ask, "ListStackResources", "StackResourceSummaries", listed.arn)
    owned = [
        {
            "logical_id": str(each["LogicalResourceId"]),
            "type": str(each["ResourceType"]),
            "physical_id": str(each["PhysicalResourceId"]),
        }
        for each in found
        if each.get("PhysicalResourceId") and each["ResourceStatus"] not in _NOT_OWNED
    ]
    return sorted(owned, key=lambda each: each["logical_id"])


def _of_stack(ask: Asker, operation: str, member: str, stack_id: str) -> list[Any]:
    """Raises NotFound for a stack that isn't there."""
    try:
        return ask.every(operation, member, StackName=stack_id)
    except InvalidRequestError as problem:
        if _NONE not in problem.message:
            raise
        raise NotFound(problem.message, operation=problem.operation, code=problem.code) from problem


STACK = ResourceKind(
    kind="cloudformation.stack",
    service="cloudformation",
    client="cloudformation",
    word="CloudFormation stack",
    lists=Listing("ListStacks", "StackSummaries", _stack, {"StackStatusFilter": _THERE}),
    needs=(Need("cloudformation:ListStacks"), Need("cloudformation:DescribeStacks")),
    find=_stack_again,
    parts=(
        Part("status", "Status", _status, passes=True),
        Part(
            "owned",
            "Owns",
            _owned,
            (Need("cloudformation:ListStackResources", {"StackName": NOBODY}),),
            passes=True,
        ),
    ),
    documentation="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacks.html",
    none_means="No policy stands on it. It is read for what it owns.",
    peculiar="Objects of IAM may be owned by a stack of any Region.",
    decides_access=False,
)

KINDS = (STACK,)
