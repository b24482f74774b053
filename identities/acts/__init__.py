"""What can be done with users, groups and roles from their pages: forms that stage changes."""

from typing import Any

from identities.acts import make, tags
from policies import acts
from policies.acts import ACCOUNT, Act


def register() -> None:
    acts.register(
        ACCOUNT,
        Act("create-user", "New user…", make.CreateUserForm, icon="plus", on="users"),
        Act("create-group", "New group…", make.CreateGroupForm, icon="plus", on="groups"),
    )
    for place in ("user", "role"):
        acts.register(
            place,
            Act("tag", "Add a tag…", tags.TagForm, icon="tag", many=True, offered=_is_ours, position=60),
            Act("untag", "Remove a tag…", tags.UntagForm, icon="tag", many=True, offered=_is_tagged, position=61),
        )


def _is_ours(target: Any) -> bool:
    return not getattr(target, "is_reserved", False)


def _is_tagged(target: Any) -> bool:
    return _is_ours(target) and bool(target.tags)
