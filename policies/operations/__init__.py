"""What can be done to managed policies in AWS."""

from policies.operations.managed import (
    POLICY,
    CreatePolicy,
    DeletePolicy,
    create_policy,
    delete_policy,
    plan_delete,
    policy_arn,
)
from policies.operations.tags import ObjectTag, ObjectUntag
from policies.operations.update import DeleteVersion, SetDefault, Update, plan_set_default, plan_update
from sync import operations

__all__ = [
    "DeleteVersion",
    "SetDefault",
    "Update",
    "create_policy",
    "delete_policy",
    "plan_delete",
    "plan_set_default",
    "plan_update",
    "policy_arn",
    "register",
]


def register() -> None:
    operations.register(Update(), DeleteVersion(), SetDefault())
    operations.register(CreatePolicy(), DeletePolicy(), ObjectTag(POLICY), ObjectUntag(POLICY))
