"""What a SAML response must be to be believed (saml-profiles-2.0-os, 4.1.4.3; saml-core-2.0-os, 2).

python3-saml verifies the schema, the one assertion, its signature, its issuer and its times. It takes for right what is
missing, and compares some addresses by what they contain; so what must be there is looked at again here, in the signed
assertion alone. The attributes of the Response around it aren't signed, and count for nothing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.response import OneLogin_Saml2_Response as Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings as Saml
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML as Xml

from accounts.identity_provider import LEEWAY_S, MOST_GROUPS, ProviderIdentity, trusted_mfa, valid_address
from accounts.names import as_one_line

MOST_CHARACTERS = 512 * 1024  # of a response, in Base64
MOST_LASTING_S = 3600  # how long an assertion may be good
NAMES = ("displayName", "name", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name")
# What a signature may do to what it signs; xmlsec knows others, which could read files or ask addresses.
TRANSFORMS = {
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
}


class BadResponse(Exception):
    """The text says why, for the log; operators only learn that the answer isn't to be trusted."""


@dataclass(frozen=True)
class SignedAssertion:
    id: str
    in_response_to: str  # the request that it answers
    ends_at: float  # seconds since 1970; from then on it is refused anyway
    identity: ProviderIdentity


def read(encoded: str, *, saml: Saml, here: str) -> SignedAssertion:
    """The assertion of a response that was posted to `here`. Raises BadResponse."""
    if not 0 < len(encoded) <= MOST_CHARACTERS:
        raise BadResponse("No response, or too long a one.")
    parts = urlsplit(here)
    request_data = {"https": "on" if parts.scheme == "https" else "off", "http_host": parts.netloc}
    request_data |= {"script_name": "", "path_info": parts.path}
    try:
        response = Response(saml, encoded)
        _demand_plain_signatures(response.document)
        response.is_valid(request_data, raise_exceptions=True)
        (assertion,) = Xml.query(response.document, "/samlp:Response/saml:Assertion")
        return _read(assertion, response, saml.get_sp_data()["entityId"], saml.get_idp_data()["entityId"], here)
    except BadResponse:
        raise
    except Exception as error:  # python3-saml's, and those of parsers of Base64, XML and times
        raise BadResponse(f"{type(error).__name__}: {error}") from error


def _demand_plain_signatures(document: Any) -> None:
    """Each signs its parent and nothing else: before xmlsec follows any reference or transform."""
    for signature in Xml.query(document, "//ds:Signature"):
        references = Xml.query(signature, ".//ds:Reference")
        if [each.get("URI") for each in references] != [f"#{signature.getparent().get('ID')}"]:
            raise BadResponse("A signature is not of the element that it stands in.")
        if {each.get("Algorithm") for each in Xml.query(signature, ".//ds:Transform")} - TRANSFORMS:
            raise BadResponse("A signature has another transform than it may.")
        if Xml.query(signature, ".//ds:RetrievalMethod"):
            raise BadResponse("A signature's key is elsewhere.")


def _read(assertion: Any, response: Any, audience: str, issuer: str, here: str) -> SignedAssertion:
    restrictions = Xml.query(assertion, "./saml:Conditions/saml:AudienceRestriction")
    if not restrictions or not all(audience in _texts(each, "./saml:Audience") for each in restrictions):
        raise BadResponse("The assertion isn't for this console (Audience).")
    if _texts(assertion, "./saml:Issuer") != [issuer]:
        raise BadResponse("The assertion is of another issuer.")
    in_response_to, ends_at = _confirmation(assertion, here)
    identity = _identity(assertion, response, issuer)
    return SignedAssertion(assertion.get("ID"), in_response_to, ends_at, identity)


def _confirmation(assertion: Any, here: str) -> tuple[str, float]:
    """The request that the one bearer confirmation answers, and its end: sent here, and nowhere else."""
    found = Xml.query(assertion, "./saml:Subject/saml:SubjectConfirmation")
    if len(found) != 1 or found[0].get("Method") != Constants.CM_BEARER:
        raise BadResponse("There must be one SubjectConfirmation, by bearer.")
    (data,) = Xml.query(found[0], "./saml:SubjectConfirmationData")
    if data.get("Recipient") != here:
        raise BadResponse(f"The Recipient is {data.get('Recipient')!r}, not {here!r}.")
    if not data.get("InResponseTo"):
        raise BadResponse("It answers no request of this console (IdP-initiated).")
    if not data.get("NotOnOrAfter"):
        raise BadResponse("The confirmation says no NotOnOrAfter.")
    ends_at = float(Utils.parse_SAML_to_time(data.get("NotOnOrAfter")))
    _demand_in_time(assertion, ends_at)
    return data.get("InResponseTo"), ends_at + LEEWAY_S


def _demand_in_time(assertion: Any, ends_at: float) -> None:
    now = time.time()
    (conditions,) = Xml.query(assertion, "./saml:Conditions")
    begins = conditions.get("NotBefore")
    ends = conditions.get("NotOnOrAfter")
    if begins and Utils.parse_SAML_to_time(begins) > now + LEEWAY_S:
        raise BadResponse("The assertion isn't valid yet: compare the clocks.")
    if ends and Utils.parse_SAML_to_time(ends) <= now - LEEWAY_S:
        raise BadResponse("The assertion has expired.")
    if ends_at > now + MOST_LASTING_S:
        raise BadResponse("The assertion is good for more than an hour.")


def _identity(assertion: Any, response: Any, issuer: str) -> ProviderIdentity:
    name_id = response.get_nameid_data()
    if name_id.get("Format") == Constants.NAMEID_TRANSIENT:
        raise BadResponse("The NameID is transient: the provider must say the same of somebody each time.")
    attributes = response.get_attributes()
    emails = attributes.get(settings.SAML_EMAIL_ATTRIBUTE, [])
    if not emails and name_id.get("Format") == Constants.NAMEID_EMAIL_ADDRESS:
        emails = [name_id["Value"]]
    contexts = _texts(assertion, "./saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef")
    names = [value for key in NAMES for value in attributes.get(key, []) if isinstance(value, str)]
    groups = [value for value in attributes.get(settings.SAML_GROUPS_ATTRIBUTE, []) if isinstance(value, str)]
    (statement,) = Xml.query(assertion, "./saml:AuthnStatement")
    return ProviderIdentity(
        issuer=issuer,
        subject=name_id["Value"],
        email=valid_address(emails[0]) if len(emails) == 1 else "",
        name=as_one_line(names[0])[:120] if names else "",
        groups=frozenset(groups[:MOST_GROUPS]),
        auth_time=float(Utils.parse_SAML_to_time(statement.get("AuthnInstant"))),
        multi_factor=bool(set(contexts) & trusted_mfa()),
    )


def _texts(element: Any, path: str) -> list[str]:
    return [(Xml.element_text(found) or "").strip() for found in Xml.query(element, path)]
