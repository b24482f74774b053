"""Who is in a group of operators because the directory says so.

Groups that an owner or a claim of the identity provider gave stay. Into a group that has the role owner somewhere the
directory puts nobody, unless the mapping says so; a group that gets that role later loses whom it had put there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib.auth.models import Group
from django.db.models import Q

from accounts import audit
from accounts.models import ClaimedMembership, Grant, GrantRule, Operator, ScimMembership, ScimUser
from accounts.roles import Role
from accounts.services.operator_names import group_names, named
from accounts.services.owners import keeping_an_owner

audit.register({"operator.directory_followed": "put {object} into other groups"})


def gives_owner(group: Group) -> bool:
    """Whether members of the group own some AWS account by it."""
    own = {"group": group, "role": Role.OWNER}
    return Grant.objects.filter(**own).exists() or GrantRule.objects.filter(**own).exists()


def follow(users: Iterable[ScimUser], *, actor_name: str) -> None:
    """In a transaction. Raises NoOwnerLeft."""
    with keeping_an_owner():
        for user in sorted(users, key=lambda each: each.operator_id):
            _follow_one(user, actor_name)


def follow_group(group: Group | None, role: str, *, actor_name: str) -> None:
    """When a role was given to it or taken from it, in that transaction. Raises NoOwnerLeft.

    Who changes members or mappings at the same time waits in `keeping_an_owner`, so the later one sees the earlier.
    """
    if group is None or role != Role.OWNER:
        return
    with keeping_an_owner():
        follow(ScimUser.objects.there().filter(scim_groups__group=group).distinct(), actor_name=actor_name)


def given_by_directory(user: ScimUser) -> set[int]:
    """The groups of operators that they are in by it, and may be in by it as things stand now."""
    given = ScimMembership.objects.filter(operator=user.operator).values_list("group", flat=True)
    return set(given) & _wanted(user, user.operator)


def _follow_one(user: ScimUser, actor_name: str) -> None:
    operator = Operator.objects.select_for_update().get(pk=user.operator_id)  # one request at a time
    wanted = _wanted(user, operator)
    given = set(ScimMembership.objects.filter(operator=operator).values_list("group", flat=True))
    before = group_names(operator)
    _leave(operator, given - wanted)
    _join(operator, wanted - given)
    if changes := audit.differences({"groups": before}, {"groups": group_names(operator)}):
        obj, data = named(operator), {"changes": changes}
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
