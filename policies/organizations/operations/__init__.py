"""What can be done to control policies in AWS."""

from __future__ import annotations

from policies.models import OrgPolicy
from policies.organizations.operations.documents import UpdateControlPolicy, update_control_policy
from policies.organizations.operations.existence import (
    CreateControlPolicy,
    DeleteControlPolicy,
    create_control_policy,
    delete_control_policy,
)
from policies.organizations.operations.names import RenameControlPolicy
from policies.organizations.operations.targets import (
    AttachControlPolicy,
    DetachControlPolicy,
    node_of,
    plan_target,
)
from sync import operations

__all__ = [
    "RenameControlPolicy",
    "create_control_policy",
    "delete_control_policy",
    "node_of",
    "plan_target",
    "register",
    "update_control_policy",
]


def register() -> None:
    operations.register(*(CreateControlPolicy(each) for each in OrgPolicy.Type))
    operations.register(*(UpdateControlPolicy(each) for each in OrgPolicy.Type))
    operations.register(RenameControlPolicy(), DeleteControlPolicy(), AttachControlPolicy(), DetachControlPolicy())
