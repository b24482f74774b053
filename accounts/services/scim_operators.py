"""Operators whom a directory looks after: makes, changes and ends them as it says by SCIM.

An operator who is here already is nobody's to take over: an owner of all AWS accounts hands them over first. Each
function but `hand_over` works in the caller's transaction, and writes down what it does as done by the directory.
"""

from __future__ import annotations

import json

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Grant, GrantRule, Operator, ScimUser
from accounts.services import leavers, operators
from accounts.services.operator_names import named
from accounts.services.owners import keeping_an_owner
from accounts.services.scim_members import follow, given_by_directory
from accounts.services.scim_wishes import ScimWish

TAKEN = (
    "An operator of this console has this e-mail address already. An owner of all AWS accounts can hand them over to "
    "the directory, on the page “SCIM provisioning”."
)
KEEPS_ADDRESS = (
    "This operator holds more than the directory gave them, so it can’t change the address that they sign in by: an "
    "owner of all AWS accounts does that in the console."
)

audit.register(
    {
        "scim.handed_over": "lets the directory look after {object}",
        "scim.user_made": "told of {object} again",
        "scim.user_changed": "changed what the directory says of {object}",
        "scim.user_deleted": "deleted {object}, as a user of the directory",
        "scim.user_renamed": "changed the e-mail address of {object}, from {before}",
    }
)


class AddressTaken(ValidationError):
    """Another operator has it."""


def make(wish: ScimWish, *, actor_name: str) -> ScimUser:
    """Raises AddressTaken, ValidationError. One whom the directory had deleted is let in again, with a new id.

    Not one whom an owner let in or deactivated since: what they hold now, the directory didn't give them.
    """
    deleted = ScimUser.objects.kept_out().exclude(deleted_at=None)
    former = deleted.select_related("operator").filter(operator__email__iexact=wish.email).first()
    if former is None and Operator.objects.filter(email__iexact=wish.email).exists():
        raise AddressTaken(TAKEN)
    operator = former.operator if former else _made(wish, actor_name)
    if former:
        former.delete()
    row = ScimUser(operator=operator, user_name=wish.user_name, external_id=wish.external_id, said=wish.kept)
    row.deactivated_at = former.deactivated_at if former else None
    row.full_clean()
    row.save()
    if former:
        audit.record("scim.user_made", actor=None, actor_name=actor_name, obj=named(operator))
    _be_active(row, wish.active, actor_name)
    return row


def _made(wish: ScimWish, actor_name: str) -> Operator:
    """Without a password. The identity provider may sign them in: it is the directory's word that the address is."""
    operator = Operator(email=wish.email, name=wish.name, oidc_may_join=True)
    reason = f"Made by SCIM: {actor_name}."
    return operators.make(actor=None, operator=operator, password=None, reason=reason, actor_name=actor_name)


def change(row: ScimUser, wish: ScimWish, *, actor_name: str) -> None:
    """Raises AddressTaken, NoOwnerLeft, ValidationError."""
    before = _said_of(row)
    _call(row, wish, actor_name)
    row.user_name, row.external_id, row.said = wish.user_name, wish.external_id, wish.kept
    row.changed_at = timezone.now()
    row.full_clean()
    row.save()
    if changes := audit.differences(before, _said_of(row)):
        obj, data = named(row.operator), {"changes": changes}
        audit.record("scim.user_changed", actor=None, actor_name=actor_name, obj=obj, data=data)
    _be_active(row, wish.active, actor_name)


def delete(row: ScimUser, *, actor_name: str) -> None:
    """The operator is ended, and stays as a row. Raises NoOwnerLeft."""
    _be_active(row, False, actor_name)
    row.scim_groups.clear()
    row.deleted_at = timezone.now()
    row.save(update_fields=["deleted_at"])
    audit.record("scim.user_deleted", actor=None, actor_name=actor_name, obj=named(row.operator))


def _said_of(row: ScimUser) -> dict[str, object]:
    """For the audit trail: attributes of SCIM, and what the console calls the operator."""
    kept = {name: json.dumps(said, ensure_ascii=False) for name, said in row.said.items()}
    blank = dict.fromkeys(("name", "displayName", "emails", "active"), "")
    return {**blank, **kept, "userName": row.user_name, "externalId": row.external_id, "operator": row.operator.name}


@transaction.atomic
def hand_over(*, actor: Operator, operator: Operator, request: HttpRequest | None = None) -> ScimUser:
    """From now on the directory finds them by their address, and may end them. Raises PermissionDenied."""
    operators.require_owner_of_all(actor)
    ScimUser.objects.filter(operator=operator).exclude(deleted_at=None).delete()
    row, is_new = ScimUser.objects.get_or_create(operator=operator, defaults={"user_name": operator.email})
    if is_new:
        audit.record("scim.handed_over", actor=actor, obj=named(operator), request=request)
    return row


def _be_active(row: ScimUser, active: bool | None, actor_name: str) -> None:
    """Whom an owner deactivated stays so: the directory lets in again only whom it kept out itself."""
    with keeping_an_owner():  # owners who say otherwise at the same time wait here
        operator = Operator.objects.get(pk=row.operator_id)
        if operator.is_active and not active:
            leavers.end(operator, actor_name=actor_name)
            row.deactivated_at = timezone.now()
        elif active and not operator.is_active and ScimUser.objects.kept_out().filter(pk=row.pk).exists():
            operator.is_active, row.deactivated_at = True, None
            operator.save(update_fields=["is_active"])
            audit.record("operator.reactivated", actor=None, actor_name=actor_name, obj=named(operator))
        else:
            return
        row.save(update_fields=["deactivated_at"])
        follow([row], actor_name=actor_name)


def _call(row: ScimUser, wish: ScimWish, actor_name: str) -> None:
    """Brings name and address of the operator up to date."""
    operator = row.operator
    before, email = operator.email, wish.email
    operator.name = wish.name
    operator.save(update_fields=["name"])
    if email == before:
        return
    if Operator.objects.filter(email__iexact=email).exclude(pk=operator.pk).exists():
        raise AddressTaken(TAKEN)
    if _holds_more(row):
        raise ValidationError(KEEPS_ADDRESS)
    operator.email = email
    operator.full_clean()
    operator.save(update_fields=["email"])
    EmailAddress.objects.filter(user=operator).delete()
    EmailAddress.objects.create(user=operator, email=email, verified=True, primary=True)
    obj = named(operator)
    audit.record("scim.user_renamed", actor=None, actor_name=actor_name, obj=obj, data={"before": before})


def _holds_more(row: ScimUser) -> bool:
    """Than what the directory gave: who rules it could else sign in as them, by a link for a new password."""
    operator = row.operator
    own = [model._default_manager.filter(operator=operator).exists() for model in (Grant, GrantRule)]
    return any(own) or operator.groups.exclude(pk__in=given_by_directory(row)).exists()
