"""X.509 certificates and SAML metadata, as far as pages tell of them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from cryptography import x509
from cryptography.hazmat.primitives import hashes

_LONGEST = 300
_METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"


@dataclass(frozen=True)
class Certificate:
    """Names are in RFC 4514's writing ("CN=shop.example.org,O=Example")."""

    subject: str
    issuer: str
    expires_at: datetime
    sha256: str
    domains: tuple[str, ...]


def read_pem(text: str) -> Certificate | None:
    """None where it isn't a certificate that can be read."""
    try:
        return _facts(x509.load_pem_x509_certificate(text.encode()))
    except ValueError:
        return None


def _read_base64(text: str) -> Certificate | None:
    try:
        return _facts(x509.load_der_x509_certificate(base64.b64decode("".join(text.split()))))
    except (ValueError, binascii.Error):
        return None


def _facts(certificate: x509.Certificate) -> Certificate:
    return Certificate(
        subject=certificate.subject.rfc4514_string()[:_LONGEST],
        issuer=certificate.issuer.rfc4514_string()[:_LONGEST],
        expires_at=certificate.not_valid_after_utc,
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        domains=tuple(_domains(certificate)),
    )


def _domains(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return sorted(names.get_values_for_type(x509.DNSName))


@dataclass(frozen=True)
class SamlMetadata:
    """What a SAML metadata document says of its identity provider."""

    entity_id: str
    certificates: tuple[Certificate, ...]


def read_metadata(text: str) -> SamlMetadata:
    """Empty where the document can't be read.

    A document with a DTD is not looked into: without one XML has no entities that could blow it up.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return SamlMetadata("", ())
    try:
        root = ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError:
        return SamlMetadata("", ())
    entity = root if root.tag == f"{_METADATA}EntityDescriptor" else root.find(f".//{_METADATA}EntityDescriptor")
    if entity is None:
        return SamlMetadata("", ())
    found = {certificate.sha256: certificate for certificate in _signing(entity)}
    return SamlMetadata(entity.get("entityID", ""), tuple(found[key] for key in sorted(found)))


def _signing(entity: ElementTree.Element) -> Iterator[Certificate]:
    """A key without a use is for signing, too (SAML 2.0 Metadata, 2.4.1.1)."""
    for key in entity.iterfind(f"{_METADATA}IDPSSODescriptor/{_METADATA}KeyDescriptor"):
        if key.get("use", "signing") == "signing":
            for element in key.iterfind(f".//{_SIGNATURE}X509Certificate"):
                if found := _read_base64(element.text or ""):
                    yield found
