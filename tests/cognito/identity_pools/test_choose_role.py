"""A stranger signs up into a role at the emulator, it is found, and its mend ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from django.test import Client

from accounts.models import Operator
from cognito.models import UserPool
from cognito.pools.findings import findings_of
from emulator.process import REGION
from sync.models import Change
from tests.cognito.identity_pools.shop import Shop
from tests.services.changing import carry_out
from tests.services.pages import address

pytestmark = pytest.mark.django_db
PASSWORD = "Correct-Horse-7"


def as_app(shop: Shop, service: Any) -> Any:
    config = Config(signature_version=UNSIGNED)
    return boto3.client(service, endpoint_url=shop.emulator.url, region_name=REGION, config=config)


def signed_up(shop: Shop, name: str, **attributes: str) -> str:
    """The ID token of somebody whom nobody knows."""
    app = as_app(shop, "cognito-idp")
    said = [{"Name": key.replace("__", ":"), "Value": value} for key, value in attributes.items()]
    mail = {"Name": "email", "Value": f"{name}@example.org"}
    app.sign_up(ClientId=shop.client_id, Username=name, Password=PASSWORD, UserAttributes=[mail, *said])
    code = shop.emulator.messages()[-1]["secret"]
    app.confirm_sign_up(ClientId=shop.client_id, Username=name, ConfirmationCode=code)
    return token_of(shop, name)["IdToken"]


def token_of(shop: Shop, name: str) -> dict[str, str]:
    params = {"USERNAME": name, "PASSWORD": PASSWORD}
    app = as_app(shop, "cognito-idp")
    answer = app.initiate_auth(ClientId=shop.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=params)
    found: dict[str, str] = answer["AuthenticationResult"]
    return found


def role_of(shop: Shop, token: str) -> str:
    app, logins = as_app(shop, "cognito-identity"), {shop.login: token}
    identity = app.get_id(IdentityPoolId=shop.pool_id, Logins=logins)["IdentityId"]
    given = app.get_credentials_for_identity(IdentityId=identity, Logins=logins)["Credentials"]
    keys = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretKey"],
        "aws_session_token": given["SessionToken"],
    }
    arn: str = shop.emulator.client("sts", **keys).get_caller_identity()["Arn"]
    return arn.split("/")[1]


def test_a_stranger_signs_up_into_a_role_until_the_app_may_not_write_it(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    shop.with_roles()
    plan = {"Name": "plan", "AttributeDataType": "String", "Mutable": True}
    shop.idp.add_custom_attributes(UserPoolId=shop.user_pool, CustomAttributes=[plan])
    shop.idp.update_user_pool(UserPoolId=shop.user_pool, AutoVerifiedAttributes=["email"])
    gold = {
        "Claim": "custom:plan",
        "MatchType": "Equals",
        "Value": "gold",
        "RoleARN": shop.role("gold", "authenticated"),
    }
    rules = {"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [gold]}}
    shop.set_roles(shop.roles()["Roles"], RoleMappings={shop.provider: rules})
    assert role_of(shop, signed_up(shop, "eve", custom__plan="gold")) == "gold"
    shop.mirrored()

    pool = UserPool.objects.get(aws_id=shop.user_pool)
    [found] = [each for each in findings_of(pool) if each.code == "CLAIM_BY_CHOICE"]
    client = client_of(erin)
    url = f"{address('cognito_pool_action', aws_id=pool.aws_id, action=found.action)}{found.query}"
    form = client.get(url).context["form"]
    fields = {bound.html_name: bound.value() for bound in form if bound.value()}
    assert client.post(url, fields).status_code == 302
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED

    with pytest.raises(ClientError, match="unauthorized attribute: custom:plan"):
        signed_up(shop, "mallory", custom__plan="gold")
    token, written = signed_up(shop, "trent"), [{"Name": "custom:plan", "Value": "gold"}]
    with pytest.raises(ClientError):
        role_of(shop, token)
    with pytest.raises(ClientError, match="unauthorized attribute: custom:plan"):
        as_app(shop, "cognito-idp").update_user_attributes(
            AccessToken=token_of(shop, "trent")["AccessToken"], UserAttributes=written
        )
    assert "CLAIM_BY_CHOICE" not in {each.code for each in findings_of(pool)}
