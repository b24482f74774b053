"""Responses that sign nobody in, each wrong in one way and right in all others."""

from __future__ import annotations

import base64
import copy
import logging
import time
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from accounts.models import Operator
from tests.accounts.oidc import said
from tests.accounts.saml import ask, go, post, signed_in

xmlsec = pytest.importorskip("xmlsec", reason="needs requirements/saml.txt")

from tests.services.saml_provider import Change, find, instant  # noqa: E402  needs xmlsec

if TYPE_CHECKING:
    from tests.services.saml_provider import SamlProvider

pytestmark = pytest.mark.django_db
DATA = "saml:Assertion/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
CONDITIONS = "saml:Assertion/saml:Conditions"
AUDIENCE = f"{CONDITIONS}/saml:AudienceRestriction"
NAME_ID = "saml:Assertion/saml:Subject/saml:NameID"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "iamconsole.saml")


def attribute(path: str, name: str, value: str | None) -> Change:
    def change(response: Any) -> None:
        element = find(response, path)
        element.attrib.pop(name) if value is None else element.set(name, value)

    return change


def text(path: str, value: str) -> Change:
    return lambda response: setattr(find(response, path), "text", value)


def without(path: str) -> Change:
    def change(response: Any) -> None:
        element = find(response, path)
        element.getparent().remove(element)

    return change


def twice(path: str) -> Change:
    def change(response: Any) -> None:
        element = find(response, path)
        element.addnext(copy.deepcopy(element))

    return change


def ago(seconds: float) -> str:
    return instant(time.time() - seconds)


# What is wrong → how it changes what is then signed.
SIGNED: dict[str, Change] = {
    "another audience": text(f"{AUDIENCE}/saml:Audience", "https://elsewhere.example"),
    "no audience": without(AUDIENCE),
    "another issuer": text("saml:Assertion/saml:Issuer", "https://elsewhere.example"),
    "no issuer": text("saml:Assertion/saml:Issuer", ""),
    "another recipient": attribute(DATA, "Recipient", "https://elsewhere.example/acs/"),
    "a recipient with ours in it": attribute(
        DATA, "Recipient", "https://evil.example/?http://testserver/auth/saml/acs/"
    ),
    "no recipient": attribute(DATA, "Recipient", None),
    "no request": attribute(DATA, "InResponseTo", None),
    "another request": attribute(DATA, "InResponseTo", "_another"),
    "expired": attribute(DATA, "NotOnOrAfter", ago(3600)),
    "expired conditions": attribute(CONDITIONS, "NotOnOrAfter", ago(120)),
    "not yet": attribute(CONDITIONS, "NotBefore", ago(-86_400)),
    "no end": attribute(DATA, "NotOnOrAfter", None),
    "an end next year": attribute(DATA, "NotOnOrAfter", ago(-365 * 86400)),
    "another method": attribute(
        "saml:Assertion/saml:Subject/saml:SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"
    ),
    "two confirmations": twice("saml:Assertion/saml:Subject/saml:SubjectConfirmation"),
    "no name": without(NAME_ID),
    "an empty name": text(NAME_ID, ""),
    "a transient name": attribute(NAME_ID, "Format", TRANSIENT),
    "no statement": without("saml:Assertion/saml:AuthnStatement"),
    "another destination": lambda response: response.set("Destination", "https://elsewhere.example/acs/"),
    "no assertion": without("saml:Assertion"),
}


def refused(client: Client) -> bool:
    answer = go(client)
    return not signed_in(client) and not Operator.objects.exists() and "can’t be trusted" in said(client, answer)


@pytest.mark.parametrize("wrong", [name for name in SIGNED if name not in ("another request", "no assertion")])
def test_a_signed_assertion_that_says_it_wrong(client: Client, saml: SamlProvider, wrong: str) -> None:
    saml.wrong = SIGNED[wrong]
    assert refused(client)


def test_one_that_answers_another_request(client: Client, saml: SamlProvider) -> None:
    """The Response around it, which isn't signed, names the right one; or another one, too."""
    saml.wrong = SIGNED["another request"]
    assert refused(client)

    def both(response: Any) -> None:
        SIGNED["another request"](response)
        response.set("InResponseTo", "_another")

    saml.wrong = both
    assert "began in another window" in said(client, go(client))
    assert not signed_in(client)


@pytest.mark.parametrize("signs", ["", "Response"])
def test_an_assertion_that_is_not_signed_itself(client: Client, saml: SamlProvider, signs: str) -> None:
    saml.signs = signs
    assert refused(client)


def test_a_signature_by_another_key(client: Client, saml: SamlProvider) -> None:
    saml.signs_with = "another"
    assert refused(client)


def test_a_signature_by_sha_1(client: Client, saml: SamlProvider) -> None:
    saml.method = xmlsec.Transform.RSA_SHA1
    assert refused(client)


@pytest.mark.parametrize("changed", ["subject", "email"])
def test_what_was_changed_after_it_was_signed(client: Client, saml: SamlProvider, changed: str) -> None:
    value = "saml:Assertion/saml:AttributeStatement/saml:Attribute/saml:AttributeValue"
    saml.after = text(NAME_ID if changed == "subject" else value, "olga@example.org")
    assert refused(client)


def test_a_comment_hides_nothing_of_the_name(client: Client, saml: SamlProvider) -> None:
    """Canonical XML leaves comments out, so the signature holds: the name is the whole text."""

    def comment(response: Any) -> None:
        name = find(response, NAME_ID)
        name.text = "u-"
        from lxml import etree

        hidden = etree.Comment("x")
        hidden.tail = "1"
        name.append(hidden)

    saml.after = comment
    go(client)
    account = Operator.objects.get().socialaccount_set.get()  # type: ignore[attr-defined]
    assert account.extra_data["subject"] == "u-1"


def _wrapped(inside: str) -> Change:
    """Signature wrapping: a forged assertion where one is read, and the signed one where it is verified."""

    def wrap(response: Any) -> None:
        signed = find(response, "saml:Assertion")
        forged = copy.deepcopy(signed)
        forged.set("ID", "_forged")
        forged.remove(find(forged, "ds:Signature"))
        find(forged, "saml:Subject/saml:NameID").text = "olga"
        signed.addprevious(forged)
        if inside == "forged":
            forged.append(signed)
        elif inside == "signature":
            signature = find(signed, "ds:Signature")
            forged.insert(1, signature)
            signature.append(signed)
        elif inside == "object":
            find(signed, "ds:Signature").append(forged)

    return wrap


@pytest.mark.parametrize("inside", ["beside", "forged", "signature", "object"])
def test_a_forged_assertion_around_the_signed_one(client: Client, saml: SamlProvider, inside: str) -> None:
    saml.after = _wrapped(inside)
    assert refused(client)


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        (".//ds:Reference", "URI", ""),
        (".//ds:Reference", "URI", "http://127.0.0.1:1/"),
        (".//ds:Transform", "Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
    ],
)
def test_a_signature_that_leads_elsewhere(client: Client, saml: SamlProvider, path: str, name: str, value: str) -> None:
    saml.after = attribute(path, name, value)
    assert refused(client)


def test_a_second_reference_is_not_followed(client: Client, saml: SamlProvider) -> None:
    saml.after = twice(".//ds:Reference")
    assert refused(client)


def test_who_is_denied_there_is_told_so(client: Client, saml: SamlProvider) -> None:
    saml.status = "urn:oasis:names:tc:SAML:2.0:status:Responder"
    assert "didn’t sign you in" in said(client, go(client))


ENTITY = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize(
    "sent", ["", "x", "%%%", base64.b64encode(b"<a/>").decode(), base64.b64encode(ENTITY).decode(), "A" * 600_000]
)
def test_what_is_no_response(client: Client, saml: SamlProvider, sent: str) -> None:
    assert post(sent)["Location"] == "/auth/login/"


def test_the_key_of_an_answer_is_not_guessed(client: Client, saml: SamlProvider) -> None:
    ask(client)
    assert client.get("/auth/saml/finish/?key=")["Location"] == "/auth/login/"
