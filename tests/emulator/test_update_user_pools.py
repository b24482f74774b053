"""User pools and app clients are set as a whole: what an update leaves out goes back to its default."""

from __future__ import annotations

from typing import Any
from urllib.request import urlopen

import pytest

from emulator.process import Emulator, start_emulator
from tests.emulator.conftest import Refused

SMS = {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "x"}


@pytest.fixture
def pool(cognito: Any) -> str:
    made = cognito.create_user_pool(
        PoolName="customers",
        DeletionProtection="ACTIVE",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        UserPoolTags={"team": "shop"},
        UserPoolTier="PLUS",
        Policies={"PasswordPolicy": {"MinimumLength": 12, "TemporaryPasswordValidityDays": 3}},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        Schema=[{"Name": "customer_no", "AttributeDataType": "String", "Mutable": False}],
    )
    return str(made["UserPool"]["Id"])


def described(cognito: Any, pool: str) -> dict[str, Any]:
    found: dict[str, Any] = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    return found


def test_what_an_update_leaves_out_is_reset(cognito: Any, pool: str) -> None:
    cognito.update_user_pool(UserPoolId=pool, AutoVerifiedAttributes=["email"])

    after = described(cognito, pool)
    assert after["DeletionProtection"] == "INACTIVE"
    assert after["UserPoolTier"] == "ESSENTIALS"
    assert after["UserPoolTags"] == {}
    assert after["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert after["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": False, "UnusedAccountValidityDays": 7}
    assert after["AutoVerifiedAttributes"] == ["email"]


def test_what_is_fixed_stays(cognito: Any, pool: str) -> None:
    cognito.update_user_pool(UserPoolId=pool, PoolName="shoppers")

    after = described(cognito, pool)
    assert (after["Name"], after["UsernameAttributes"]) == ("shoppers", ["email"])
    assert "custom:customer_no" in {attribute["Name"] for attribute in after["SchemaAttributes"]}


def test_the_old_name_of_the_validity_is_told_and_not_taken(cognito: Any, pool: str, refused: Refused) -> None:
    assert described(cognito, pool)["AdminCreateUserConfig"]["UnusedAccountValidityDays"] == 3

    message = refused(
        "InvalidParameterException",
        cognito.update_user_pool,
        UserPoolId=pool,
        AdminCreateUserConfig={"UnusedAccountValidityDays": 3},
    )

    assert message.startswith("Please use TemporaryPasswordValidityDays")


def test_a_protected_pool_stays(cognito: Any, pool: str, refused: Refused) -> None:
    assert "deletion protection" in refused("InvalidParameterException", cognito.delete_user_pool, UserPoolId=pool)

    cognito.update_user_pool(UserPoolId=pool)
    cognito.create_user_pool_domain(UserPoolId=pool, Domain="acme-shop")
    assert "domain" in refused("InvalidParameterException", cognito.delete_user_pool, UserPoolId=pool)

    cognito.delete_user_pool_domain(UserPoolId=pool, Domain="acme-shop")
    cognito.delete_user_pool(UserPoolId=pool)
    refused("ResourceNotFoundException", cognito.describe_user_pool, UserPoolId=pool)


def test_a_domain_that_nobody_has_is_described_as_empty(cognito: Any, pool: str) -> None:
    cognito.create_user_pool_domain(UserPoolId=pool, Domain="acme-shop")

    assert described(cognito, pool)["Domain"] == "acme-shop"
    assert cognito.describe_user_pool_domain(Domain="acme-shop")["DomainDescription"]["UserPoolId"] == pool
    assert cognito.describe_user_pool_domain(Domain="acme-stop")["DomainDescription"] == {}


def test_multi_factor_settings_are_a_thing_of_their_own(cognito: Any, pool: str, refused: Refused) -> None:
    refused("InvalidParameterException", cognito.set_user_pool_mfa_config, UserPoolId=pool, MfaConfiguration="ON")
    refused("InvalidParameterException", cognito.update_user_pool, UserPoolId=pool, MfaConfiguration="ON")
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True}
    )

    assert described(cognito, pool)["MfaConfiguration"] == "OPTIONAL"
    assert cognito.get_user_pool_mfa_config(UserPoolId=pool)["SoftwareTokenMfaConfiguration"] == {"Enabled": True}

    cognito.update_user_pool(UserPoolId=pool, MfaConfiguration="OPTIONAL")
    assert cognito.get_user_pool_mfa_config(UserPoolId=pool)["SoftwareTokenMfaConfiguration"] == {"Enabled": True}
    cognito.update_user_pool(UserPoolId=pool)
    assert cognito.get_user_pool_mfa_config(UserPoolId=pool)["MfaConfiguration"] == "OFF"


def test_a_factor_block_that_is_left_out_is_gone(cognito: Any, pool: str) -> None:
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool,
        MfaConfiguration="ON",
        SoftwareTokenMfaConfiguration={"Enabled": True},
        SmsMfaConfiguration={"SmsConfiguration": SMS},
    )
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool, MfaConfiguration="ON", SmsMfaConfiguration={"SmsConfiguration": SMS}
    )

    assert "SoftwareTokenMfaConfiguration" not in cognito.get_user_pool_mfa_config(UserPoolId=pool)


def test_custom_attributes_are_for_ever(cognito: Any, pool: str, refused: Refused) -> None:
    again = [{"Name": "customer_no", "AttributeDataType": "String"}]
    cognito.add_custom_attributes(UserPoolId=pool, CustomAttributes=[{"Name": "plan", "AttributeDataType": "String"}])

    refused("InvalidParameterException", cognito.add_custom_attributes, UserPoolId=pool, CustomAttributes=again)
    assert "custom:plan" in {one["Name"] for one in described(cognito, pool)["SchemaAttributes"]}


def test_threat_protection_must_be_on_to_have_settings(cognito: Any, pool: str, refused: Refused) -> None:
    risk = {"CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}}}
    refused("UserPoolAddOnNotEnabledException", cognito.describe_risk_configuration, UserPoolId=pool)
    add_on = {"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}
    refused("FeatureUnavailableInTierException", cognito.update_user_pool, UserPoolId=pool, **add_on)

    cognito.update_user_pool(UserPoolId=pool, UserPoolTier="PLUS", **add_on)
    cognito.set_risk_configuration(UserPoolId=pool, **risk)
    read = cognito.describe_risk_configuration(UserPoolId=pool)["RiskConfiguration"]
    assert read["CompromisedCredentialsRiskConfiguration"] == risk["CompromisedCredentialsRiskConfiguration"]

    cognito.set_risk_configuration(UserPoolId=pool)
    reset = cognito.describe_risk_configuration(UserPoolId=pool)["RiskConfiguration"]
    assert "CompromisedCredentialsRiskConfiguration" not in reset


def test_a_client_has_the_pools_threat_protection_or_all_of_its_own(cognito: Any, pool: str) -> None:
    cognito.update_user_pool(UserPoolId=pool, UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"})
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]
    cognito.set_risk_configuration(
        UserPoolId=pool, CompromisedCredentialsRiskConfiguration={"Actions": {"EventAction": "BLOCK"}}
    )

    def described() -> tuple[bool, bool, bool]:
        """Whether it is of the client, and what it has."""
        risk = cognito.describe_risk_configuration(UserPoolId=pool, ClientId=client)["RiskConfiguration"]
        members = ("ClientId", "CompromisedCredentialsRiskConfiguration", "RiskExceptionConfiguration")
        return tuple(name in risk for name in members)  # type: ignore[return-value]

    assert described() == (False, True, False)
    cognito.set_risk_configuration(
        UserPoolId=pool, ClientId=client, RiskExceptionConfiguration={"SkippedIPRangeList": ["198.51.100.0/24"]}
    )
    assert described() == (True, False, True)
    cognito.set_risk_configuration(UserPoolId=pool, ClientId=client)
    assert described() == (False, True, False)


def test_looks_need_a_domain(cognito: Any, pool: str, refused: Refused) -> None:
    css = ".banner-customizable { background-color: #fff; }"
    refused("InvalidParameterException", cognito.set_ui_customization, UserPoolId=pool, CSS=css)
    cognito.create_user_pool_domain(UserPoolId=pool, Domain="acme-shop")

    cognito.set_ui_customization(UserPoolId=pool, CSS=css)

    assert cognito.get_ui_customization(UserPoolId=pool)["UICustomization"]["CSS"] == css


def test_css_and_logo_are_set_together(cognito: Any, pool: str, refused: Refused) -> None:
    cognito.create_user_pool_domain(UserPoolId=pool, Domain="acme-shop")
    refused("InvalidParameterException", cognito.set_ui_customization, UserPoolId=pool, ImageFile=b"GIF89a")
    made = cognito.set_ui_customization(UserPoolId=pool, ImageFile=b"\x89PNG\r\n")["UICustomization"]
    with urlopen(made["ImageUrl"], timeout=5) as answer:
        assert answer.read() == b"\x89PNG\r\n"

    largest = b"\xff\xd8\xff" + bytes(131_069)
    cognito.set_ui_customization(UserPoolId=pool, ImageFile=largest)
    refused("InvalidParameterException", cognito.set_ui_customization, UserPoolId=pool, ImageFile=largest + b"x")
    cognito.set_ui_customization(UserPoolId=pool, CSS=".banner-customizable { color: #fff; }")
    assert "ImageUrl" not in cognito.get_ui_customization(UserPoolId=pool)["UICustomization"]
    cognito.set_ui_customization(UserPoolId=pool)
    assert "CSS" not in cognito.get_ui_customization(UserPoolId=pool)["UICustomization"]


def test_tags_are_the_pools(cognito: Any, pool: str) -> None:
    arn = described(cognito, pool)["Arn"]
    cognito.tag_resource(ResourceArn=arn, Tags={"stage": "live"})
    cognito.untag_resource(ResourceArn=arn, TagKeys=["team"])

    assert cognito.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"stage": "live"}
    assert described(cognito, pool)["UserPoolTags"] == {"stage": "live"}


def test_a_group_is_set_as_a_whole(cognito: Any, pool: str, refused: Refused) -> None:
    role = "arn:aws:iam::123456789012:role/partner"
    cognito.create_group(UserPoolId=pool, GroupName="gold", RoleArn=role, Precedence=0, Description="The best")
    refused("GroupExistsException", cognito.create_group, UserPoolId=pool, GroupName="gold")

    cognito.update_group(UserPoolId=pool, GroupName="gold", Precedence=3)

    group = cognito.get_group(UserPoolId=pool, GroupName="gold")["Group"]
    assert (group["Precedence"], "RoleArn" in group, "Description" in group) == (3, False, False)
    cognito.delete_group(UserPoolId=pool, GroupName="gold")
    refused("ResourceNotFoundException", cognito.get_group, UserPoolId=pool, GroupName="gold")


def test_pools_survive_a_restart(tmp_path: Any) -> None:
    with start_emulator(state=tmp_path / "aws") as first:
        pool_id = first.client("cognito-idp").create_user_pool(PoolName="kept")["UserPool"]["Id"]
        first.bring_in(pool_id, [{"username": "ada"}])
    with start_emulator(state=tmp_path / "aws") as second:
        client = second.client("cognito-idp")
        assert client.describe_user_pool(UserPoolId=pool_id)["UserPool"]["EstimatedNumberOfUsers"] == 1


def test_names_that_break_the_model_are_refused(emulator: Emulator, cognito: Any, pool: str, refused: Refused) -> None:
    message = refused("InvalidParameterException", cognito.create_group, UserPoolId=pool, GroupName="two words")

    assert "at 'groupName' failed to satisfy constraint: Member must satisfy regular expression pattern" in message
