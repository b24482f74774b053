"""What is typed wrong of a pool is said at its field, or at the proposal: not when half of a change is done."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Operator
from cognito.pools.operations import update
from cognito.pools.operations.shapes import CLIENT, MFA, POOL, Shape
from sync.changes import PlanError
from sync.models import Change
from tests.cognito.arranged_pool import API, SES_IN_FORM, Arranged
from tests.cognito.pool_forms import action_url, shown, stage
from tests.services.changing import carry_out, propose
from tests.services.pages import text_of

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db


_OWN_CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
_OIDC = (
    "client_id = a\noidc_issuer = https://id.example.org\nauthorize_scopes = openid\nattributes_request_method = GET"
)


@pytest.mark.parametrize(
    ("action", "said", "words"),
    [
        ("signin", {"site": "https://shop.example/"}, "without https:// and without a path"),
        ("mfa", {"mode": "ON", "sms_role": "arn:aws:s3:::bucket"}, "isn’t the ARN of a role"),
        ("mfa", {"mode": "ON", "sms_role": "arn:aws:iam::999999999999:role/sms"}, "It is of AWS account 999999999999"),
        ("messages", {"sender": "DEVELOPER", "source_arn": "arn:aws:s3:::x"}, "isn’t the ARN of an identity in SES"),
        ("messages", {"reply_to": "nobody"}, "Enter a valid email address"),
        ("messages", {"sender_name": "Acme\r\nBcc: me@example.org"}, "characters that nobody sees"),
        ("triggers", {"functions": "PreSignUp = arn:aws:lambda:x"}, "isn’t the ARN of a function"),
        ("triggers", {"functions": f"PreSignUp = {_OWN_CERTIFICATE}\nPreSignUp = b"}, "Line 2: PreSignUp stands there"),
        ("domain", {"domain": "my-aws-shop"}, "AWS takes no prefix with “aws” in it"),
        (
            "domain",
            {"domain": "id.acme.example", "certificate": "arn:aws:acm:eu-west-1:123456789012:certificate/x"},
            "isn’t the ARN of a certificate of ACM in us-east-1",
        ),
        (
            "domain",
            {"domain": "id.acme.example", "certificate": _OWN_CERTIFICATE.replace("1234567890", "9999999999")},
            "has to be of this one",
        ),
        ("client-new", {"name": "app", "kind": "public", "callbacks": "javascript:alert(1)"}, "is no address that"),
        ("client-new", {"name": "app", "kind": "public", "callbacks": "https://[x"}, "give the whole address"),
        ("client-new", {"name": "app", "kind": "machine", "scopes": "nope/read"}, "has the scope nope/read"),
        ("client-new", {"name": "app", "kind": "machine", "scopes": "openid"}, "name the scopes of a resource server"),
        (
            "client-new",
            {"name": "app", "kind": "machine", "scopes": f"{API}/read", "callbacks": "https://a.example/"},
            "Nobody comes back to a machine",
        ),
        ("client-new", {"name": "app", "kind": "public", "scopes": f"{API}/read"}, "For a machine only"),
        ("group-new", {"name": "vip", "precedence": "9999999999"}, "less than or equal to 2147483647"),
        (
            "provider-new",
            {"name": "Okta", "type": "OIDC", "details": "client_id = a"},
            "AWS asks for oidc_issuer, authorize_scopes and attributes_request_method, too",
        ),
        (
            "provider-new",
            {"name": "Okta", "type": "OIDC", "details": _OIDC.replace("https", "http")},
            "oidc_issuer is an address that begins with https://",
        ),
        (
            "provider-new",
            {"name": "Okta", "type": "OIDC", "details": _OIDC, "mapping": "nope = sub"},
            "The pool has no attribute nope",
        ),
        (
            "provider-new",
            {"name": "Okta", "type": "OIDC", "details": _OIDC, "mapping": "sub = sub"},
            "sub can’t be changed once it is set",
        ),
        (
            "provider-new",
            {"name": "Meta", "type": "Facebook", "details": "client_id = a\nauthorize_scopes = email"},
            "AWS asks for it with this type",
        ),
    ],
)
def test_what_is_typed_wrong_is_said_at_its_field(
    arranged: Arranged, erin: Operator, client_of: ClientOf, action: str, said: dict[str, str], words: str
) -> None:
    response = stage(client_of(erin), action_url(arranged, action), **said)
    assert response.status_code == 422
    assert words in text_of(response.content.decode())
    assert not Change.objects.exists()


def test_a_verification_by_link_has_texts_of_its_own(arranged: Arranged, erin: Operator, client_of: ClientOf) -> None:
    """Those of the code are another subject and another text."""
    url, client = action_url(arranged, "messages"), client_of(erin)
    by_link = {**SES_IN_FORM, "option": "CONFIRM_WITH_LINK", "subject": "Welcome", "message": "Please {##confirm##}"}
    refused = stage(client, url, **{**by_link, "message": "Your code is {####}"})
    assert "there the link stands" in text_of(refused.content.decode())
    assert stage(client, url, **by_link).status_code == 302
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED
    template = arranged.described()["VerificationMessageTemplate"]
    assert (template["EmailSubjectByLink"], template["EmailMessageByLink"]) == ("Welcome", "Please {##confirm##}")
    assert "EmailMessage" not in template
    assert {name: shown(client, url)[name] for name in by_link} == by_link
    by_code = {"option": "CONFIRM_WITH_CODE", "subject": "Code", "message": "It is {####}"}
    assert stage(client, url, **by_code).status_code == 302
    assert carry_out(Change.objects.latest("pk"), erin).state == Change.State.APPLIED
    template = arranged.described()["VerificationMessageTemplate"]
    assert (template["EmailSubject"], template["EmailMessage"]) == ("Code", "It is {####}")
    assert (
        stage(client, action_url(arranged, "password"), minimum="16").status_code == 302
    )  # nor does any other form fail
    assert carry_out(Change.objects.latest("pk"), erin).state == Change.State.APPLIED


def test_texts_of_ones_own_are_sent_by_ses_only(arranged: Arranged, erin: Operator, client_of: ClientOf) -> None:
    refused = stage(client_of(erin), action_url(arranged, "messages"), message="It is {####}")
    assert "AWS takes texts of your own only where SES sends" in text_of(refused.content.decode())


@pytest.mark.parametrize(
    ("of", "changes", "sentence"),
    [
        (POOL, {"Policies.SignInPolicy.AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}, "Another first factor"),
        (MFA, {"WebAuthnConfiguration": {"RelyingPartyId": "shop.example"}}, "Sign-in by passkey needs the plan"),
        (MFA, {"MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {"Message": "{####}"}}, "MFA by e-mail needs"),
        (CLIENT, {"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}, "ALLOW_USER_AUTH"),
    ],
)
def test_what_the_plan_lite_does_not_have_is_said_before_anything_is_sent(
    arranged: Arranged, erin: Operator, of: Shape, changes: dict[str, Any], sentence: str
) -> None:
    name = [arranged.client.aws_id] if of is CLIENT else []
    lite = update(POOL, arranged.pool.arn, "customers", {"UserPoolTier": "LITE"})
    with pytest.raises(PlanError, match=sentence):
        propose(arranged.pool.aws_account, erin, [lite, update(of, arranged.pool.arn, "customers", changes, *name)])


@pytest.mark.parametrize(
    ("action", "said", "words"),
    [
        ("client-signin", {"flows": None}, "Choose one at least"),
        ("client-oauth", {"flows": ["client_credentials"], "scopes": "openid"}, "Client credentials are nobody’s"),
        ("client-oauth", {"flows": ["code"], "scopes": "nope/read"}, "has the scope nope/read"),
        (
            "client-tokens",
            {"refresh": "60", "refresh_unit": "minutes", "access": "2", "access_unit": "hours"},
            "no refresh tokens that end before the others",
        ),
    ],
)
def test_what_is_wrong_of_an_app_client_is_said(
    arranged: Arranged, erin: Operator, client_of: ClientOf, action: str, said: dict[str, Any], words: str
) -> None:
    response = stage(client_of(erin), action_url(arranged, action, arranged.client.aws_id), **said)
    assert response.status_code == 422
    assert words in text_of(response.content.decode())


@pytest.mark.parametrize(
    ("set_so", "words"),
    [
        ({"Policies": {"PasswordPolicy": {"MinimumLength": 500}}}, "less than or equal to 99"),
        ({"Policies": {"PasswordPolicy": {"MinimumLength": "x"}}}, "valid types"),
        ({"SmsAuthenticationMessage": "no code"}, "smsAuthenticationMessage must"),
    ],
)
def test_settings_as_json_are_held_against_the_model_of_aws(
    arranged: Arranged, erin: Operator, client_of: ClientOf, set_so: dict[str, Any], words: str
) -> None:
    url = action_url(arranged, "settings-json")
    held = json.loads(shown(client_of(erin), url)["settings_json"])
    response = stage(client_of(erin), url, settings_json=json.dumps({**held, **set_so}))
    assert response.status_code == 422
    assert words in text_of(response.content.decode())


def test_what_aws_holds_is_not_held_against_its_model(arranged: Arranged, erin: Operator, client_of: ClientOf) -> None:
    """The model of this console may be older than what AWS said."""
    pool = arranged.pool
    pool.settings["Policies"]["PasswordPolicy"]["MinimumLength"] = 500
    pool.save(update_fields=["settings"])
    assert stage(client_of(erin), action_url(arranged, "protection"), protected=None).status_code == 302


def test_words_that_the_model_does_not_know_are_aws_to_refuse(
    arranged: Arranged, erin: Operator, client_of: ClientOf
) -> None:
    url = action_url(arranged, "client-json", arranged.client.aws_id)
    held = json.loads(shown(client_of(erin), url)["settings_json"])
    newer = {**held, "ExplicitAuthFlows": ["ALLOW_SOMETHING_NEW"]}
    assert stage(client_of(erin), url, settings_json=json.dumps(newer)).status_code == 302
