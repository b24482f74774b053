"""What can be done with users, groups and roles from their pages: forms that stage changes."""

from typing import Any

from identities.actions import belonging, credentials, deleting, make, mfa, mfa_demand, others, passwords, roles
from identities.operations.credentials.mfa_enrolment import MOST_DEVICES
from objects import object_actions
from objects.object_actions import ACCOUNT, ActionForm, ObjectAction
from policies.quotas import KEYS_OF_USER


def register() -> None:
    object_actions.register(
        ACCOUNT,
        ObjectAction("create-user", "New user…", make.CreateUserForm, icon="plus", on="users"),
        ObjectAction("create-group", "New group…", make.CreateGroupForm, icon="plus", on="groups"),
        ObjectAction("create-role", "New role…", roles.ServiceRoleForm, icon="plus", on="roles"),
        ObjectAction("create-role-linked", "New role…", roles.LinkedRoleForm, icon="plus", on="roles", listed=False),
        ObjectAction("create-role-account", "New role…", roles.AccountRoleForm, icon="plus", on="roles", listed=False),
        ObjectAction(
            "create-role-provider", "New role…", roles.ProviderRoleForm, icon="plus", on="roles", listed=False
        ),
        ObjectAction("create-role-json", "New role…", roles.JsonRoleForm, icon="plus", on="roles", listed=False),
        ObjectAction(
            "create-profile", "New instance profile…", roles.CreateProfileForm, icon="plus", on="instance_profiles"
        ),
    )
    _register_principals()
    _register_belonging()
    for place in ("user", "role"):
        object_actions.register(
            place,
            ObjectAction(
                "tag", "Add a tag…", belonging.OwnerTagForm, icon="tag", many=True, offered=_is_ours, position=60
            ),
            ObjectAction(
                "untag",
                "Remove a tag…",
                belonging.OwnerUntagForm,
                icon="tag",
                many=True,
                offered=_is_tagged,
                position=61,
            ),
        )
    _register_credentials()
    others.register()


def _register_credentials() -> None:
    object_actions.register(
        "user",
        ObjectAction(
            "key-create",
            "New access key…",
            credentials.NewKeyForm,
            icon="key-round",
            many=True,
            across=False,
            offered=_has_room,
            position=30,
        ),
        ObjectAction(
            "key-rotate",
            "Rotate an access key…",
            credentials.RotateKeyForm,
            icon="refresh-cw",
            offered=_has_key,
            position=31,
        ),
        ObjectAction(
            "key-stale",
            "Deactivate stale keys…",
            credentials.StaleKeysForm,
            icon="circle-off",
            many=True,
            offered=_has_key,
            position=32,
        ),
        ObjectAction(
            "password-create",
            "Console password…",
            passwords.NewPasswordForm,
            icon="lock-keyhole",
            many=True,
            across=False,
            offered=lambda user: not user.has_password,
            position=33,
        ),
        ObjectAction(
            "password-reset",
            "Reset the password…",
            passwords.ResetConsolePasswordForm,
            icon="lock-keyhole",
            offered=lambda user: bool(user.has_password),
            position=33,
        ),
        ObjectAction(
            "mfa-create",
            "Assign an MFA device…",
            mfa.NewDeviceForm,
            icon="smartphone",
            offered=_has_room_for_device,
            position=34,
        ),
        ObjectAction(
            "demand-mfa",
            "Demand MFA…",
            mfa_demand.DemandMfaForm,
            icon="shield-check",
            many=True,
            offered=mfa_demand.may_be_demanded,
            position=35,
        ),
    )
    # About one that its own row has the button of.
    for name, form, danger in (
        ("key-deactivate", credentials.DeactivateKeyForm, False),
        ("key-activate", credentials.ActivateKeyForm, False),
        ("key-delete", credentials.DeleteKeyForm, True),
        ("password-delete", passwords.DeletePasswordForm, True),
        ("mfa-enable", mfa.EnableMfaDeviceForm, False),
        ("mfa-resync", mfa.ResyncForm, False),
        ("mfa-off", mfa.MfaOffForm, True),
        ("certificate-upload", credentials.UploadSigningCertificateForm, False),
        ("certificate-switch", credentials.SwitchCertificateForm, False),
        ("certificate-delete", credentials.DeleteCertificateForm, True),
        ("ssh-key-upload", credentials.UploadSshKeyForm, False),
        ("ssh-key-switch", credentials.SwitchSshKeyForm, False),
        ("ssh-key-delete", credentials.DeleteSshKeyForm, True),
        ("service-create", credentials.NewServiceCredentialForm, False),
        ("service-reset", credentials.ResetServiceCredentialForm, True),
        ("service-switch", credentials.SwitchServiceCredentialForm, False),
        ("service-delete", credentials.DeleteServiceCredentialForm, True),
    ):
        object_actions.register("user", ObjectAction(name, "", form, danger=danger, listed=False))


def _has_room(user: Any) -> bool:
    return (user.key_count or 0) < KEYS_OF_USER.usual


def _has_room_for_device(user: Any) -> bool:
    return (user.mfa_count or 0) < MOST_DEVICES


def _has_key(user: Any) -> bool:
    return bool(user.active_key_count)


def _register_principals() -> None:
    """What is done with them as a whole."""
    delete = ObjectAction(
        "delete",
        "Delete…",
        deleting.DeleteOwnerForm,
        icon="trash-2",
        danger=True,
        many=True,
        offered=_is_ours,
        position=90,
    )
    rename = ObjectAction("rename", "Rename…", make.RenameOwnerForm, icon="pencil", position=40)
    object_actions.register("user", rename, _clone(make.CloneUserForm), delete)
    object_actions.register("group", rename, delete)
    object_actions.register(
        "role",
        ObjectAction(
            "describe", "Description, session…", roles.RoleSettingsForm, icon="pencil", offered=_is_ours, position=40
        ),
        _clone(make.CloneRoleForm),
        ObjectAction(
            "delete-linked",
            "Delete…",
            deleting.DeleteLinkedForm,
            icon="trash-2",
            danger=True,
            offered=lambda role: role.is_service_linked,
            position=90,
        ),
        ObjectAction(
            "revoke-sessions",
            "Revoke sessions…",
            roles.RevokeSessionsForm,
            icon="timer-off",
            danger=True,
            many=True,
            offered=_is_ours,
            position=80,
        ),
        delete,
    )
    object_actions.register(
        "instance_profile",
        ObjectAction("set-role", "Put a role in…", roles.SetRoleForm, icon="hat-glasses", position=40),
        ObjectAction(
            "delete", "Delete…", deleting.DeleteProfileForm, icon="trash-2", danger=True, many=True, position=90
        ),
    )


def _register_belonging() -> None:
    """What they have, and where they belong."""
    for place in ("user", "group", "role"):
        object_actions.register(
            place,
            ObjectAction(
                "attach",
                "Attach a policy…",
                belonging.AttachForm,
                icon="link",
                many=True,
                offered=_is_ours,
                position=10,
            ),
            ObjectAction(
                "detach",
                "Detach a policy…",
                belonging.DetachForm,
                icon="unlink",
                many=True,
                offered=_has_attached,
                position=11,
            ),
        )
    object_actions.register(
        "user",
        ObjectAction("join", "Add to a group…", belonging.JoinGroupForm, icon="user-plus", many=True, position=12),
        ObjectAction(
            "leave",
            "Remove from a group…",
            belonging.LeaveGroupForm,
            icon="user-minus",
            many=True,
            offered=_is_member,
            position=13,
        ),
    )
    object_actions.register(
        "group",
        ObjectAction("add-users", "Add users…", belonging.AddUsersForm, icon="user-plus", position=12),
        ObjectAction("remove-users", "Remove users…", belonging.RemoveUsersForm, icon="user-minus", position=13),
    )


def _clone(form: type[ActionForm]) -> ObjectAction:
    return ObjectAction("clone", "Duplicate…", form, icon="copy", offered=_is_ours, position=42)


def _is_ours(target: Any) -> bool:
    return not getattr(target, "is_reserved", False)


def _has_attached(target: Any) -> bool:
    return _is_ours(target) and bool(target.attached_count)


def _is_member(user: Any) -> bool:
    return bool(user.group_count)


def _is_tagged(target: Any) -> bool:
    return _is_ours(target) and bool(target.tags)
