"""Makes, changes and deactivates operators. Only owners of all AWS accounts may; the caller has checked the sign-in."""

from __future__ import annotations

from collections.abc import Collection

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.identity_provider import provider_name
from accounts.models import ClaimedMembership, ClaimGroup, Operator, ScimMembership, ScimUser
from accounts.services.operator_names import group_names, named
from accounts.services.owners import NoOwnerLeft, keeping_an_owner
from accounts.tokens import services as tokens

audit.register(
    {
        "operator.made": "made the operator {object}",
        "operator.changed": "changed the operator {object}",
        "operator.deactivated": "deactivated the operator {object}",
        "operator.reactivated": "reactivated the operator {object}",
        "operator.factor_taken": "took a second factor from {object}: {factor}",
        "operator.session_ended": "ended a session of {object}",
        "operator.sessions_ended": "ended all sessions of {object}",
    }
)


def require_owner_of_all(actor: Operator) -> None:
    if not actor.owns_all():
        raise PermissionDenied("Only owners of all AWS accounts manage operators and groups.")


def make(
    *,
    actor: Operator | None,
    operator: Operator,
    password: str | None,
    reason: str = "",
    request: HttpRequest | None = None,
    actor_name: str = "",
) -> Operator:
    """Saves a new operator, by owners of all AWS accounts.

    `actor` is None on the command line, for who comes from the identity provider for the first time, and for a
    directory, which has an `actor_name`. Raises ValidationError on an address that is taken or malformed.
    """
    if actor:
        require_owner_of_all(actor)
    return create(
        actor=actor, operator=operator, password=password, reason=reason, request=request, actor_name=actor_name
    )


@transaction.atomic
def create(
    *,
    actor: Operator | None,
    operator: Operator,
    password: str | None,
    reason: str,
    request: HttpRequest | None,
    actor_name: str = "",
) -> Operator:
    """For `make`, and for invitations (accounts/services/invitations.py), which check what the actor owns.

    The address counts as verified; without a password, a link by mail sets one.
    """
    operator.email = operator.email.lower()
    operator.set_password(password)
    operator.full_clean()
    operator.save()
    # allauth lets nobody set up a second factor without a verified address.
    EmailAddress.objects.create(user=operator, email=operator.email, verified=True, primary=True)
    audit.record(
        "operator.made", actor=actor, obj=named(operator), reason=reason, request=request, actor_name=actor_name
    )
    return operator


def change(
    *, actor: Operator, operator: Operator, before: dict[str, object], request: HttpRequest | None = None
) -> None:
    """Saves what was edited on `operator`; `before` holds the old values of the fields that may have been.

    Deactivated, they can't sign in and their sessions end now; they stay, since the audit trail names them.
    """
    require_owner_of_all(actor)
    with keeping_an_owner():
        operator.save()
        changes = audit.differences(before, {field: getattr(operator, field) for field in before})
        if "email" in changes:
            EmailAddress.objects.filter(user=operator).delete()
            EmailAddress.objects.create(user=operator, email=operator.email, verified=True, primary=True)
        active = changes.pop("is_active", None)
        if active:
            verb = "operator.reactivated" if operator.is_active else "operator.deactivated"
            audit.record(verb, actor=actor, obj=named(operator), request=request)
            ScimUser.objects.filter(operator=operator).update(deactivated_at=None)  # the directory has no say in it
        if changes:
            obj = named(operator)
            audit.record("operator.changed", actor=actor, obj=obj, data={"changes": changes}, request=request)
        if not operator.is_active:
            end_sessions(operator)
            tokens.end_all(actor=actor, operator=operator)


def end_sessions(operator: Operator) -> None:
    for session in UserSession.objects.filter(user=operator):
        session.end()


@transaction.atomic
def take_factor(*, actor: Operator, authenticator: Authenticator, request: HttpRequest | None = None) -> None:
    """For an operator who lost their phone or key; whose role needs one sets up another at the next sign-in.

    API tokens stay in force, as personal access tokens of GitHub do: programs go on (docs/sign-in.md).
    """
    require_owner_of_all(actor)
    operator, factor = authenticator.user, str(authenticator.get_type_display())
    authenticator.delete()
    audit.record("operator.factor_taken", actor=actor, obj=named(operator), data={"factor": factor}, request=request)


@transaction.atomic
def sign_out(*, actor: Operator, operator: Operator, request: HttpRequest | None = None) -> int:
    """Ends all sessions of an operator; says how many there were. API tokens stay in force, as with `take_factor`."""
    require_owner_of_all(actor)
    sessions = list(UserSession.objects.filter(user=operator))
    for session in sessions:
        session.end()
    data = {"sessions": len(sessions)}
    audit.record("operator.sessions_ended", actor=actor, obj=named(operator), data=data, request=request)
    return len(sessions)


@transaction.atomic
def end_session(*, actor: Operator, session: UserSession, request: HttpRequest | None = None) -> None:
    require_owner_of_all(actor)
    audit.record("operator.session_ended", actor=actor, obj=named(session.user), request=request)
    session.end()


def set_groups(*, actor: Operator, operator: Operator, groups: list[Group], request: HttpRequest | None = None) -> None:
    """Which groups the operator is in: their grants are the operator's too."""
    require_owner_of_all(actor)
    with keeping_an_owner():
        before = {"groups": group_names(operator)}
        operator.groups.set(groups)
        changes = audit.differences(before, {"groups": group_names(operator)})
        if changes:
            obj = named(operator)
            audit.record("operator.changed", actor=actor, obj=obj, data={"changes": changes}, request=request)


# ---- Groups --------------------------------------------------------------------------------------------------------
# Their grants are those of each member. Only owners of all AWS accounts manage them.
audit.register(
    {
        "group.made": "made the group of operators {object}",
        "group.changed": "renamed the group of operators {object}",
        "group.deleted": "deleted the group of operators {object}, with its grants",
    }
)


@transaction.atomic
def save_group(*, actor: Operator, group: Group, before: dict[str, object], request: HttpRequest | None = None) -> None:
    """Makes or renames `group`; `before` holds the old name of one that there was."""
    require_owner_of_all(actor)
    made = group.pk is None
    group.save()
    if made:
        audit.record("group.made", actor=actor, obj=_named_group(group), request=request)
    elif changes := audit.differences(before, {"name": group.name}):
        audit.record("group.changed", actor=actor, obj=_named_group(group), data={"changes": changes}, request=request)


def delete_group(*, actor: Operator, group: Group, request: HttpRequest | None = None) -> None:
    """Raises NoOwnerLeft when its grant was what made the last owner of all AWS accounts one."""
    require_owner_of_all(actor)
    with keeping_an_owner():
        audit.record("group.deleted", actor=actor, obj=_named_group(group), request=request)
        group.delete()


def _named_group(group: Group) -> tuple[str, object, str]:
    return ("group", group.pk, group.name)


# ---- Claims of the identity provider -------------------------------------------------------------------------------
# What an identity provider's claims mean here: each value a group of operators, whose grants are its members'.
# Owners of all AWS accounts say which. A sign-in by the provider brings the groups up to date: those that a claim
# gave are taken when the claim is gone, those that an owner gave stay.
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
    ClaimedMembership.objects.filter(operator=operator, group__in=groups).delete()
    kept = ScimMembership.objects.filter(operator=operator).values_list("group", flat=True)
    operator.groups.remove(*(group for group in groups if group.pk not in kept))
    _say_groups(operator, before, request)


def _say_groups(operator: Operator, before: str, request: HttpRequest | None) -> None:
    if changes := audit.differences({"groups": before}, {"groups": group_names(operator)}):
        _say("operator.claims_followed", operator, {"changes": changes}, request)


def _say(verb: str, operator: Operator, data: dict[str, object], request: HttpRequest | None) -> None:
    entry = {"provider": provider_name(), **data}
    audit.record(verb, actor=operator, obj=named(operator), data=entry, request=request)
