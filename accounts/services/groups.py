"""Groups of operators: their grants are those of each member. Only owners of all AWS accounts manage them."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import Operator
from accounts.services.operators import require_owner_of_all
from accounts.services.owners import keeping_an_owner

audit.register(
    {
        "group.made": "made the group of operators {object}",
        "group.changed": "renamed the group of operators {object}",
        "group.deleted": "deleted the group of operators {object}, with its grants",
    }
)


@transaction.atomic
def save(*, actor: Operator, group: Group, before: dict[str, object], request: HttpRequest | None = None) -> None:
    """Makes or renames `group`; `before` holds the old name of one that there was."""
    require_owner_of_all(actor)
    made = group.pk is None
    group.save()
    if made:
        audit.record("group.made", actor=actor, obj=_named(group), request=request)
    elif changes := audit.differences(before, {"name": group.name}):
        audit.record("group.changed", actor=actor, obj=_named(group), data={"changes": changes}, request=request)


def delete(*, actor: Operator, group: Group, request: HttpRequest | None = None) -> None:
    """Raises NoOwnerLeft when its grant was what made the last owner of all AWS accounts one."""
    require_owner_of_all(actor)
    with keeping_an_owner():
        audit.record("group.deleted", actor=actor, obj=_named(group), request=request)
        group.delete()


def _named(group: Group) -> tuple[str, object, str]:
    return ("group", group.pk, group.name)
