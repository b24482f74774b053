"""What can be done to users, groups and roles in AWS."""

from identities.kinds import (
    DELEGATION_REQUEST,
    GROUP,
    INSTANCE_PROFILE,
    OIDC,
    PRINCIPALS,
    ROLE,
    SAML,
    SERVER_CERTIFICATE,
    USER,
)
from identities.operations import credentials, reversals
from identities.operations.admitting import AdmitToRole, ExpelFromRole, admit
from identities.operations.attachments import AttachPolicy, DetachPolicy, attach, detach
from identities.operations.boundaries import (
    DeleteBoundary,
    PutBoundary,
    TagPrincipal,
    UntagPrincipal,
    delete_boundary,
    put_boundary,
    tag,
    untag,
)
from identities.operations.certificates import (
    DeleteCertificate,
    RenameCertificate,
    UploadServerCertificate,
    rename_certificate,
    upload_certificate,
)
from identities.operations.containing import await_sessions_end, contain, operations_on
from identities.operations.delegation_requests import RejectRequest, reject_request
from identities.operations.deletion import DeleteOwner, delete, delete_whole
from identities.operations.inline import (
    DeleteInline,
    PutInline,
    RevokeSessions,
    delete_inline,
    put_inline,
    revoke_sessions,
)
from identities.operations.instance_profiles import (
    CreateProfile,
    DeleteProfile,
    create_profile,
    delete_whole_profile,
    put_role,
)
from identities.operations.membership import (
    AddRole,
    AddUser,
    RemoveRole,
    RemoveUser,
    add_member,
    add_role,
    remove_member,
    remove_role,
)
from identities.operations.names import RenameOwner, rename
from identities.operations.oidc import (
    AddClientId,
    CreateOidc,
    DeleteOidc,
    RemoveClientId,
    SetThumbprints,
    add_client_id,
    create_oidc,
    remove_client_id,
    set_thumbprints,
)
from identities.operations.principals import (
    CreateGroup,
    CreateRole,
    CreateUser,
    UpdateRole,
    clone_role,
    clone_user,
    create_group,
    create_role,
    create_user,
    update_role,
)
from identities.operations.root_access import SWITCHES, switch_root_feature
from identities.operations.saml import CreateSaml, DeleteSaml, UpdateSaml, create_saml, update_saml
from identities.operations.service_linked import AwaitDeletion, CreateLinked, DeleteLinked, create_linked, delete_linked
from identities.operations.settings import (
    DeleteAlias,
    DeletePasswordPolicy,
    SetAlias,
    SetPasswordPolicy,
    SetTokenVersion,
    delete_alias,
    delete_password_policy,
    set_alias,
    set_password_policy,
    set_token_version,
)
from identities.operations.trust import UpdateTrust, update_trust
from objects.operations.tags import TagObject, UntagObject
from sync import operations

__all__ = [
    "add_client_id",
    "add_member",
    "add_role",
    "admit",
    "attach",
    "await_sessions_end",
    "clone_role",
    "clone_user",
    "contain",
    "create_group",
    "create_linked",
    "create_oidc",
    "create_profile",
    "create_role",
    "create_saml",
    "create_user",
    "delete",
    "delete_alias",
    "delete_boundary",
    "delete_inline",
    "delete_linked",
    "delete_password_policy",
    "delete_whole",
    "delete_whole_profile",
    "detach",
    "put_boundary",
    "put_inline",
    "put_role",
    "register",
    "reject_request",
    "remove_client_id",
    "remove_member",
    "remove_role",
    "rename",
    "rename_certificate",
    "revoke_sessions",
    "set_alias",
    "set_password_policy",
    "set_thumbprints",
    "set_token_version",
    "switch_root_feature",
    "tag",
    "untag",
    "update_role",
    "update_saml",
    "update_trust",
    "upload_certificate",
]


def register() -> None:
    credentials.register()
    for owner in PRINCIPALS:
        operations.register(AttachPolicy(owner), DetachPolicy(owner), PutInline(owner), DeleteInline(owner))
        operations.register(DeleteOwner(owner))
    for owner in (USER, ROLE):
        operations.register(PutBoundary(owner), DeleteBoundary(owner), TagPrincipal(owner), UntagPrincipal(owner))
        operations.register(*operations_on(owner))
    for kind in (OIDC, SAML, INSTANCE_PROFILE, SERVER_CERTIFICATE):
        operations.register(TagObject(kind), UntagObject(kind))
    operations.register(CreateOidc(OIDC), DeleteOidc(OIDC), AddClientId(OIDC), RemoveClientId(OIDC))
    operations.register(SetThumbprints(OIDC), CreateSaml(SAML), UpdateSaml(SAML), DeleteSaml(SAML))
    operations.register(
        UploadServerCertificate(SERVER_CERTIFICATE),
        RenameCertificate(SERVER_CERTIFICATE),
        DeleteCertificate(SERVER_CERTIFICATE),
    )
    operations.register(SetAlias(), DeleteAlias(), SetPasswordPolicy(), DeletePasswordPolicy(), SetTokenVersion())
    operations.register(*SWITCHES)
    operations.register(AdmitToRole(ROLE), ExpelFromRole(ROLE))
    operations.register(UpdateTrust(ROLE), AddUser(), RemoveUser(), CreateUser(USER), CreateGroup(GROUP))
    operations.register(RenameOwner(USER), RenameOwner(GROUP), CreateRole(ROLE), UpdateRole(ROLE), RevokeSessions(ROLE))
    operations.register(CreateProfile(INSTANCE_PROFILE), DeleteProfile(INSTANCE_PROFILE), AddRole(), RemoveRole())
    operations.register(RejectRequest(DELEGATION_REQUEST))
    operations.register(CreateLinked(), DeleteLinked(), AwaitDeletion())
    reversals.register()
