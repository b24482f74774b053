"""A SAML identity provider for the tests: over loopback HTTP, signing by xmlsec, with what one may do wrong.

`person` is who signs in there next; `wrong` is a change of the next response before it is signed, `after` one of what
was signed. Its page has the form that a browser would post.
"""

from __future__ import annotations

import base64
import datetime
import html
import secrets
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
NAMESPACES = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "samlp": "urn:oasis:names:tc:SAML:2.0:protocol"}
NAMESPACES["ds"] = "http://www.w3.org/2000/09/xmldsig#"

RESPONSE = """<samlp:Response xmlns:samlp="{samlp}" xmlns:saml="{saml}" ID="_r{id}" Version="2.0" IssueInstant="{now}"
 Destination="{acs}" InResponseTo="{request}"><saml:Issuer>{issuer}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="{status}"/></samlp:Status>{assertion}</samlp:Response>"""
ASSERTION = """<saml:Assertion ID="_a{id}" Version="2.0" IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer>
<saml:Subject><saml:NameID Format="{format}">{subject}</saml:NameID><saml:SubjectConfirmation Method="{bearer}">
<saml:SubjectConfirmationData NotOnOrAfter="{ends}" Recipient="{acs}" InResponseTo="{request}"/>
</saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{now}" NotOnOrAfter="{ends}">
<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{signed_in}"><saml:AuthnContext>
<saml:AuthnContextClassRef>{context}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"""

Change = Callable[[Any], None]


@cache
def key(name: str) -> tuple[bytes, bytes]:
    """Private key and certificate, PEM."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "IdP")])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(private.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    pem = serialization.Encoding.PEM
    plain = private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return plain, made.sign(private, hashes.SHA256()).public_bytes(pem)


def instant(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def find(document: Any, path: str) -> Any:
    return document.find(path, NAMESPACES)


class SamlProvider:
    def __init__(self) -> None:
        self.reset()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def reset(self) -> None:
        self.person: dict[str, Any] = {
            "subject": "u-1",
            "format": PERSISTENT,
            "email": ["dora@example.org"],
            "displayName": ["Dora"],
            "groups": [],
        }
        self.wrong: Change = lambda response: None
        self.after: Change = lambda response: None
        self.signs = "Assertion"  # or "Response", or "" for nothing
        self.signs_with, self.method = "own", xmlsec.Transform.RSA_SHA256
        self.context = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
        self.status = SUCCESS
        self.signed_in_at = time.time()
        self.obeys_force = True
        self.asked: list[Any] = []  # the requests

    @contextmanager
    def running(self) -> Iterator[SamlProvider]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def write_metadata(self, path: Path) -> Path:
        certificate = "".join(key("own")[1].decode().splitlines()[1:-1])
        path.write_text(
            f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="{NAMESPACES["ds"]}"'
            f' entityID="{self.address}/metadata"><md:IDPSSODescriptor WantAuthnRequestsSigned="false"'
            ' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing">'
            f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            '</md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"'
            f' Location="{self.address}/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>'
        )
        return path

    def response(self, request: Any) -> bytes:
        """To an AuthnRequest: the response as it is posted, before Base64."""
        now = time.time()
        if request.get("ForceAuthn") == "true" and self.obeys_force:
            self.signed_in_at = now
        said = {
            "id": secrets.token_hex(16),
            "now": instant(now),
            "ends": instant(now + 300),
            "signed_in": instant(self.signed_in_at),
            "acs": request.get("AssertionConsumerServiceURL"),
            "request": request.get("ID"),
            "audience": find(request, "saml:Issuer").text,
            "issuer": f"{self.address}/metadata",
            "bearer": BEARER,
            "context": self.context,
            "status": self.status,
            "subject": self.person["subject"],
            "format": self.person["format"],
            "attributes": "".join(_attribute(name, self.person[name]) for name in ("email", "displayName", "groups")),
            **NAMESPACES,
        }
        assertion = ASSERTION.format(**said) if self.status == SUCCESS else ""
        document = etree.fromstring(RESPONSE.format(**said, assertion=assertion).encode())
        self.wrong(document)
        if self.signs and self.status == SUCCESS:
            signed = document if self.signs == "Response" else find(document, "saml:Assertion")
            document = self._sign(document, signed)
        self.after(document)
        return bytes(etree.tostring(document))

    def _sign(self, document: Any, signed: Any) -> Any:
        signature = xmlsec.template.create(signed, xmlsec.Transform.EXCL_C14N, self.method)
        find(signed, "saml:Issuer").addnext(signature)
        reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri=f"#{signed.get('ID')}")
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        xmlsec.tree.add_ids(document, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(key(self.signs_with)[0], xmlsec.KeyFormat.PEM)
        context.sign(signature)
        return document

    # ---- over HTTP -------------------------------------------------------------------------------------------
    def page(self, query: str) -> str:
        """The page whose form the browser posts to the console."""
        asked = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
        request = etree.fromstring(zlib.decompress(base64.b64decode(asked["SAMLRequest"]), -15))
        self.asked.append(request)
        sent = base64.b64encode(self.response(request)).decode()
        return (
            f'<form method="post" action="{html.escape(request.get("AssertionConsumerServiceURL"))}">'
            f'<input type="hidden" name="SAMLResponse" value="{sent}">'
            '<input type="hidden" name="RelayState" value="https://evil.example/"><button>Continue</button></form>'
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = provider.page(urlsplit(self.path).query).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler


def _attribute(name: str, values: list[str]) -> str:
    said = "".join(f"<saml:AttributeValue>{html.escape(value)}</saml:AttributeValue>" for value in values)
    return f'<saml:Attribute Name="{name}">{said}</saml:Attribute>' if values else ""
