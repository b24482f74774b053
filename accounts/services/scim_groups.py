"""Groups of the directory: who is in one, and the group of operators that an owner maps it to.

Its members are in that one as long as the directory says so, and hold what is granted to it. Groups that an owner or a
claim of the identity provider gave stay.
"""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Operator, ScimGroup, ScimUser
from accounts.services import operators
from accounts.services.owners import keeping_an_owner
from accounts.services.scim_members import follow, gives_owner

audit.register(
    {
        "scim.group_made": "told of the group {object}",
        "scim.group_changed": "changed the group {object}",
        "scim.group_deleted": "deleted the group {object}",
        "scim.group_mapped": "puts members of the directory’s group {object} into the group {group}{owner}",
        "scim.group_unmapped": "no longer puts members of the directory’s group {object} into a group",
    }
)


def save(row: ScimGroup, members: Collection[ScimUser], *, actor_name: str) -> None:
    """Makes or changes a group as the directory says; in the caller's transaction.

    Raises NoOwnerLeft, ValidationError.
    """
    is_new = row.pk is None
    row.changed_at = timezone.now()
    row.full_clean(exclude=["group"])
    row.save()
    verb = "scim.group_made" if is_new else "scim.group_changed"
    before = set(row.members.all())
    row.members.set(members)
    audit.record(verb, actor=None, actor_name=actor_name, obj=_named(row), data={"members": len(members)})
    follow(before ^ set(members), actor_name=actor_name)


def delete(row: ScimGroup, *, actor_name: str) -> None:
    """In the caller's transaction. Raises NoOwnerLeft."""
    members = list(row.members.all())
    audit.record("scim.group_deleted", actor=None, actor_name=actor_name, obj=_named(row))
    row.delete()
    follow(members, actor_name=actor_name)


def map_group(
    *, actor: Operator, row: ScimGroup, group: Group | None, may_own: bool, request: HttpRequest | None = None
) -> None:
    """`may_own`: also where the group has the role owner. Raises PermissionDenied, NoOwnerLeft."""
    operators.require_owner_of_all(actor)
    with keeping_an_owner():
        row.group, row.may_own = group, may_own and group is not None
        row.save(update_fields=["group", "may_own"])
        verb = "scim.group_mapped" if group else "scim.group_unmapped"
        data = {"group": group.name, "owner": ", owners included" if row.may_own else ""} if group else {}
        audit.record(verb, actor=actor, obj=_named(row), data=data, request=request)
        follow(row.members.all(), actor_name=actor.email)


def is_held_back(row: ScimGroup) -> bool:
    """Whether nobody is put into the group that it is mapped to, since that one has the role owner."""
    return row.group is not None and not row.may_own and gives_owner(row.group)


def _named(row: ScimGroup) -> tuple[str, object, str]:
    return ("scim_group", row.pk, row.display_name)
