"""Grants and revokes roles. A grant isn't edited: it is revoked, and another one given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Grant, GrantGain, GrantRule, Operator
from accounts.roles import ADMINISTER, Role
from accounts.services import grant_rules


# ---- Owners --------------------------------------------------------------------------------------------------------
# There is always one of all AWS accounts, who can sign in.
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


audit.register(
    {
        "grant.given": "made {object} {role} of {scope}",
        "grant.taken": "took from {object} the role {role} of {scope}",
    }
)


@transaction.atomic
def give(*, actor: Operator | None, grant: Grant, reason: str = "", request: HttpRequest | None = None) -> Grant:
    """Saves a new grant, on one AWS account or (None) on all. `actor` is None on the command line.

    Raises PermissionDenied unless the actor owns what they grant on, ValidationError when the grant is there already.
    """
    require_owner(actor, grant.aws_account)
    _check_not_to_self(actor, grant)
    grant.full_clean()
    grant.save()
    _record("grant.given", actor, grant, reason, request)
    return grant


def take(*, actor: Operator, grant: Grant, reason: str = "", request: HttpRequest | None = None) -> None:
    """Raises PermissionDenied, or NoOwnerLeft when nobody would own all AWS accounts any more.

    One that is there by a label or a unit doesn't come back by itself: it is noted as refused.
    """
    require_owner(actor, grant.aws_account)
    with keeping_an_owner():
        _record("grant.taken", actor, grant, reason, request)
        if grant.rule_id is not None and grant.aws_account_id is not None:
            GrantGain.objects.update_or_create(
                rule_id=grant.rule_id,
                aws_account_id=grant.aws_account_id,
                defaults={"state": GrantGain.State.REFUSED},
            )
        grant.delete()


def take_all(*, operator: Operator, actor_name: str) -> None:
    """Their own grants, those by labels and units too, of an operator who leaves; within `keeping_an_owner`."""
    for rule in GrantRule.objects.filter(operator=operator).order_by("pk"):
        grant_rules.end(rule, actor_name=actor_name)
    for grant in Grant.objects.filter(operator=operator).select_related("aws_account", "operator").order_by("pk"):
        _record("grant.taken", None, grant, "", None, actor_name)
        grant.delete()


def _check_not_to_self(actor: Operator | None, grant: Grant) -> None:
    """Who owns an AWS account by its label or unit loses that with these: they can't make it last for themselves."""
    if actor is None or grant.aws_account is None or _owns_by_own_grant(actor, grant.aws_account):
        return
    if grant.operator == actor or (grant.group and actor.groups.filter(pk=grant.group.pk).exists()):
        raise PermissionDenied(
            "You own this AWS account by its label or organizational unit: somebody else has to give you a grant on it."
        )


def _owns_by_own_grant(operator: Operator, aws_account: AwsAccount) -> bool:
    return Grant.objects.of(operator).on(aws_account).filter(role=Role.OWNER, rule=None).exists()


def require_owner(actor: Operator | None, aws_account: AwsAccount | None) -> None:
    """Raises PermissionDenied unless the actor owns the AWS account, or (None) all of them."""
    if actor and not may(actor, ADMINISTER, aws_account):
        raise PermissionDenied("Only its owners give and take grants on an AWS account.")


def _record(
    verb: str, actor: Operator | None, grant: Grant, reason: str, request: HttpRequest | None, actor_name: str = ""
) -> None:
    name = grant.operator.email if grant.operator else f"the group {grant.group}"
    audit.record(
        verb,
        actor=actor,
        aws_account=grant.aws_account,
        obj=("operator", grant.operator_id, name) if grant.operator else ("group", grant.group_id, name),
        reason=reason,
        data={"role": grant.role, "scope": grant.scope},
        request=request,
        actor_name=actor_name,
    )
