"""What can be changed of Identity Center."""

from __future__ import annotations

from directory.operations import reversals
from directory.operations.assignment_gate import AwaitAssignment
from directory.operations.assignments import CreateAssignment, DeleteAssignment, assign, withdraw
from directory.operations.groups import CreateDirectoryGroup, DeleteDirectoryGroup
from directory.operations.memberships import AddMember, RemoveMember
from directory.operations.provisioning import AwaitProvisioning, ProvisionSet
from directory.operations.set_edits import DeleteSetInline, PutSetInline, UpdateSet
from directory.operations.set_existence import CreateSet, DeleteSet
from directory.operations.set_policies import POLICY_OPERATIONS
from directory.operations.users import CreateDirectoryUser, DeleteDirectoryUser
from sync import operations

__all__ = ["assign", "register", "withdraw"]


def register() -> None:
    operations.register(CreateAssignment(), DeleteAssignment(), AwaitAssignment())
    operations.register(CreateSet(), UpdateSet(), DeleteSet(), PutSetInline(), DeleteSetInline(), *POLICY_OPERATIONS)
    operations.register(ProvisionSet(), AwaitProvisioning())
    operations.register(AddMember(), RemoveMember(), CreateDirectoryGroup(), DeleteDirectoryGroup())
    operations.register(CreateDirectoryUser(), DeleteDirectoryUser())
    reversals.register()
