"""Makes tokens and ends them. The caller has asked for a fresh sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import ApiToken, AwsAccount, Operator
from accounts.roles import roles_with
from accounts.tokens.secrets import TokenSecret

audit.register(
    {
        "api_token.made": "made the API token {object} for {whom}, until {until}: {scopes}",
        "api_token.first_used": "used the API token {object} for the first time",
        "api_token.refused": "was refused with the API token {object}: {why}",
        "api_token.ended": "ended the API token {object} of {whom}",
    }
)


# The answers to a proposal are its plan, which says whom it is about where somebody is looked after; and who applies a
# change must be allowed what its steps need to be proposed.
_READ, _PROPOSE = ApiToken.Scope.READ, ApiToken.Scope.PROPOSE
_BESIDE = {_PROPOSE: (_READ,), ApiToken.Scope.CARE: (ApiToken.Scope.PEOPLE,), ApiToken.Scope.APPLY: (_READ, _PROPOSE)}


@dataclass(frozen=True)
class TokenWanted:
    """`aws_accounts`: None for all those of the owner, those to come too."""

    name: str
    service: str
    scopes: Sequence[str]
    aws_accounts: Sequence[AwsAccount] | None
    networks: Sequence[str]
    expires_at: datetime
    form_key: str


def longest_end() -> datetime:
    return timezone.now() + timedelta(days=settings.API_TOKEN_DAYS)


def scopes_of(operator: Operator) -> list[ApiToken.Scope]:
    """Those that the operator can give a token: what they hold somewhere themselves."""
    return [scope for scope in ApiToken.Scope if operator.aws_accounts_with(roles_with(scope.value))]


@transaction.atomic
def make(*, actor: Operator, wanted: TokenWanted) -> tuple[ApiToken, TokenSecret | None]:
    """A token of the actor's, and what the program sends; None where this form has made it before.

    Raises ValidationError with what is wrong, and PermissionDenied for a program: no token makes tokens.
    """
    if actor.token_limits:
        raise PermissionDenied("No token makes tokens: a person does that.")
    Operator.objects.select_for_update().get(pk=actor.pk)  # one at a time: the form may have been sent twice
    known = ApiToken.objects.of(actor).filter(form_key=wanted.form_key).first()
    if known is not None:
        return known, None
    _check(actor, wanted)
    secret = TokenSecret.new()
    token = ApiToken(
        operator=actor,
        name=wanted.name,
        service=wanted.service,
        prefix=secret.prefix,
        digest=secret.digest,
        scopes=list(wanted.scopes),
        everywhere=wanted.aws_accounts is None,
        networks=list(wanted.networks),
        form_key=wanted.form_key,
        expires_at=wanted.expires_at,
    )
    token.full_clean(exclude=["networks", "aws_accounts"])
    token.save()
    token.aws_accounts.set(wanted.aws_accounts or ())
    _record_made(actor, token, wanted)
    return token, secret


def _check(actor: Operator, wanted: TokenWanted) -> None:
    allowed = {scope.value for scope in scopes_of(actor)}
    if not wanted.scopes or not allowed.issuperset(wanted.scopes):
        raise ValidationError("A token may at most what you may yourself, and it needs to be good for something.")
    for scope, without in _BESIDE.items():
        if scope in wanted.scopes and (lacking := [each for each in without if each not in wanted.scopes]):
            words = " and ".join(f"“{each.label}”" for each in lacking)
            raise ValidationError(f"“{scope.label}” is good for nothing without {words}: choose that, too.")
    if ApiToken.objects.in_force().of(actor).count() >= settings.API_TOKENS_EACH:
        raise ValidationError(f"You have {settings.API_TOKENS_EACH} tokens in force: revoke one first.")
    if not timezone.now() < wanted.expires_at <= longest_end() + timedelta(minutes=1):
        raise ValidationError(f"A token ends within {settings.API_TOKEN_DAYS} days from now.")


def _record_made(actor: Operator, token: ApiToken, wanted: TokenWanted) -> None:
    where = None if wanted.aws_accounts is None else [each.account_id for each in wanted.aws_accounts]
    data = {
        "whom": _whom(token),
        "until": token.expires_at.isoformat(),
        "scopes": ", ".join(token.scopes),
        "aws_accounts": where,
        "networks": token.networks,
    }
    audit.record("api_token.made", actor=actor, obj=named(token), data=data)


def end(*, actor: Operator, token: ApiToken) -> None:
    """By its owner, or an owner of all AWS accounts; what ended stays so. Raises PermissionDenied."""
    if actor.token_limits or (token.operator_id != actor.pk and not actor.owns_all()):
        raise PermissionDenied("Only its owner and owners of all AWS accounts end a token.")
    _end([token], ApiToken.Ending.REVOKED, actor)


def end_all(*, actor: Operator | None, operator: Operator, actor_name: str = "") -> None:
    """Of an operator who was deactivated: let in again, they make new ones. In the caller's transaction."""
    _end(list(ApiToken.objects.in_force().of(operator)), ApiToken.Ending.DEACTIVATED, actor, actor_name)


@transaction.atomic
def _end(tokens: Sequence[ApiToken], why: ApiToken.Ending, actor: Operator | None, actor_name: str = "") -> None:
    for token in tokens:
        rows = ApiToken.objects.filter(pk=token.pk, ended_at=None)
        if rows.update(ended_at=timezone.now(), ended_why=why):
            data = {"whom": _whom(token), "why": why.value}
            audit.record("api_token.ended", actor=actor, obj=named(token), data=data, actor_name=actor_name)


def named(token: ApiToken) -> tuple[str, object, str]:
    return ("api_token", token.pk, str(token))


def _whom(token: ApiToken) -> str:
    return f"the service {token.service}" if token.service else token.operator.email
