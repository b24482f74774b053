"""What can be done with a resource from its page."""

from __future__ import annotations

from objects import object_actions
from objects.object_actions import ObjectAction
from resources.actions import forms
from resources.actions.offers import has_block, has_policy_to_delete, may_be_written

EDIT, DELETE, BLOCK = "edit-policy", "delete-policy", "block-public-access"


def register() -> None:
    object_actions.register(
        "resource",
        # The page has a button of its own for this one.
        ObjectAction(EDIT, "Edit policy…", forms.EditResourcePolicyForm, listed=False, offered=may_be_written),
        ObjectAction(
            BLOCK,
            "Block Public Access…",
            forms.PublicAccessBlockForm,
            icon="shield",
            offered=has_block,
            position=30,
        ),
        ObjectAction(
            DELETE,
            "Delete policy…",
            forms.DeleteResourcePolicyForm,
            icon="trash-2",
            danger=True,
            offered=has_policy_to_delete,
            position=90,
        ),
    )
