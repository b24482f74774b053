"""Making a user or a role like another one: all that it may do, and never a credential."""

from __future__ import annotations

from collections.abc import Iterator

from identities.models import IamRole, IamUser
from identities.operations.attachments import attach
from identities.operations.boundaries import tag
from identities.operations.inline import put_inline
from identities.operations.membership import add_member
from identities.operations.principals import USUAL_SESSION_S, create_role, create_user
from identities.selectors import attachments_of, inline_policies_of
from objects.operations.tags import is_awss
from sync.operations import Refusal, StepSpec


def clone_user(user: IamUser, name: str, path: str) -> list[StepSpec]:
    """With its boundary, tags, groups and policies."""
    create = create_user(user.aws_account, name, path, user.boundary_arn)
    new = IamUser(aws_account=user.aws_account, arn=create.params["arn"], name=name)
    memberships = user.memberships.live().select_related("group").order_by("name")
    return [create, *_like(user, new), *(add_member(new, membership.group) for membership in memberships)]


def clone_role(role: IamRole, name: str, path: str) -> list[StepSpec]:
    """With its trust policy, settings, boundary, tags and policies. Raises Refusal."""
    if role.trust is None:
        raise Refusal(f"The trust policy of {role.name} isn’t read yet: pull, then try again.")
    create = create_role(
        role.aws_account,
        name,
        role.trust.text,
        path=path,
        description=role.description,
        max_session_s=role.max_session_s or USUAL_SESSION_S,
        boundary_arn=role.boundary_arn,
    )
    new = IamRole(aws_account=role.aws_account, arn=create.params["arn"], name=name)
    return [create, *_like(role, new)]


def _like(old: IamUser | IamRole, new: IamUser | IamRole) -> Iterator[StepSpec]:
    yield from (tag(new, key, value) for key, value in sorted(old.tags.items()) if not is_awss(key))
    yield from (attach(new, attached.arn) for attached in attachments_of(old))
    yield from (put_inline(new, inline.name, inline.document.text) for inline in inline_policies_of(old))
