"""What can be done to users, groups and roles in AWS."""

from identities.operations.attachments import KINDS_OF_OWNERS, Attach, Detach, attach, detach
from identities.operations.membership import AddUser, RemoveUser, add_member, remove_member
from sync import operations

__all__ = ["add_member", "attach", "detach", "register", "remove_member"]


def register() -> None:
    for owner in KINDS_OF_OWNERS:
        operations.register(Attach(owner), Detach(owner))
    operations.register(AddUser(), RemoveUser())
