"""A user pool with customers at the emulator, and in the mirror."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from accounts.models import AwsAccount
from cognito.models import CognitoUser, PoolPeopleSettings, UserPool
from cognito.people.operations.linking import LinkedAccount
from emulator.process import REGION, Emulator
from tests.services.pulling import pulled
from tests.services.remembered import remembered

PASSWORD = "Correct-Horse-7"
TOTP = "SOFTWARE_TOKEN_MFA"
KEPT = ["custom:plan", "email", "email_verified"]
SOURCES = (
    "cognito.pools",
    "cognito.clients",
    "cognito.groups",
    "cognito.providers",
    "cognito.people",
    "cognito.members",
)
DEVICE = "us-east-1_0f6ee0b6-7b6f-4b1c-9d0a-3a1c3f1f0c11"
ACCOUNT = LinkedAccount("Google", "109876543210")


@dataclass(frozen=True)
class Customers:
    """`ada` is confirmed, `ben` was invited, `cleo` never finished signing up, `dora` has an authenticator app.

    `ada` has a device that the pool remembers; `dora` has an account at Google linked to hers.
    """

    idp: Any
    pool: UserPool
    emulator: Emulator

    def person(self, name: str) -> CognitoUser:
        person: CognitoUser = CognitoUser.objects.live().get(pool=self.pool, attributes__email=f"{name}@acme.example")
        return person


def customers(emulator: Emulator, aws_account: AwsAccount, **more: Any) -> Customers:
    """`more`: settings of the pool."""
    pool_id = remembered("customers", emulator, aws_account, lambda: _made(emulator, aws_account, **more), more)
    return Customers(emulator.client("cognito-idp"), UserPool.objects.get(aws_id=pool_id), emulator)


def _made(emulator: Emulator, aws_account: AwsAccount, **more: Any) -> str:
    idp = emulator.client("cognito-idp")
    pool_id: str = idp.create_user_pool(
        PoolName="customers",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        DeviceConfiguration={"DeviceOnlyRememberedOnUserPrompt": True},
        Policies={"PasswordPolicy": {"MinimumLength": 10, "RequireSymbols": True, "TemporaryPasswordValidityDays": 7}},
        Schema=[{"Name": "plan", "AttributeDataType": "String", "StringAttributeConstraints": {"MaxLength": "8"}}],
        **more,
    )["UserPool"]["Id"]
    idp.create_group(UserPoolId=pool_id, GroupName="vip")
    idp.create_group(UserPoolId=pool_id, GroupName="staff", RoleArn="arn:aws:iam::123456789012:role/shop-staff")
    emulator.bring_in(
        pool_id,
        [
            _brought("ada", password=PASSWORD, devices={DEVICE: "Pixel 9"}),
            _brought("ben", status="FORCE_CHANGE_PASSWORD"),
            _brought("cleo", status="UNCONFIRMED"),
            _brought("dora", factors=[TOTP], totp_secret="GEZDGNBVGY3TQOJQ", groups=["vip"]),
        ],
    )
    idp.create_user_pool_client(UserPoolId=pool_id, ClientName="web")
    google = {"client_id": "shop", "client_secret": "google-said-so", "authorize_scopes": "openid"}
    idp.create_identity_provider(
        UserPoolId=pool_id, ProviderName="Google", ProviderType="Google", ProviderDetails=google
    )
    _linked(idp, pool_id, "dora")
    PoolPeopleSettings.objects.create(aws_account=aws_account, region=REGION, pool_id=pool_id, attributes=KEPT)
    for source in SOURCES:
        pulled(aws_account, source=source, region=REGION)
    return pool_id


def _linked(idp: Any, pool_id: str, name: str) -> None:
    username = idp.list_users(UserPoolId=pool_id, Filter=f'email = "{name}@acme.example"')["Users"][0]["Username"]
    subject = {"ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": ACCOUNT.subject}
    idp.admin_link_provider_for_user(
        UserPoolId=pool_id,
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": username},
        SourceUser={"ProviderName": ACCOUNT.provider, **subject},
    )


def _brought(name: str, **facts: Any) -> dict[str, Any]:
    attributes = {"email": f"{name}@acme.example", "email_verified": "true", "custom:plan": "basic"}
    return {"attributes": attributes, **facts}


def shown(found: Customers) -> dict[str, Any]:
    """All people of the pool, with their groups, as AWS has them: without dates, by e-mail address."""
    people = found.idp.list_users(UserPoolId=found.pool.aws_id)["Users"]
    return {_email(each["Attributes"]): _shown(found, each["Username"]) for each in people}


def _shown(found: Customers, username: str) -> dict[str, Any]:
    who = {"UserPoolId": found.pool.aws_id, "Username": username}
    described = found.idp.admin_get_user(**who)
    groups = [group["GroupName"] for group in found.idp.admin_list_groups_for_user(**who)["Groups"]]
    left_out = ("ResponseMetadata", "UserCreateDate", "UserLastModifiedDate", "UserAttributes")
    attributes = {each["Name"]: each["Value"] for each in described["UserAttributes"]}
    if linked := attributes.pop("identities", ""):
        attributes["linked"] = " ".join(f"{each['providerName']} {each['userId']}" for each in json.loads(linked))
    return {name: described[name] for name in described if name not in left_out} | {
        "groups": groups,
        "attributes": attributes,
    }


def _email(attributes: Sequence[dict[str, str]]) -> str:
    return next(each["Value"] for each in attributes if each["Name"] == "email")


def signs_in(found: Customers, password: str, email: str = "ada@acme.example") -> bool:
    try:
        _sign_in(found.idp, found.pool.aws_id, email, password)
    except ClientError:
        return False
    return True


def open_session(idp: Any, pool_id: str) -> None:
    """Ada signs in, in a pool that tracks sessions."""
    tracked = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 10}}
    idp.set_user_pool_session_configuration(UserPoolId=pool_id, **tracked)
    _sign_in(idp, pool_id, "ada@acme.example", PASSWORD)


def _sign_in(idp: Any, pool_id: str, email: str, password: str) -> None:
    client = idp.create_user_pool_client(
        UserPoolId=pool_id, ClientName="test", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]
    idp.admin_initiate_auth(
        UserPoolId=pool_id,
        ClientId=client["ClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
