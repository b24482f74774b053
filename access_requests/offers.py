"""Offers: what may be asked for in an AWS account. Editors and owners make and withdraw them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from access_requests.models import AccessOffer
from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import PROPOSE, REQUEST

audit.register(
    {
        "offer.made": "offered {object} to {whom}, for {hours} hours at most: {kind} {name}",
        "offer.withdrawn": "withdrew the offer {object}: {kind} {name}",
    }
)

_MAY_NOT = "Offering access in {} takes the role editor or owner there."


@transaction.atomic
def make(*, actor: Operator, offer: AccessOffer) -> AccessOffer:
    """Raises PermissionDenied, or ValidationError where there is one of this to the same operators already.

    Whoever offers access in another AWS account, by a permission set, may propose changes there, too.
    """
    for aws_account in (offer.aws_account, *_targets(offer)):
        if not may(actor, PROPOSE, aws_account):
            raise PermissionDenied(_MAY_NOT.format(aws_account))
    offer.made_by = actor
    open_ones = AccessOffer.objects.filter(aws_account=offer.aws_account, withdrawn_at=None)
    same = open_ones.filter(kind=offer.kind, object_id=offer.object_id, target_id=offer.target_id)
    if there := same.filter(for_group=offer.for_group).first():
        raise ValidationError(f"This is offered already, as “{there.title}”. Withdraw that first.")
    offer.full_clean(validate_constraints=False)
    offer.save()
    _record("offer.made", actor, offer)
    return offer


def _targets(offer: AccessOffer) -> list[AwsAccount]:
    return list(AwsAccount.objects.filter(account_id=offer.target_id)) if offer.target_id else []


@transaction.atomic
def withdraw(*, actor: Operator, offer: AccessOffer) -> None:
    """Nobody can ask for it any more. Who has it keeps it up to its end. Raises PermissionDenied."""
    if not may(actor, PROPOSE, offer.aws_account):
        raise PermissionDenied(_MAY_NOT.format(offer.aws_account))
    held = AccessOffer.objects.select_for_update().filter(pk=offer.pk, withdrawn_at=None).first()
    if held is None:
        return
    held.withdrawn_by, held.withdrawn_at = actor, timezone.now()
    held.save(update_fields=["withdrawn_by", "withdrawn_at"])
    _record("offer.withdrawn", actor, held)


def _record(verb: str, actor: Operator, offer: AccessOffer) -> None:
    audit.record(
        verb,
        actor=actor,
        aws_account=offer.aws_account,
        obj=("access_offer", offer.pk, offer.title),
        data={
            "kind": offer.get_kind_display().lower(),
            "name": offer.object_name,
            "whom": f"the group {offer.for_group}" if offer.for_group else "every requester",
            "hours": offer.longest_hours,
        },
    )


def accounts_to_ask_in(operator: Operator) -> list[AwsAccount]:
    """Where the operator may ask: connected, and not of a file."""
    visible = AwsAccount.objects.visible_to(operator, REQUEST).order_by("name", "pk")
    return [each for each in visible if may(operator, REQUEST, each)]


def offered_to(operator: Operator, words: str = "") -> QuerySet[AccessOffer]:
    """What the operator may ask for, by words of its title or of what it gives."""
    rows = AccessOffer.objects.filter(aws_account__in=accounts_to_ask_in(operator), withdrawn_at=None)
    rows = rows.filter(Q(for_group=None) | Q(for_group__in=operator.groups.all()))
    for word in words.split()[:10]:
        rows = rows.filter(Q(title__icontains=word) | Q(gives__icontains=word))
    return rows.select_related("aws_account")


def is_open_to(offer: AccessOffer, operator: Operator) -> bool:
    """As it is in the database now."""
    return offered_to(operator).filter(pk=offer.pk).exists()
