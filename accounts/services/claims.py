"""What an identity provider's claims mean here: each value a group of operators, whose grants are its members'.

Owners of all AWS accounts say which. A sign-in by the provider brings the groups up to date: those that a claim gave
are taken when the claim is gone, those that an owner gave stay.
"""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import ClaimedMembership, ClaimGroup, Operator
from accounts.services.grants import NoOwnerLeft, keeping_an_owner
from accounts.services.operators import group_names, named, require_owner_of_all

audit.register(
    {
        "claim.mapped": "puts whom the identity provider calls {object} into the group {group}",
        "claim.unmapped": "no longer puts whom the identity provider calls {object} into the group {group}",
        "operator.claims_followed": "was put into other groups, as {provider} says",
        "operator.claims_kept": "stays in groups against what {provider} says: nobody else owns all AWS accounts",
    }
)


@transaction.atomic
def map_claim(*, actor: Operator, mapping: ClaimGroup, request: HttpRequest | None = None) -> None:
    """Raises ValidationError when it is there already."""
    require_owner_of_all(actor)
    mapping.full_clean()
    mapping.save()
    _record("claim.mapped", actor, mapping, request)


@transaction.atomic
def unmap_claim(*, actor: Operator, mapping: ClaimGroup, request: HttpRequest | None = None) -> None:
    """Whom it put into the group leaves it at their next sign-in by the provider."""
    require_owner_of_all(actor)
    _record("claim.unmapped", actor, mapping, request)
    mapping.delete()


def _record(verb: str, actor: Operator, mapping: ClaimGroup, request: HttpRequest | None) -> None:
    obj = ("claim", mapping.pk, mapping.value)
    audit.record(verb, actor=actor, obj=obj, data={"group": mapping.group.name}, request=request)


def follow_claims(*, operator: Operator, values: Collection[str], request: HttpRequest | None = None) -> None:
    """Brings the operator's groups up to date; never takes the last owner of all AWS accounts."""
    with transaction.atomic():
        Operator.objects.select_for_update().get(pk=operator.pk)  # one sign-in at a time
        memberships = ClaimedMembership.objects.filter(operator=operator)
        wanted = Group.objects.filter(claims__value__in=values).distinct()
        new = wanted.exclude(pk__in=operator.groups.all())
        lost = Group.objects.filter(pk__in=memberships.values("group")).exclude(pk__in=wanted)
        _join(operator, list(new), request)
        try:
            with keeping_an_owner():
                _leave(operator, list(lost), request)
        except NoOwnerLeft:
            _say("operator.claims_kept", operator, {}, request)


def _join(operator: Operator, groups: Collection[Group], request: HttpRequest | None) -> None:
    before = group_names(operator)
    operator.groups.add(*groups)
    for group in groups:
        ClaimedMembership.objects.get_or_create(operator=operator, group=group)
    _say_groups(operator, before, request)


def _leave(operator: Operator, groups: Collection[Group], request: HttpRequest | None) -> None:
    before = group_names(operator)
    operator.groups.remove(*groups)
    ClaimedMembership.objects.filter(operator=operator, group__in=groups).delete()
    _say_groups(operator, before, request)


def _say_groups(operator: Operator, before: str, request: HttpRequest | None) -> None:
    if changes := audit.differences({"groups": before}, {"groups": group_names(operator)}):
        _say("operator.claims_followed", operator, {"changes": changes}, request)


def _say(verb: str, operator: Operator, data: dict[str, object], request: HttpRequest | None) -> None:
    entry = {"provider": settings.OIDC_NAME, **data}
    audit.record(verb, actor=operator, obj=named(operator), data=entry, request=request)
