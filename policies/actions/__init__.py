"""What can be done with policies from their pages; the end of a managed one is a matter of all who have it."""

from __future__ import annotations

from typing import Any

from objects import object_actions
from objects.object_actions import ObjectAction
from objects.tag_and_delete_actions import tag_actions
from policies.actions import control_policies, versions
from policies.kinds import POLICY


def register() -> None:
    control_policies.register()
    object_actions.register(
        "policy",
        ObjectAction("edit", "Edit…", versions.EditPolicyForm, listed=False),  # the page has a button of its own
        ObjectAction(
            "new-version",
            "New version, not in force…",
            versions.NewVersionForm,
            icon="plus",
            offered=_is_ours,
            position=20,
        ),
        ObjectAction(
            "make-default",
            "Make another version the default…",
            versions.MakeDefaultForm,
            icon="check",
            offered=_has_versions,
            position=25,
        ),
        ObjectAction(
            "delete-version",
            "Delete a version…",
            versions.DeleteVersionForm,
            icon="trash-2",
            danger=True,
            offered=_has_versions,
            position=30,
        ),
        *tag_actions(POLICY),
    )


def _is_ours(policy: Any) -> bool:
    return not policy.is_aws


def _has_versions(policy: Any) -> bool:
    return _is_ours(policy) and policy.version_count > 1
