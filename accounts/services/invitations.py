"""Invites operators: makes one with grants, who gets a link to set a password by e-mail.

Owners of all AWS accounts invite to any of them, and to all; owners of some to those. Whoever is an operator already
gets the grants only, and no mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from accounts import audit
from accounts.models import AwsAccount, Grant, Operator
from accounts.services import grants, operators, password_links
from accounts.services.operator_names import named
from accounts.services.password_links import is_invited
from iamconsole import messages

audit.register({"operator.invited": "invited {object}"})


@dataclass(frozen=True)
class InvitationResult:
    operator: Operator
    is_new: bool
    given: int  # grants that they didn't have yet


def seen_by(owner: Operator) -> Q:
    """Which operators an owner sees: all of them, or those with a grant on one of the owner's AWS accounts."""
    if owner.owns_all():
        return Q()
    there = Grant.objects.filter(Q(aws_account__in=owner.owned_aws_accounts()) | Q(aws_account__isnull=True))
    return Q(pk__in=there.values("operator")) | Q(groups__in=there.values("group"))


@transaction.atomic
def invite(
    *,
    actor: Operator,
    email: str,
    name: str,
    role: str,
    aws_accounts: Sequence[AwsAccount | None],
    reason: str = "",
    request: HttpRequest | None = None,
) -> InvitationResult:
    """Makes the operator unless they are here, and gives the grants that they lack; None: on all AWS accounts.

    Raises PermissionDenied unless the actor owns each of these AWS accounts; ValidationError on an address that is
    malformed or of somebody who was deactivated, or when there is nothing to give.
    """
    if not aws_accounts:
        raise PermissionDenied("An invitation gives a role on at least one AWS account.")
    for aws_account in aws_accounts:
        grants.require_owner(actor, aws_account)
    operator = Operator.objects.filter(email__iexact=email).first()
    is_new = operator is None
    if operator is None:
        operator = operators.create(
            actor=actor, operator=Operator(email=email, name=name), password=None, reason=reason, request=request
        )
    elif not operator.is_active:
        raise ValidationError(f"{operator.email} was deactivated. An owner of all AWS accounts can let them in again.")
    granted = 0
    for aws_account in aws_accounts:
        if not Grant.objects.filter(
            operator=operator, aws_account=aws_account, role=role, pool_id="", rule=None
        ).exists():
            grant = Grant(operator=operator, aws_account=aws_account, role=role)
            grants.give(actor=actor, grant=grant, reason=reason, request=request)
            granted += 1
    if not granted:
        raise ValidationError(f"{operator.email} has that role there already.")
    if is_new:
        _invited(actor, operator, request)
    return InvitationResult(operator, is_new, granted)


@transaction.atomic
def invite_again(*, actor: Operator, operator: Operator, request: HttpRequest | None = None) -> None:
    """Raises PermissionDenied unless the actor sees the operator, ValidationError once they have set a password."""
    if not (actor.is_staff and Operator.objects.filter(seen_by(actor), pk=operator.pk).exists()):
        raise PermissionDenied("Only owners of an AWS account where they have a role invite them.")
    if not is_invited(operator) or not operator.is_active:
        raise ValidationError(f"{operator.email} needs no invitation: they have signed in, or were deactivated.")
    _invited(actor, operator, request)


def _invited(actor: Operator, operator: Operator, request: HttpRequest | None) -> None:
    audit.record("operator.invited", actor=actor, obj=named(operator), request=request)


def send(operator: Operator, *, by: Operator, home: str) -> bool:
    """Has a worker send the link, after the commit; False when no worker can be told."""
    return messages.send(password_links.INVITED, operator.pk, home, str(by))
