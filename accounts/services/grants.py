"""Grants and revokes roles. A grant isn't edited: it is revoked, and another one given."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import ADMINISTER
from accounts.services.owners import keeping_an_owner

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
    grant.full_clean()
    grant.save()
    _record("grant.given", actor, grant, reason, request)
    return grant


def take(*, actor: Operator, grant: Grant, reason: str = "", request: HttpRequest | None = None) -> None:
    """Raises PermissionDenied, or NoOwnerLeft when nobody would own all AWS accounts any more."""
    require_owner(actor, grant.aws_account)
    with keeping_an_owner():
        _record("grant.taken", actor, grant, reason, request)
        grant.delete()


def require_owner(actor: Operator | None, aws_account: AwsAccount | None) -> None:
    """Raises PermissionDenied unless the actor owns the AWS account, or (None) all of them."""
    if actor and not may(actor, ADMINISTER, aws_account):
        raise PermissionDenied("Only its owners give and take grants on an AWS account.")


def _record(verb: str, actor: Operator | None, grant: Grant, reason: str, request: HttpRequest | None) -> None:
    name = grant.operator.email if grant.operator else f"the group {grant.group}"
    audit.record(
        verb,
        actor=actor,
        aws_account=grant.aws_account,
        obj=("operator", grant.operator_id, name) if grant.operator else ("group", grant.group_id, name),
        reason=reason,
        data={"role": grant.role, "scope": grant.scope},
        request=request,
    )
