"""What can be done to managed policies in AWS."""

from objects.operations.tags import TagObject, UntagObject
from policies.kinds import POLICY
from policies.operations import reversals
from policies.operations.managed import (
    CreatePolicy,
    DeletePolicy,
    create_policy,
    delete_policy,
    plan_delete,
)
from policies.operations.update import DeleteVersion, SetDefault, UpdatePolicy, plan_set_default, plan_update
from sync import operations

__all__ = [
    "DeleteVersion",
    "SetDefault",
    "create_policy",
    "delete_policy",
    "plan_delete",
    "plan_set_default",
    "plan_update",
    "register",
]


def register() -> None:
    operations.register(UpdatePolicy(), DeleteVersion(), SetDefault())
    operations.register(CreatePolicy(POLICY), DeletePolicy(), TagObject(POLICY), UntagObject(POLICY))
    reversals.register()
