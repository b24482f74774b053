"""What can be done with users, groups and roles from their pages: forms that stage changes."""

from typing import Any

from identities.acts import deleting, make, names, new_role, roles, tags
from policies import acts
from policies.acts import ACCOUNT, Act, ActForm


def register() -> None:
    acts.register(
        ACCOUNT,
        Act("create-user", "New user…", make.CreateUserForm, icon="plus", on="users"),
        Act("create-group", "New group…", make.CreateGroupForm, icon="plus", on="groups"),
        Act("create-role", "New role…", new_role.ServiceRoleForm, icon="plus", on="roles"),
        Act("create-role-account", "New role…", new_role.AccountRoleForm, icon="plus", on="roles", listed=False),
        Act("create-role-provider", "New role…", new_role.ProviderRoleForm, icon="plus", on="roles", listed=False),
        Act("create-role-json", "New role…", new_role.JsonRoleForm, icon="plus", on="roles", listed=False),
        Act("create-profile", "New instance profile…", roles.CreateProfileForm, icon="plus", on="instance_profiles"),
    )
    _register_principals()
    for place in ("user", "role"):
        acts.register(
            place,
            Act("tag", "Add a tag…", tags.TagForm, icon="tag", many=True, offered=_is_ours, position=60),
            Act("untag", "Remove a tag…", tags.UntagForm, icon="tag", many=True, offered=_is_tagged, position=61),
        )


def _register_principals() -> None:
    """What is done with them as a whole."""
    delete = Act(
        "delete", "Delete…", deleting.DeleteForm, icon="trash-2", danger=True, many=True, offered=_is_ours, position=90
    )
    rename = Act("rename", "Rename…", names.RenameForm, icon="pencil", position=40)
    acts.register("user", rename, _clone(names.CloneUserForm), delete)
    acts.register("group", rename, delete)
    acts.register(
        "role",
        Act("describe", "Description, session…", roles.RoleSettingsForm, icon="pencil", offered=_is_ours, position=40),
        _clone(names.CloneRoleForm),
        Act(
            "revoke-sessions", "Revoke sessions…", roles.RevokeSessionsForm,
            icon="timer-off", danger=True, many=True, offered=_is_ours, position=80,
        ),
        delete,
    )  # fmt: skip
    acts.register(
        "instance_profile",
        Act("set-role", "Put a role in…", roles.SetRoleForm, icon="hat-glasses", position=40),
        Act("delete", "Delete…", deleting.DeleteProfileForm, icon="trash-2", danger=True, many=True, position=90),
    )


def _clone(form: type[ActForm]) -> Act:
    return Act("clone", "Make one like it…", form, icon="copy", offered=_is_ours, position=42)


def _is_ours(target: Any) -> bool:
    return not getattr(target, "is_reserved", False)


def _is_tagged(target: Any) -> bool:
    return _is_ours(target) and bool(target.tags)
