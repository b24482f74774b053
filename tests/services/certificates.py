"""Certificates and SAML metadata, made for one test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ENTITY_ID = "https://idp.example.org/metadata"


@dataclass(frozen=True)
class Made:
    pem: str
    key: str
    expires: datetime


@cache
def certificate(name: str, *, days: int = 365) -> Made:
    """A self-signed certificate of `name` that ends `days` from today; the same one each time in a test run."""
    key = ec.generate_private_key(ec.SECP256R1())
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=400))
        .not_valid_after(today + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Made(
        made.public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        today + timedelta(days=days),
    )


def saml_metadata(
    *, entity_id: str = ENTITY_ID, certificate_days: int = 365, valid_until: datetime | None = None
) -> str:
    """What an identity provider hands out: at least 1,000 characters, as AWS asks."""
    body = "".join(certificate("idp.example.org", days=certificate_days).pem.strip().splitlines()[1:-1])
    end = f' validUntil="{valid_until.isoformat()}"' if valid_until else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}"{end}>\n'
        '  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\n'
        '    <md:KeyDescriptor use="signing">\n'
        '      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n'
        f"        <ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data>\n"
        "      </ds:KeyInfo>\n"
        "    </md:KeyDescriptor>\n"
        '    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
        f'Location="{entity_id}/sso"/>\n'
        f"    <!-- {'padding ' * 40}-->\n"
        "  </md:IDPSSODescriptor>\n"
        "</md:EntityDescriptor>\n"
    )
