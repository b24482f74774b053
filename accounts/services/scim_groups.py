"""Groups of the directory: who is in one, and the group of operators that an owner maps it to.

Its members are in that one as long as the directory says so, and hold what is granted to it. Groups that an owner or a
claim of the identity provider gave stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib.auth.models import Group
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import ClaimedMembership, Grant, GrantRule, Operator, ScimGroup, ScimMembership, ScimUser
from accounts.roles import Role
from accounts.services import operators
from accounts.services.grants import keeping_an_owner

audit.register(
    {
        "scim.group_made": "told of the group {object}",
        "scim.group_changed": "changed the group {object}",
        "scim.group_deleted": "deleted the group {object}",
        "scim.group_mapped": "puts members of the directory’s group {object} into the group {group}{owner}",
        "scim.group_unmapped": "no longer puts members of the directory’s group {object} into a group",
        "operator.directory_followed": "put {object} into other groups",
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


def gives_owner(group: Group) -> bool:
    """Whether members of the group own some AWS account by it."""
    own = {"group": group, "role": Role.OWNER}
    return Grant.objects.filter(**own).exists() or GrantRule.objects.filter(**own).exists()


def is_held_back(row: ScimGroup) -> bool:
    """Whether nobody is put into the group that it is mapped to, since that one has the role owner."""
    return row.group is not None and not row.may_own and gives_owner(row.group)


# ---- Bringing operators' groups up to date -------------------------------------------------------------------------
def follow(users: Iterable[ScimUser], *, actor_name: str) -> None:
    """In a transaction. Raises NoOwnerLeft."""
    with keeping_an_owner():
        for user in sorted(users, key=lambda each: each.operator_id):
            _follow_one(user, actor_name)


def _follow_one(user: ScimUser, actor_name: str) -> None:
    operator = Operator.objects.select_for_update().get(pk=user.operator_id)  # one request at a time
    wanted = _wanted(user, operator)
    given = set(ScimMembership.objects.filter(operator=operator).values_list("group", flat=True))
    before = operators.group_names(operator)
    _leave(operator, given - wanted)
    _join(operator, wanted - given)
    if changes := audit.differences({"groups": before}, {"groups": operators.group_names(operator)}):
        obj, data = operators.named(operator), {"changes": changes}
        audit.record("operator.directory_followed", actor=None, actor_name=actor_name, obj=obj, data=data)


def _wanted(user: ScimUser, operator: Operator) -> set[int]:
    if not operator.is_active or user.deleted_at is not None:
        return set()
    owning = Q(role=Role.OWNER, group__isnull=False)
    own = {
        pk
        for model in (Grant, GrantRule)
        for pk in model._default_manager.filter(owning).values_list("group", flat=True)
    }
    mapped = user.scim_groups.exclude(group=None).values_list("group", "may_own")
    return {group for group, may_own in mapped if may_own or group not in own}


def _leave(operator: Operator, groups: Collection[int]) -> None:
    ScimMembership.objects.filter(operator=operator, group__in=groups).delete()
    claimed = ClaimedMembership.objects.filter(operator=operator).values_list("group", flat=True)
    operator.groups.remove(*(set(groups) - set(claimed)))


def _join(operator: Operator, groups: Collection[int]) -> None:
    """Whom an owner put into one by hand stays there whatever the directory says."""
    there = set(operator.groups.values_list("pk", flat=True))
    claimed = set(ClaimedMembership.objects.filter(operator=operator).values_list("group", flat=True))
    new = set(groups) - (there - claimed)
    operator.groups.add(*new)
    ScimMembership.objects.bulk_create(ScimMembership(operator=operator, group_id=pk) for pk in sorted(new))


def _named(row: ScimGroup) -> tuple[str, object, str]:
    return ("scim_group", row.pk, row.display_name)
