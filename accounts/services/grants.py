"""Grants and revokes roles. A grant isn't edited: it is revoked, and another one given."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Grant, GrantGain, GrantRule, Operator
from accounts.roles import ADMINISTER, Role
from accounts.services import grant_rules
from accounts.services.owners import keeping_an_owner
from accounts.services.scim_members import follow_group

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
    A group that is made owner loses the members whom the directory may make no owners.
    """
    require_owner(actor, grant.aws_account)
    _check_not_to_self(actor, grant)
    grant.full_clean()
    grant.save()
    _record("grant.given", actor, grant, reason, request)
    follow_group(grant.group, grant.role, actor_name=actor.email if actor else "")
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
        follow_group(grant.group, grant.role, actor_name=actor.email)


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
