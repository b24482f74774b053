"""A pool with customers at the emulator, and in the mirror; and every operation on one of them, a row for each."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings

from accounts.models import AwsAccount, Operator
from cognito.models import AppClient, CognitoUser, PoolPeopleSettings, UserPool
from cognito.people import messages
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import on_person
from cognito.people.operations.linking import LinkedAccount, with_account
from cognito.people.operations.making import new_person
from emulator.process import REGION, Emulator
from sync.calls import concealed
from sync.operations import StepSpec
from sync.sealed import keep_typed
from tests.services.pulling import pulled
from tests.services.remembered import remembered
from tests.services.world import World

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


@dataclass(frozen=True)
class Case:
    """A step on `who`. `undone`: its reverse leaves what was there."""

    kind: str
    who: str
    step: Callable[[CognitoUser, Operator], StepSpec]
    undone: bool = False
    disabled: bool = False  # she is, beforehand


def _on(kind: str, **parameters: Any) -> Callable[[CognitoUser, Operator], StepSpec]:
    return lambda person, operator: on_person(person, kind, "No message is sent.", **parameters)


def _password(person: CognitoUser, operator: Operator) -> StepSpec:
    typed = keep_typed("Other-Horse-8", name="Password", aws_account=person.aws_account, operator=operator)
    return on_person(person, "cognito.user.set_password", password=typed, permanent=True)


def _again(person: CognitoUser, operator: Operator) -> StepSpec:
    said = messages.invitation(person.pool, "EMAIL")
    return on_person(person, "cognito.user.resend_invite", said, name=concealed(person.name), channel="EMAIL")


def _plan(person: CognitoUser, operator: Operator) -> StepSpec:
    return on_person(person, "cognito.user.attributes.set", **as_params(person.aws_id, {"custom:plan": "family"}, KEPT))


def _new(person: CognitoUser, operator: Operator) -> StepSpec:
    pool = person.pool
    return new_person(pool, "eve@acme.example", {"custom:plan": "basic"}, channel="EMAIL", said="An e-mail is sent.")


def _code_again(person: CognitoUser, operator: Operator) -> StepSpec:
    client = AppClient.objects.live().get(pool=person.pool)
    said = messages.sign_up_code(person.pool, person)
    return on_person(person, "cognito.user.resend_code", said, client_id=client.aws_id)


def _link(kind: str, account: LinkedAccount) -> Callable[[CognitoUser, Operator], StepSpec]:
    return lambda person, operator: with_account(person, kind, account, "No message is sent.")


def _session(person: CognitoUser, operator: Operator) -> StepSpec:
    """The one that she has open; it is opened here."""
    idp = Emulator(settings.AWS_EMULATOR_URL).client("cognito-idp")
    open_session(idp, person.pool.aws_id)
    [one] = idp.admin_list_user_sessions(UserPoolId=person.pool.aws_id, Username=person.aws_id)["Sessions"]
    return on_person(person, "cognito.user.session.revoke", session_id=one["SessionId"])


CASES = (
    Case("cognito.user.create", "ada", _new, undone=True),
    Case("cognito.user.resend_invite", "ben", _again),
    Case("cognito.user.confirm", "cleo", _on("cognito.user.confirm")),
    Case("cognito.user.resend_code", "cleo", _code_again),
    Case("cognito.user.enable", "ada", _on("cognito.user.enable"), undone=True, disabled=True),
    Case("cognito.user.disable", "ada", _on("cognito.user.disable"), undone=True),
    Case("cognito.user.reset_password", "ada", _on("cognito.user.reset_password")),
    Case("cognito.user.set_password", "ada", _password),
    Case("cognito.user.attributes.set", "ada", _plan, undone=True),
    Case(
        "cognito.user.attributes.delete",
        "ada",
        _on("cognito.user.attributes.delete", names=["custom:plan"], compared=["custom:plan"]),
        undone=True,
    ),
    Case("cognito.user.group.add", "ada", _on("cognito.user.group.add", group="vip"), undone=True),
    Case("cognito.user.group.remove", "dora", _on("cognito.user.group.remove", group="vip"), undone=True),
    Case("cognito.user.mfa.preference", "dora", _on("cognito.user.mfa.preference", off=[TOTP]), undone=True),
    Case("cognito.user.mfa.delete_totp", "dora", _on("cognito.user.mfa.delete_totp")),
    Case("cognito.user.sign_out", "ada", _on("cognito.user.sign_out")),
    Case("cognito.user.session.revoke", "ada", _session),
    Case("cognito.user.device.forget", "ada", _on("cognito.user.device.forget", device_key=DEVICE)),
    Case(
        "cognito.user.provider.link",
        "ada",
        _link("cognito.user.provider.link", LinkedAccount("Google", "100000000001")),
        undone=True,
    ),
    Case("cognito.user.provider.unlink", "dora", _link("cognito.user.provider.unlink", ACCOUNT), undone=True),
    Case("cognito.user.delete", "ada", _on("cognito.user.delete"), disabled=True),
)


def arranged(case: Case, found: Customers) -> CognitoUser:
    person = found.person(case.who)
    if case.disabled:
        found.idp.admin_disable_user(UserPoolId=found.pool.aws_id, Username=person.aws_id)
        pulled(person.aws_account, source="cognito.people", region=REGION)
        person.refresh_from_db()
    found.emulator.forget_calls()
    return person


def of_person(case: Case) -> Callable[[World, Operator], StepSpec]:
    """As tests/faults/arrangements.py has it."""

    def arrange(world: World, operator: Operator) -> StepSpec:
        return case.step(arranged(case, customers(world.emulator, world.aws_account)), operator)

    return arrange


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
