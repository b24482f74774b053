"""What can be done to users, groups and roles in AWS."""

from identities.operations.attachments import Attach, Detach, attach, detach
from identities.operations.boundaries import DeleteBoundary, PutBoundary, delete_boundary, put_boundary
from identities.operations.existence import CreateGroup, CreateUser, create_group, create_user
from identities.operations.inline import DeleteInline, PutInline, delete_inline, put_inline
from identities.operations.membership import AddUser, RemoveUser, add_member, remove_member
from identities.operations.owners import GROUP, KINDS_OF_OWNERS, ROLE, USER
from identities.operations.tags import Tag, Untag, tag, untag
from identities.operations.trust import UpdateTrust, update_trust
from sync import operations

__all__ = [
    "add_member", "attach", "create_group", "create_user", "delete_boundary", "delete_inline", "detach",
    "put_boundary", "put_inline", "register", "remove_member", "tag", "untag", "update_trust",
]  # fmt: skip


def register() -> None:
    for owner in KINDS_OF_OWNERS:
        operations.register(Attach(owner), Detach(owner), PutInline(owner), DeleteInline(owner))
    for owner in (USER, ROLE):
        operations.register(PutBoundary(owner), DeleteBoundary(owner), Tag(owner), Untag(owner))
    operations.register(UpdateTrust(ROLE), AddUser(), RemoveUser(), CreateUser(USER), CreateGroup(GROUP))
