"""What must be right before the console starts with SAML_METADATA."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings

EXTRA = (
    "SAML_METADATA is set, and the packages of requirements/saml.txt are missing: install them, or unset SAML_METADATA."
)
TWO = "OIDC_ISSUER and SAML_METADATA are both set: operators sign in by one identity provider. Unset one."


def is_installed() -> bool:
    return all(find_spec(name) is not None for name in ("onelogin", "xmlsec", "lxml"))


def at_start() -> list[str]:
    """Sentences that forbid starting (iamconsole.checks)."""
    if not settings.SAML_METADATA:
        return []
    if settings.OIDC_ISSUER:
        return [TWO]
    if not is_installed():
        return [EXTRA]
    from accounts.saml.metadata import BadMetadata, idp  # needs the extra

    try:
        idp()
    except BadMetadata as wrong:
        return [str(wrong)]
    return []
