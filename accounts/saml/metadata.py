"""The provider's metadata: a file, which whoever sets up the console has put there, so its keys are trusted.

SAML metadata (saml-metadata-2.0-os): entityID, SingleSignOnService, KeyDescriptor.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Parser
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML as Xml

MOST_BYTES = 2**20


class BadMetadata(Exception):
    """A sentence for whoever sets up the console."""


def idp() -> dict[str, Any]:
    """The provider as python3-saml's settings have it. Raises BadMetadata."""
    path = Path(settings.SAML_METADATA)
    try:
        changed_at = path.stat().st_mtime_ns
        return _read(path, changed_at, bool(settings.PRODUCTION))
    except OSError as error:
        raise BadMetadata(f"SAML_METADATA: {path} can’t be read ({error.strerror}).") from error


@lru_cache(4)
def _read(path: Path, changed_at: int, production: bool) -> dict[str, Any]:
    """`changed_at`: a file that was replaced, since the provider has new keys, is read again."""
    text = path.read_bytes()
    if len(text) > MOST_BYTES:
        raise BadMetadata("SAML_METADATA is longer than 1 MB: give the metadata of the one identity provider.")
    try:
        document = Xml.to_etree(text)
        providers = Xml.query(document, "//md:IDPSSODescriptor")
        parsed = Parser.parse(text, required_sso_binding=Constants.BINDING_HTTP_REDIRECT)
    except Exception as error:  # whatever parsers of XML raise
        raise BadMetadata("SAML_METADATA isn’t the XML of an identity provider’s metadata.") from error
    if len(providers) != 1:
        raise BadMetadata(f"SAML_METADATA has {len(providers)} identity providers: it must have one.")
    if not Xml.query(document, "//md:IDPSSODescriptor/md:KeyDescriptor[not(@use='encryption')]//ds:X509Certificate"):
        raise BadMetadata("SAML_METADATA has no certificate for signing.")
    found: dict[str, Any] = parsed.get("idp", {})
    _require(found, parsed.get("security", {}), production)
    return found


def _require(found: dict[str, Any], security: dict[str, Any], production: bool) -> None:
    address = found.get("singleSignOnService", {}).get("url", "")
    if not found.get("entityId"):
        raise BadMetadata("SAML_METADATA says no entityID.")
    if not address.startswith(("https://",) if production else ("https://", "http://")):
        raise BadMetadata("SAML_METADATA names no SingleSignOnService by HTTP-Redirect at an https address.")
    if security.get("authnRequestsSigned"):
        raise BadMetadata("SAML_METADATA asks for signed requests (WantAuthnRequestsSigned), which this console can’t.")
