"""What can be done to users, groups and roles in AWS."""

from identities.operations import credentials
from identities.operations.attachments import Attach, Detach, attach, detach
from identities.operations.boundaries import DeleteBoundary, PutBoundary, delete_boundary, put_boundary
from identities.operations.clones import clone_role, clone_user
from identities.operations.deletion import Delete, delete, delete_whole
from identities.operations.existence import CreateGroup, CreateUser, create_group, create_user
from identities.operations.inline import DeleteInline, PutInline, delete_inline, put_inline
from identities.operations.instance_profile_roles import AddRole, RemoveRole, add_role, remove_role
from identities.operations.instance_profiles import (
    CreateProfile,
    DeleteProfile,
    create_profile,
    delete_whole_profile,
    put_role,
)
from identities.operations.membership import AddUser, RemoveUser, add_member, remove_member
from identities.operations.names import Rename, rename
from identities.operations.owners import GROUP, KINDS_OF_OWNERS, PROFILE, ROLE, USER
from identities.operations.roles import CreateRole, UpdateRole, create_role, update_role
from identities.operations.sessions import RevokeSessions, revoke_sessions
from identities.operations.tags import Tag, Untag, tag, untag
from identities.operations.trust import UpdateTrust, update_trust
from sync import operations

__all__ = [
    "add_member", "add_role", "attach", "clone_role", "clone_user", "create_group", "create_profile",
    "create_role", "create_user", "delete", "delete_boundary", "delete_inline", "delete_whole",
    "delete_whole_profile", "detach", "put_boundary", "put_inline", "put_role", "register", "remove_member",
    "remove_role", "rename", "revoke_sessions", "tag", "untag", "update_role", "update_trust",
]  # fmt: skip


def register() -> None:
    credentials.register()
    for owner in KINDS_OF_OWNERS:
        operations.register(Attach(owner), Detach(owner), PutInline(owner), DeleteInline(owner))
        operations.register(Delete(owner))
    for owner in (USER, ROLE):
        operations.register(PutBoundary(owner), DeleteBoundary(owner), Tag(owner), Untag(owner))
    operations.register(UpdateTrust(ROLE), AddUser(), RemoveUser(), CreateUser(USER), CreateGroup(GROUP))
    operations.register(Rename(USER), Rename(GROUP), CreateRole(ROLE), UpdateRole(ROLE), RevokeSessions(ROLE))
    operations.register(CreateProfile(PROFILE), DeleteProfile(PROFILE), AddRole(), RemoveRole())
