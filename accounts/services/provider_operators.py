"""Whose identity it is that the provider has seen: an operator it is known for, one who may be joined, or a new one."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.identity_provider import ProviderIdentity, ProviderSignInRefused, provider_id, provider_name
from accounts.models import Operator
from accounts.observers import UNKNOWN
from accounts.services import operators
from accounts.services.operator_names import named

audit.register(
    {
        "operator.identity_joined": "is signed in by {provider} from now on",
        "operator.identity_parted": "no longer lets {provider} sign in {object}",
        "operator.sign_in_refused": "wasn’t let in by {provider}: {why}",
    }
)

NO_ADDRESS = (
    "{name} doesn’t say that your e-mail address is yours (verified), so nobody was signed in. Ask its administrator."
)
TAKEN = (
    "Somebody here has your e-mail address already, and signs in another way. If that is you: ask an owner of this "
    "console to let {name} sign you in."
)


def known_as(identity: ProviderIdentity) -> Operator | None:
    account = SocialAccount.objects.filter(provider=provider_id(), uid=identity.uid).select_related("user").first()
    return account.user if account else None


def operator_of(identity: ProviderIdentity, *, request: HttpRequest) -> Operator:
    """A first sign-in makes an operator without grants, unless the address is one that is there.

    Raises ProviderSignInRefused.
    """
    if known := known_as(identity):
        return known
    if not identity.email:
        raise _refused(NO_ADDRESS, identity, "no verified e-mail address", request)
    # allauth knows them by the same address: operators have one, which owners change.
    there = Operator.objects.filter(email__iexact=identity.email).first()
    if there and not (there.oidc_may_join and there.is_active):
        raise _refused(TAKEN, identity, "the e-mail address is another’s", request)
    with transaction.atomic():
        operator = there or _make(identity, request)
        _join(operator, identity, request)
    return operator


def _make(identity: ProviderIdentity, request: HttpRequest) -> Operator:
    name = identity.name or identity.email.partition("@")[0]
    operator = Operator(email=identity.email, name=name[:120])
    reason = f"The first sign-in by {provider_name()}."
    return operators.make(actor=None, operator=operator, password=None, reason=reason, request=request)


def _join(operator: Operator, identity: ProviderIdentity, request: HttpRequest) -> None:
    said = {"issuer": identity.issuer, "subject": identity.subject}
    SocialAccount.objects.create(user=operator, provider=provider_id(), uid=identity.uid, extra_data=said)
    operator.oidc_may_join = False  # once: who has the address at the provider next is somebody else
    operator.save(update_fields=["oidc_may_join"])
    data = {"provider": provider_name(), **said}
    audit.record("operator.identity_joined", actor=operator, obj=named(operator), data=data, request=request)


@transaction.atomic
def part(*, actor: Operator, account: SocialAccount, request: HttpRequest | None = None) -> None:
    """The provider signs them in no more, until an owner lets it join them again; their sessions end."""
    operators.require_owner_of_all(actor)
    operator: Operator = account.user
    data = {"provider": provider_name(), **account.extra_data}
    audit.record("operator.identity_parted", actor=actor, obj=named(operator), data=data, request=request)
    account.delete()
    operators.end_sessions(operator)


def _refused(sentence: str, identity: ProviderIdentity, why: str, request: HttpRequest) -> ProviderSignInRefused:
    data = {"provider": provider_name(), "why": why, "issuer": identity.issuer, "subject": identity.subject}
    name = identity.email or UNKNOWN
    audit.record("operator.sign_in_refused", actor=None, actor_name=name, data=data, request=request)
    return ProviderSignInRefused(sentence)
