"""People of a Cognito user pool: what administrators may do with them, in which state, and what Cognito sends."""

from __future__ import annotations

import re
from typing import Any

import pytest

from emulator.dated import DatedClient
from emulator.process import Emulator
from tests.emulator.conftest import Refused

PASSWORD = "Correct-Horse-7"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ADA = "ada@acme.example"


@pytest.fixture
def pool(cognito: Any) -> str:
    """Customers, who sign in with their e-mail addresses."""
    made = cognito.create_user_pool(
        PoolName="customers",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        Policies={"PasswordPolicy": {"MinimumLength": 10, "RequireSymbols": True, "PasswordHistorySize": 2}},
        Schema=[
            {
                "Name": "customer_no",
                "AttributeDataType": "String",
                "Mutable": False,
                "StringAttributeConstraints": {"MinLength": "4", "MaxLength": "8"},
            },
            {"Name": "points", "AttributeDataType": "Number"},
        ],
    )
    return str(made["UserPool"]["Id"])


@pytest.fixture
def ada(emulator: Emulator, pool: str) -> dict[str, str]:
    """Who is a confirmed customer with a verified address, as calls name her."""
    emulator.bring_in(pool, [{"attributes": {"email": ADA, "email_verified": "true"}, "password": PASSWORD}])
    return {"UserPoolId": pool, "Username": ADA}


def attributes(cognito: Any, who: dict[str, str]) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in cognito.admin_get_user(**who)["UserAttributes"]}


def status(cognito: Any, who: dict[str, str]) -> str:
    return str(cognito.admin_get_user(**who)["UserStatus"])


def named(**values: str) -> list[dict[str, str]]:
    return [{"Name": name.replace("__", ":"), "Value": value} for name, value in values.items()]


def test_whoever_signs_in_with_an_address_has_a_uuid(emulator: Emulator, cognito: Any, pool: str) -> None:
    made = cognito.admin_create_user(UserPoolId=pool, Username=ADA)["User"]

    assert UUID.fullmatch(made["Username"])
    assert made["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    described = {one["Name"]: one["Value"] for one in made["Attributes"]}
    assert (described["sub"], described["email"]) == (made["Username"], ADA)
    assert cognito.admin_get_user(UserPoolId=pool, Username=made["Username"])["Username"] == made["Username"]


def test_a_username_is_not_an_address_of_the_pool(cognito: Any, pool: str, refused: Refused) -> None:
    assert "email" in refused("InvalidParameterException", cognito.admin_create_user, UserPoolId=pool, Username="ada")


def test_an_invitation_is_sent_once_unless_suppressed(emulator: Emulator, cognito: Any, pool: str) -> None:
    cognito.admin_create_user(UserPoolId=pool, Username="silent@acme.example", MessageAction="SUPPRESS")
    cognito.admin_create_user(UserPoolId=pool, Username=ADA, TemporaryPassword="First-Horse-7")

    (message,) = emulator.messages()
    assert (message["kind"], message["medium"], message["to"]) == ("invitation", "EMAIL", ADA)
    assert message["secret"] == "First-Horse-7"
    assert ADA in message["text"]
    assert "First-Horse-7" in message["text"]


def test_an_invitation_can_be_sent_again_until_it_is_taken(
    emulator: Emulator, cognito: Any, pool: str, ada: dict[str, str], refused: Refused
) -> None:
    cognito.admin_create_user(UserPoolId=pool, Username="bea@acme.example")
    cognito.admin_create_user(UserPoolId=pool, Username="bea@acme.example", MessageAction="RESEND")

    first, second = emulator.messages()
    assert first["secret"] != second["secret"]
    message = refused("UnsupportedUserStateException", cognito.admin_create_user, **ada, MessageAction="RESEND")
    assert message.endswith("status is not FORCE_CHANGE_PASSWORD")


def test_cognito_sends_fifty_mails_a_day(emulator: Emulator, cognito: Any, pool: str, refused: Refused) -> None:
    for n in range(50):
        cognito.admin_create_user(UserPoolId=pool, Username=f"u{n}@acme.example")

    message = refused("LimitExceededException", cognito.admin_create_user, UserPoolId=pool, Username=ADA)

    assert "daily email limit" in message
    cognito.admin_create_user(UserPoolId=pool, Username=ADA, MessageAction="SUPPRESS")


def test_nobody_is_there_twice(cognito: Any, ada: dict[str, str], refused: Refused) -> None:
    refused("UsernameExistsException", cognito.admin_create_user, **ada)
    cognito.admin_create_user(UserPoolId=ada["UserPoolId"], Username="bea@acme.example", MessageAction="SUPPRESS")
    refused(
        "AliasExistsException",
        cognito.admin_update_user_attributes,
        UserPoolId=ada["UserPoolId"],
        Username="bea@acme.example",
        UserAttributes=named(email=ADA),
    )


def test_only_who_has_signed_up_can_be_confirmed(
    emulator: Emulator, cognito: Any, pool: str, ada: dict[str, str], refused: Refused
) -> None:
    emulator.bring_in(pool, [{"attributes": {"email": "new@acme.example"}, "status": "UNCONFIRMED"}])
    new = {"UserPoolId": pool, "Username": "new@acme.example"}

    cognito.admin_confirm_sign_up(**new)

    assert status(cognito, new) == "CONFIRMED"
    message = refused("NotAuthorizedException", cognito.admin_confirm_sign_up, **ada)
    assert message == "User cannot be confirmed. Current status is CONFIRMED"


def test_a_reset_sends_a_code(emulator: Emulator, cognito: Any, ada: dict[str, str]) -> None:
    cognito.admin_reset_user_password(**ada)

    (message,) = emulator.messages()
    assert (message["kind"], message["to"], status(cognito, ada)) == ("reset", ADA, "RESET_REQUIRED")
    assert re.fullmatch(r"\d{6}", message["secret"])


def test_nobody_is_recovered_by_their_second_factor(
    emulator: Emulator, cognito: Any, pool: str, ada: dict[str, str]
) -> None:
    ways = [{"Name": "verified_phone_number", "Priority": 1}, {"Name": "verified_email", "Priority": 2}]
    cognito.update_user_pool(UserPoolId=pool, AccountRecoverySetting={"RecoveryMechanisms": ways})
    number = [{"Name": "phone_number", "Value": "+49170123456"}, {"Name": "phone_number_verified", "Value": "true"}]
    cognito.admin_update_user_attributes(**ada, UserAttributes=number)
    cognito.admin_set_user_mfa_preference(**ada, SMSMfaSettings={"Enabled": True})
    cognito.admin_reset_user_password(**ada)
    assert [message["medium"] for message in emulator.messages()] == ["EMAIL"]


@pytest.mark.parametrize(
    ("facts", "code", "says"),
    [
        ({"status": "FORCE_CHANGE_PASSWORD"}, "NotAuthorizedException", "in the current state"),
        ({"status": "UNCONFIRMED"}, "NotAuthorizedException", "in the current state"),
        ({"enabled": False}, "NotAuthorizedException", "disabled"),
        ({"attributes": {"email": "bea@acme.example"}}, "InvalidParameterException", "no registered/verified email"),
    ],
)
def test_who_cannot_be_reset_is_told_why(
    emulator: Emulator, cognito: Any, pool: str, refused: Refused, facts: dict[str, Any], code: str, says: str
) -> None:
    bea = {"attributes": {"email": "bea@acme.example", "email_verified": "true"}} | facts
    emulator.bring_in(pool, [bea])

    assert says in refused(code, cognito.admin_reset_user_password, UserPoolId=pool, Username="bea@acme.example")
    assert emulator.messages() == []


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Short-7", "not long enough"),
        ("correct-horse-7", "uppercase"),
        ("CORRECT-HORSE-7", "lowercase"),
        ("Correct-Horse-X", "numeric"),
        ("CorrectHorse7", "symbol"),
    ],
)
def test_a_password_meets_the_policy(
    cognito: Any, ada: dict[str, str], refused: Refused, password: str, reason: str
) -> None:
    policy = {"MinimumLength": 10, "RequireUppercase": True, "RequireLowercase": True}
    policy |= {"RequireNumbers": True, "RequireSymbols": True}
    cognito.update_user_pool(UserPoolId=ada["UserPoolId"], Policies={"PasswordPolicy": policy})

    message = refused("InvalidPasswordException", cognito.admin_set_user_password, **ada, Password=password)

    assert reason in message


def test_a_password_may_not_come_back_too_soon(cognito: Any, ada: dict[str, str], refused: Refused) -> None:
    set_password = cognito.admin_set_user_password
    set_password(**ada, Password="Second-Horse-7", Permanent=True)
    refused("PasswordHistoryPolicyViolationException", set_password, **ada, Password=PASSWORD, Permanent=True)

    set_password(**ada, Password="Third-Horse-7!", Permanent=True)
    set_password(**ada, Password=PASSWORD, Permanent=True)


def test_a_password_that_is_set_decides_the_status(cognito: Any, ada: dict[str, str]) -> None:
    cognito.admin_set_user_password(**ada, Password="Second-Horse-7", Permanent=False)
    assert status(cognito, ada) == "FORCE_CHANGE_PASSWORD"

    cognito.admin_set_user_password(**ada, Password="Third-Horse-7!", Permanent=True)
    assert status(cognito, ada) == "CONFIRMED"


def test_the_disabled_can_be_enabled(cognito: Any, ada: dict[str, str]) -> None:
    cognito.admin_disable_user(**ada)
    assert cognito.admin_get_user(**ada)["Enabled"] is False
    cognito.admin_enable_user(**ada)
    assert cognito.admin_get_user(**ada)["Enabled"] is True


def test_the_deleted_leave_their_groups(cognito: Any, ada: dict[str, str], refused: Refused) -> None:
    pool = ada["UserPoolId"]
    cognito.create_group(UserPoolId=pool, GroupName="gold")
    cognito.admin_add_user_to_group(**ada, GroupName="gold")
    cognito.admin_add_user_to_group(**ada, GroupName="gold")
    assert len(cognito.list_users_in_group(UserPoolId=pool, GroupName="gold")["Users"]) == 1

    cognito.admin_delete_user(**ada)

    assert cognito.list_users_in_group(UserPoolId=pool, GroupName="gold")["Users"] == []
    assert refused("UserNotFoundException", cognito.admin_get_user, **ada) == "User does not exist."


def test_a_deleted_group_leaves_its_people(cognito: Any, ada: dict[str, str]) -> None:
    cognito.create_group(UserPoolId=ada["UserPoolId"], GroupName="gold")
    cognito.admin_add_user_to_group(**ada, GroupName="gold")

    cognito.delete_group(UserPoolId=ada["UserPoolId"], GroupName="gold")

    assert cognito.admin_list_groups_for_user(**ada)["Groups"] == []


def test_only_the_attributes_that_are_named_change(cognito: Any, ada: dict[str, str]) -> None:
    cognito.admin_update_user_attributes(**ada, UserAttributes=named(name="Ada", given_name="Ada"))
    cognito.admin_update_user_attributes(**ada, UserAttributes=named(name="Ada King", given_name=""))

    after = attributes(cognito, ada)
    assert (after["name"], "given_name" in after, after["email"]) == ("Ada King", False, ADA)
    cognito.admin_delete_user_attributes(**ada, UserAttributeNames=["name"])
    assert "name" not in attributes(cognito, ada)


def test_a_new_address_is_not_verified(emulator: Emulator, cognito: Any, ada: dict[str, str]) -> None:
    new = ada | {"Username": attributes(cognito, ada)["sub"]}
    cognito.admin_update_user_attributes(**ada, UserAttributes=named(email="ada@new.example"))

    assert attributes(cognito, new)["email_verified"] == "false"
    (message,) = emulator.messages()
    assert (message["kind"], message["to"]) == ("verify email", "ada@new.example")
    cognito.admin_update_user_attributes(**new, UserAttributes=named(email=ADA, email_verified="true"))
    assert attributes(cognito, ada)["email_verified"] == "true"
    assert len(emulator.messages()) == 1


def test_where_a_pool_asks_for_it_the_old_address_stays_until_the_new_is_verified(
    cognito: Any, ada: dict[str, str]
) -> None:
    cognito.update_user_pool(
        UserPoolId=ada["UserPoolId"],
        AutoVerifiedAttributes=["email"],
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
    )

    cognito.admin_update_user_attributes(**ada, UserAttributes=named(email="ada@new.example"))

    assert attributes(cognito, ada)["email"] == ADA


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (named(custom__unknown="x"), "custom:unknown: Attribute does not exist in the schema."),
        (named(custom__customer_no="12345"), "user.custom:customer_no: Attribute cannot be updated."),
        (named(sub="x"), "non-mutable attribute sub"),
        (named(custom__points="many"), "custom:points"),
        (named(name="x" * 2049), "less than or equal to 2048"),
        (named(birthdate="1815"), "birthdate: String length cannot be less than 10"),
        (named(email="nowhere"), "Invalid email address format."),
        (named(phone_number="0123"), "Invalid phone number format."),
    ],
)
def test_attributes_fit_the_schema(
    cognito: Any, ada: dict[str, str], refused: Refused, wanted: list[dict[str, str]], says: str
) -> None:
    message = refused("InvalidParameterException", cognito.admin_update_user_attributes, **ada, UserAttributes=wanted)

    assert says in message


def test_what_is_fixed_later_is_said_at_creation(cognito: Any, pool: str, refused: Refused) -> None:
    create = {"UserPoolId": pool, "Username": ADA, "MessageAction": "SUPPRESS"}
    too_long = named(custom__customer_no="123456789")
    refused("InvalidParameterException", cognito.admin_create_user, **create, UserAttributes=too_long)

    cognito.admin_create_user(**create, UserAttributes=named(custom__customer_no="12345"))

    assert attributes(cognito, {"UserPoolId": pool, "Username": ADA})["custom:customer_no"] == "12345"


def test_required_attributes_are_required(cognito: Any, refused: Refused) -> None:
    schema = [{"Name": "family_name", "Required": True, "AttributeDataType": "String"}]
    pool = cognito.create_user_pool(PoolName="partners", Schema=schema)["UserPool"]["Id"]

    message = refused("InvalidParameterException", cognito.admin_create_user, UserPoolId=pool, Username="ada")

    assert "family_name: The attribute is required" in message


def test_nobody_is_linked_to_a_provider_that_sets_what_never_changes(
    cognito: Any, pool: str, ada: dict[str, str], refused: Refused
) -> None:
    details = {"client_id": "shop", "client_secret": "x", "authorize_scopes": "email"}
    cognito.create_identity_provider(
        UserPoolId=pool,
        ProviderName="Google",
        ProviderType="Google",
        ProviderDetails=details,
        AttributeMapping={"custom:customer_no": "sub"},
    )
    own = {"ProviderName": "Cognito", "ProviderAttributeValue": cognito.admin_get_user(**ada)["Username"]}
    source = {"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "1"}
    link = {"UserPoolId": pool, "DestinationUser": own, "SourceUser": source}
    assert "cannot be updated" in refused("InvalidParameterException", cognito.admin_link_provider_for_user, **link)


def test_a_factor_must_be_there_to_be_used(cognito: Any, ada: dict[str, str], refused: Refused) -> None:
    on = {"Enabled": True, "PreferredMfa": True}
    refused("InvalidParameterException", cognito.admin_set_user_mfa_preference, **ada, SoftwareTokenMfaSettings=on)
    refused("ResourceNotFoundException", cognito.admin_delete_software_token, **ada)


def test_a_lost_authenticator_is_removed(emulator: Emulator, cognito: Any, pool: str) -> None:
    emulator.bring_in(
        pool,
        [{"attributes": {"email": ADA}, "totp_secret": "JBSWY3DPEHPK3PXP", "factors": ["SOFTWARE_TOKEN_MFA"]}],
    )
    ada = {"UserPoolId": pool, "Username": ADA}
    cognito.admin_set_user_mfa_preference(**ada, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})
    assert cognito.admin_get_user(**ada)["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"

    cognito.admin_delete_software_token(**ada)

    after = cognito.admin_get_user(**ada)
    assert "UserMFASettingList" not in after
    assert "PreferredMfaSetting" not in after


def test_who_becomes_billable_is_in_the_call_log(emulator: Emulator, cognito: Any, ada: dict[str, str]) -> None:
    emulator.forget_calls()
    cognito.list_users(UserPoolId=ada["UserPoolId"], Filter=f'email = "{ADA}"')
    assert emulator.calls("AdminGetUser") == []

    cognito.admin_get_user(**ada)

    assert [call["params"]["Username"] for call in emulator.calls("AdminGetUser")] == [ADA]


def test_faults_have_the_shape_of_the_service(emulator: Emulator, cognito: Any, ada: dict[str, str]) -> None:
    emulator.rules([{"service": "cognito-idp", "action": "ListUsers", "error": {"code": "TooManyRequestsException"}}])
    with pytest.raises(cognito.exceptions.TooManyRequestsException):
        cognito.list_users(UserPoolId=ada["UserPoolId"])

    emulator.rules([{"action": "AdminDisableUser", "when": "after", "error": {"code": "InternalErrorException"}}])
    with pytest.raises(cognito.exceptions.InternalErrorException):
        cognito.admin_disable_user(**ada)
    assert cognito.admin_get_user(**ada)["Enabled"] is False


def test_calls_that_share_a_quota_are_throttled_together(
    emulator: Emulator, cognito: Any, ada: dict[str, str], refused: Refused
) -> None:
    pool = {"UserPoolId": ada["UserPoolId"]}
    cognito.create_group(**pool, GroupName="gold")
    error = {"code": "TooManyRequestsException", "message": "Rate exceeded"}
    emulator.rules([{"action": "ListUsers|ListUsersInGroup", "times": 2, "error": error}])

    refused("TooManyRequestsException", cognito.list_users, **pool)
    refused("TooManyRequestsException", cognito.list_users_in_group, **pool, GroupName="gold")
    cognito.admin_get_user(**ada)
    assert len(cognito.list_users(**pool)["Users"]) == 1


def test_dates_are_those_of_the_calls(emulator: Emulator, cognito: Any, pool: str) -> None:
    then = DatedClient(emulator.own_client("cognito-idp")).at("2024-05-06 07:08")
    then.admin_create_user(UserPoolId=pool, Username=ADA, MessageAction="SUPPRESS")

    made = cognito.admin_get_user(UserPoolId=pool, Username=ADA)["UserCreateDate"]

    assert made.timestamp() == 1714979280
