"""There is always an owner of all AWS accounts, who can sign in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Grant, Operator
from accounts.roles import Role


class NoOwnerLeft(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            "That would leave nobody who owns all AWS accounts, and so nobody who can give grants. "
            "Make somebody else owner of all AWS accounts first."
        )


def owners_of_all() -> list[Operator]:
    """The operators who can sign in and own all AWS accounts, themselves or through a group."""
    grants = _owning_all()
    owners = Q(pk__in=grants.values("operator")) | Q(groups__in=grants.values("group"))
    return list(Operator.objects.filter(owners, is_active=True).distinct())


def _owning_all() -> QuerySet[Grant]:
    return Grant.objects.filter(role=Role.OWNER, aws_account__isnull=True)


@contextmanager
def keeping_an_owner() -> Iterator[None]:
    """A transaction that is rolled back with NoOwnerLeft when it takes away the last owner of all AWS accounts.

    One at a time: two owners who take each other's role in the same moment would each still see the other.
    """
    with transaction.atomic():
        list(_owning_all().select_for_update().order_by("pk").values_list("pk"))
        had_one = bool(owners_of_all())
        yield
        if had_one and not owners_of_all():
            raise NoOwnerLeft
