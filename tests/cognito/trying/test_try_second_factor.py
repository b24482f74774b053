"""Trying a sign-in with a second factor, with a client secret, and with what no longer holds, as Cognito asks."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from cognito.models import UserPool
from cognito.trying.sign_in import scanned
from emulator.cognito_idp.totp import code_at
from tests.cognito.identity_pools.shop import Shop
from tests.cognito.trying.pages import FIRST, SECOND, begun, person, sign_in_page, state_in, with_secret
from tests.services.pages import get, text_of

pytestmark = pytest.mark.django_db

KEY = "GEZDGNBVGY3TQOJQ"
NUMBER = "+491701234567"
APP: dict[str, Any] = {"SoftwareTokenMfaConfiguration": {"Enabled": True}}
SMS: dict[str, Any] = {
    "SmsMfaConfiguration": {
        "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/texts", "ExternalId": "1"}
    }
}


def mfa(shop: Shop, mode: str, **factors: Any) -> None:
    shop.idp.set_user_pool_mfa_config(UserPoolId=shop.user_pool, MfaConfiguration=mode, **factors)
    shop.mirrored()


def with_factors(shop: Shop, *factors: str) -> None:
    ada = {"username": "ada", "attributes": {"phone_number": NUMBER}, "password": FIRST}
    shop.emulator.bring_in(shop.user_pool, [{**ada, "factors": list(factors), "totp_secret": KEY}])


def code(key: str = KEY) -> str:
    return code_at(key, int(time.time()))


def wrong(key: str = KEY) -> str:
    """None of the codes that are good about now."""
    now = int(time.time())
    near = {code_at(key, now + shift) for shift in range(-90, 91, 30)}
    return next(f"{number:06}" for number in range(100) if f"{number:06}" not in near)


def believed(page: str) -> bool:
    return text_of(page).count("Valid") == 2


def test_the_code_of_an_app_and_a_wrong_one_before(shop: Shop, erins: Client) -> None:
    mfa(shop, "OPTIONAL", **APP)
    with_factors(shop, "SOFTWARE_TOKEN_MFA")
    page = begun(erins, shop)
    assert "Cognito asks: SOFTWARE_TOKEN_MFA" in text_of(page)
    assert "Six digits of the authenticator app." in text_of(page)
    page = sign_in_page(erins, shop, 422, state=state_in(page), answer=wrong())
    assert "This isn’t the code that Cognito expects." in text_of(page)
    assert "Cognito asks: SOFTWARE_TOKEN_MFA" in text_of(page)
    assert believed(sign_in_page(erins, shop, state=state_in(page), answer=f" {code()} "))


def test_the_code_of_a_text_message_and_where_it_went(shop: Shop, erins: Client) -> None:
    mfa(shop, "OPTIONAL", **SMS)
    with_factors(shop, "SMS_MFA")
    page = begun(erins, shop)
    assert "Cognito sent a text message with a code to +*******4567." in text_of(page)
    assert NUMBER not in page
    [message] = shop.emulator.messages()
    assert believed(sign_in_page(erins, shop, state=state_in(page), answer=message["secret"]))


def test_who_has_two_factors_chooses_one(shop: Shop, erins: Client) -> None:
    mfa(shop, "OPTIONAL", **APP, **SMS)
    with_factors(shop, "SOFTWARE_TOKEN_MFA", "SMS_MFA")
    page = begun(erins, shop)
    assert "Cognito asks: SELECT_MFA_TYPE" in text_of(page)
    assert re.findall(r'type="radio" name="answer" value="(\w+)"', page) == ["SOFTWARE_TOKEN_MFA", "SMS_MFA"]
    state = state_in(page)
    refused = sign_in_page(erins, shop, 422, state=state, answer="EMAIL_OTP")
    assert "Type what is asked for." in text_of(refused)
    page = sign_in_page(erins, shop, state=state, answer="SMS_MFA")
    assert "Cognito asks: SMS_MFA" in text_of(page)
    [message] = shop.emulator.messages()
    assert believed(sign_in_page(erins, shop, state=state_in(page), answer=message["secret"]))


def test_an_app_is_set_up_where_everybody_needs_one(shop: Shop, erins: Client) -> None:
    mfa(shop, "ON", **APP)
    person(shop)
    page = begun(erins, shop)
    assert "Cognito asks: MFA_SETUP" in text_of(page)
    key = key_in(page)
    assert '<img class="qr" src="data:image/svg+xml;base64,' in page
    page = sign_in_page(erins, shop, 422, state=state_in(page), answer=wrong(key))
    assert "This isn’t the code" in text_of(page)
    assert key_in(page) == key
    assert believed(sign_in_page(erins, shop, state=state_in(page), answer=code(key)))


def test_an_app_reads_the_key_and_whose_it_is() -> None:
    said = scanned(SimpleNamespace(username="ada@home.example", key=KEY), UserPool(name="shop & co"))  # type: ignore[arg-type]
    assert said == f"otpauth://totp/shop%20%26%20co:ada%40home.example?secret={KEY}&issuer=shop%20%26%20co"


def key_in(page: str) -> str:
    found = re.search(r'data-copy="([A-Z2-7]{32,})"', page)
    assert found is not None, text_of(page)
    return found[1]


def test_a_factor_that_cant_be_set_up_here_is_said_plainly(shop: Shop, erins: Client) -> None:
    mfa(shop, "ON", **SMS)
    person(shop)
    said = text_of(begun(erins, shop, status=422))
    assert "The pool asks everybody for a second factor, and this user has none." in said
    assert "(a text message)" in said


def test_a_session_that_was_used_begins_again(shop: Shop, erins: Client) -> None:
    mfa(shop, "OPTIONAL", **APP)
    with_factors(shop, "SOFTWARE_TOKEN_MFA")
    state = state_in(begun(erins, shop))
    assert believed(sign_in_page(erins, shop, state=state, answer=code()))
    said = sign_in_page(erins, shop, 422, state=state, answer=code())
    assert "Cognito’s session for this sign-in has ended: begin again." in text_of(said)
    assert 'name="username"' in said


def test_who_is_disabled_meanwhile_is_told_as_cognito_tells(shop: Shop, erins: Client) -> None:
    mfa(shop, "OPTIONAL", **APP)
    with_factors(shop, "SOFTWARE_TOKEN_MFA")
    shop.idp.admin_disable_user(UserPoolId=shop.user_pool, Username="ada")
    assert "Cognito refused. AWS says: “User is disabled.”" in text_of(begun(erins, shop, status=422))


# ---- A client with a secret ----------------------------------------------------------------------------------
def test_a_client_with_a_secret_is_asked_for_it_once(shop: Shop, erins: Client, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    secret = with_secret(shop)
    mfa(shop, "OFF")
    person(shop, permanent=False)
    assert "This app client has a secret: type it." in text_of(begun(erins, shop, status=422))
    assert "That isn’t the secret of this app client." in text_of(begun(erins, shop, status=422, secret="wrong"))
    page = begun(erins, shop, secret=secret)
    assert believed(sign_in_page(erins, shop, state=state_in(page), answer=SECOND))
    assert secret not in page + caplog.text
    assert shop.world.sent("DescribeUserPoolClient") == []  # nor did the console look it up


def test_the_hash_is_of_the_username_that_cognito_knows_them_by(shop: Shop, erins: Client) -> None:
    """Who signs in with an address answers a challenge under the username of the pool."""
    shop.user_pool = shop.idp.create_user_pool(PoolName="by-address", UsernameAttributes=["email"])["UserPool"]["Id"]
    secret = with_secret(shop)
    shop.mirrored()
    ada = {"attributes": {"email": "ada@example.com"}, "password": FIRST, "status": "FORCE_CHANGE_PASSWORD"}
    shop.emulator.bring_in(shop.user_pool, [ada])
    page = begun(erins, shop, secret=secret, username="ada@example.com")
    assert believed(sign_in_page(erins, shop, state=state_in(page), answer=SECOND))


def test_a_client_without_a_secret_has_no_field_for_one(shop: Shop, erins: Client) -> None:
    shop.mirrored()
    assert 'name="secret"' not in get(erins, "try_sign_in", aws_id=shop.user_pool)


# ---- What comes with a new password --------------------------------------------------------------------------
def test_what_the_pool_requires_is_asked_for_with_the_new_password(shop: Shop, erins: Client) -> None:
    required = [{"Name": "nickname", "AttributeDataType": "String", "Required": True, "Mutable": True}]
    shop.user_pool = shop.idp.create_user_pool(PoolName="strict", Schema=required)["UserPool"]["Id"]
    with_secret(shop)
    made = shop.idp.create_user_pool_client(
        UserPoolId=shop.user_pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )
    shop.client_id = made["UserPoolClient"]["ClientId"]
    shop.mirrored()
    lacking = {"username": "ada", "attributes": {}, "password": FIRST, "status": "FORCE_CHANGE_PASSWORD"}
    shop.emulator.bring_in(shop.user_pool, [lacking])
    page = begun(erins, shop)
    assert 'name="set-nickname"' in page
    bare = sign_in_page(erins, shop, 422, state=state_in(page), answer=SECOND)
    assert "Type what is asked for." in text_of(bare)
    page = sign_in_page(erins, shop, state=state_in(page), answer=SECOND, **{"set-nickname": "countess"})
    assert believed(page)


def test_no_app_client_for_passwords_is_said_before_the_click(shop: Shop, erins: Client) -> None:
    shop.mirrored()
    assert "No app client of this pool allows" not in text_of(get(erins, "try_sign_in", aws_id=shop.user_pool))
    shop.idp.update_user_pool_client(
        UserPoolId=shop.user_pool, ClientId=shop.client_id, ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"]
    )
    shop.pulled()
    assert "No app client of this pool allows" in text_of(get(erins, "try_sign_in", aws_id=shop.user_pool))
