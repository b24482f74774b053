"""The one identity provider that operators sign in by: by OpenID Connect (`accounts.oidc`) or SAML (`accounts.saml`).

Which one, the settings say. What they agree on is here: whom it has seen, and why somebody isn't let in.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

from allauth.account.internal.emailkit import valid_email_or_none
from django.conf import settings

MOST_SAID = 300  # characters of the provider’s own words in the log
MOST_GROUPS = 2000
LEEWAY_S = 30  # by which the clocks of provider and console may differ

# Its names in allauth's tables, and in the state of a try.
OIDC, SAML = "oidc", "saml"

oidc_log = logging.getLogger("iamconsole.oidc")
saml_log = logging.getLogger("iamconsole.saml")


def is_saml() -> bool:
    return bool(settings.SAML_METADATA)


def is_configured() -> bool:
    return bool(settings.OIDC_ISSUER) or is_saml()


def provider_id() -> str:
    return SAML if is_saml() else OIDC


def provider_name() -> str:
    """What pages and the audit trail call it."""
    return str(settings.SAML_NAME if is_saml() else settings.OIDC_NAME)


def trusted_mfa() -> set[str]:
    """What it says of a sign-in by two factors, where it is trusted in that."""
    return set(settings.SAML_TRUSTED_MFA if is_saml() else settings.OIDC_TRUSTED_MFA)


@dataclass(frozen=True)
class ProviderIdentity:
    """Somebody whom the provider has seen."""

    issuer: str
    subject: str
    email: str  # "" when the provider says none, or not that it is verified
    name: str
    groups: frozenset[str]  # the values of settings.OIDC_GRANTS_CLAIM or settings.SAML_GROUPS_ATTRIBUTE
    auth_time: float | None  # when they proved who they are, seconds since 1970; None: the provider doesn't say
    multi_factor: bool  # by two factors, as far as `trusted_mfa` believes the provider

    @property
    def uid(self) -> str:
        """The same for ever. A subject is unique for its issuer only, and another may be configured one day."""
        return hashlib.sha256(f"{self.issuer}\n{self.subject}".encode()).hexdigest()


def valid_address(text: str) -> str:
    """The e-mail address in small letters; "" when it is none."""
    return (valid_email_or_none(text) or "").lower()


class ProviderSignInRefused(Exception):
    """Nobody is signed in; the text is a sentence for the person. `why` goes to the log."""

    def __init__(self, sentence: str, why: object = "") -> None:
        super().__init__(sentence.format(name=provider_name()))
        if why:
            on_one_line = " ".join(str(why).split())[:MOST_SAID]
            (saml_log if is_saml() else oidc_log).warning("sign-in by the identity provider failed: %s", on_one_line)


UNREACHABLE = "{name} can’t be reached from here. Try again in a minute; if it stays so, tell an owner of this console."
UNTRUSTED = (
    "{name} gave an answer that can’t be trusted. Try again; if it happens again, tell an owner: the log says why."
)
CANCELLED = "{name} didn’t sign you in. Try again, or ask its administrator whether you may use this console."
LOST = "That sign-in took too long, or began in another window. Begin again."
