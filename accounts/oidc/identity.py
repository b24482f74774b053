"""The identity that the provider's claims describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from accounts.identity_provider import MOST_GROUPS, ProviderIdentity, trusted_mfa, valid_address
from accounts.names import as_one_line


def identity_of(token: Mapping[str, Any], userinfo: Mapping[str, Any]) -> ProviderIdentity:
    """`token`: the verified claims of the ID token, which alone say how and when somebody signed in.

    What the token doesn't say of the person, the provider's userinfo may.
    """
    said = {**userinfo, **token}
    auth_time = token.get("auth_time")
    return ProviderIdentity(
        issuer=token["iss"],
        subject=token["sub"],
        email=_email(token, userinfo),
        name=as_one_line(str(said.get("name") or said.get("preferred_username") or ""))[:120],
        groups=frozenset(_texts(said.get(settings.OIDC_GRANTS_CLAIM))),
        auth_time=float(auth_time) if isinstance(auth_time, int | float) else None,
        multi_factor=bool({*_texts(token.get("amr")), *_texts(token.get("acr"))} & trusted_mfa()),
    )


def _email(token: Mapping[str, Any], userinfo: Mapping[str, Any]) -> str:
    """The address that one source says together with its being verified: what the other says is of another address.

    settings.OIDC_TRUST_EMAIL is for a provider that says nothing of it anywhere.
    """
    for said in (token, userinfo):
        if "email" in said and "email_verified" in said:
            is_verified = (
                said["email_verified"] is True or said["email_verified"] == "true"
            )  # some providers say it as a text
            return _address(said) if is_verified else ""
    if not settings.OIDC_TRUST_EMAIL or "email_verified" in {**token, **userinfo}:
        return ""
    return _address(token if "email" in token else userinfo)


def _address(said: Mapping[str, Any]) -> str:
    return valid_address(str(said["email"] or "")) if "email" in said else ""


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in values[:MOST_GROUPS] if isinstance(text, str) and text and "\x00" not in text]
