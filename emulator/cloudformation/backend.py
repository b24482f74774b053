"""Stacks with their resources, and change sets that wait, of an AWS account and Region."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator.held import Held


@dataclass
class StackResource:
    """`physical_id`: as CloudFormation calls it, such as the name of a role or the ARN of a policy."""

    logical_id: str
    type: str
    physical_id: str
    status: str
    changed: datetime

    def described(self) -> dict[str, Any]:
        return {
            "LogicalResourceId": self.logical_id,
            "PhysicalResourceId": self.physical_id,
            "ResourceType": self.type,
            "ResourceStatus": self.status,
        }


@dataclass
class EmulatedStack:
    stack_id: str
    name: str
    status: str
    made: datetime
    description: str = ""
    changed: datetime | None = None
    deleted: datetime | None = None
    resources: dict[str, StackResource] = field(default_factory=dict)  # by logical id

    def described(self) -> dict[str, Any]:
        """What ListStacks and DescribeStacks have in common."""
        said: dict[str, Any] = {
            "StackId": self.stack_id,
            "StackName": self.name,
            "StackStatus": self.status,
            "CreationTime": self.made,
        }
        if self.changed is not None:
            said["LastUpdatedTime"] = self.changed
        if self.deleted is not None:
            said["DeletionTime"] = self.deleted
        return said


@dataclass(frozen=True)
class ImportSet:
    """A change set of the type IMPORT."""

    name: str
    set_id: str
    stack_id: str
    made: datetime
    description: str  # of the template
    resources: tuple[StackResource, ...]


class Stacks:
    def __init__(self, account_id: str, region: str) -> None:
        self.account_id, self.region = account_id, region
        self.stacks: list[EmulatedStack] = []  # also those that were deleted
        self.sets: dict[tuple[str, str], ImportSet] = {}  # by the stack's id and the set's name

    def named(self, name: str) -> EmulatedStack | None:
        """By its name, if it isn't deleted, or by its id."""
        for stack in self.stacks:
            if name == stack.stack_id or (name == stack.name and stack.deleted is None):
                return stack
        return None

    def owner_of(self, type_: str, physical_id: str) -> EmulatedStack | None:
        for stack in self.stacks:
            if any((each.type, each.physical_id) == (type_, physical_id) for each in stack.resources.values()):
                return stack
        return None


backends: Held[Stacks] = Held(Stacks)
