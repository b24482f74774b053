"""What can be done to managed policies in AWS."""

from policies.operations.update import DeleteVersion, SetDefault, Update, plan_set_default, plan_update
from sync import operations

__all__ = ["DeleteVersion", "SetDefault", "Update", "plan_set_default", "plan_update", "register"]


def register() -> None:
    operations.register(Update(), DeleteVersion(), SetDefault())
