"""Identity pools: guests and people from a user pool get AWS credentials, as roles, rules and trust policies say."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.process import Emulator, start_emulator
from tests.emulator.conftest import Refused
from tests.services.statements import allowing, trusting

REGION = "eu-west-1"
PASSWORD = "Correct-Horse-7"
BUCKET = "acme-images"
PROVIDER = "cognito-identity.amazonaws.com"
READ_S3 = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def unsigned(emulator: Emulator, service: Any) -> Any:
    config = Config(signature_version=UNSIGNED)
    return boto3.client(service, endpoint_url=emulator.url, region_name=REGION, config=config)


class Setting:
    """An identity pool of customers, guests too, with a role for each and a bucket with one image."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.admin = emulator.client("cognito-identity", region_name=REGION)
        self.users = emulator.client("cognito-idp", region_name=REGION)
        self.iam = emulator.client("iam")
        self.app = unsigned(emulator, "cognito-identity")
        self.user_pool = self.users.create_user_pool(PoolName="customers", UsernameAttributes=["email"])["UserPool"][
            "Id"
        ]
        made = self.users.create_user_pool_client(
            UserPoolId=self.user_pool, ClientName="shop", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )
        self.client_id = made["UserPoolClient"]["ClientId"]
        self.login = f"cognito-idp.{REGION}.amazonaws.com/{self.user_pool}"
        self.pool = self.admin.create_identity_pool(**self.settings())["IdentityPoolId"]
        self.guest = self.role("guest", "unauthenticated")
        self.member = self.role("member", "authenticated")
        self.set_roles()
        s3 = emulator.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="public/logo.svg", Body=b"<svg/>")

    def settings(self, **changed: Any) -> dict[str, Any]:
        settings = {
            "IdentityPoolName": "shop",
            "AllowUnauthenticatedIdentities": True,
            "CognitoIdentityProviders": [{"ProviderName": self.login, "ClientId": self.client_id}],
        }
        return settings | changed

    def role(self, name: str, amr: str | None, *, attached: str | None = READ_S3) -> str:
        condition: dict[str, Any] = {"StringEquals": {f"{PROVIDER}:aud": self.pool}}
        if amr is not None:
            condition["ForAnyValue:StringLike"] = {f"{PROVIDER}:amr": amr}
        trust = trusting({"Federated": PROVIDER}, "sts:AssumeRoleWithWebIdentity", Condition=condition)
        arn = str(self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"])
        if attached:
            self.iam.attach_role_policy(RoleName=name, PolicyArn=attached)
        return arn

    def set_roles(self, **mapping: Any) -> None:
        mappings = {"RoleMappings": {f"{self.login}:{self.client_id}": mapping}} if mapping else {}
        roles = {"authenticated": self.member, "unauthenticated": self.guest}
        self.admin.set_identity_pool_roles(IdentityPoolId=self.pool, Roles=roles, **mappings)

    def logins(self, *groups: str) -> dict[str, str]:
        """Ada's ID token, by the name of its provider."""
        person = {"attributes": {"email": "ada@acme.example"}, "password": PASSWORD, "groups": groups}
        self.emulator.bring_in(self.user_pool, [person])
        answer = self.users.initiate_auth(
            ClientId=self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ada@acme.example", "PASSWORD": PASSWORD},
        )
        return {self.login: answer["AuthenticationResult"]["IdToken"]}

    def credentials(self, **logins: Any) -> dict[str, str]:
        identity = self.app.get_id(IdentityPoolId=self.pool, **logins)["IdentityId"]
        given = self.app.get_credentials_for_identity(IdentityId=identity, **logins)["Credentials"]
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretKey"],
            "aws_session_token": given["SessionToken"],
        }

    def role_behind(self, credentials: dict[str, str]) -> str:
        arn = self.emulator.client("sts", **credentials).get_caller_identity()["Arn"]
        return str(arn.split("/")[1])


@pytest.fixture
def shop(emulator: Emulator) -> Setting:
    return Setting(emulator)


def test_a_guest_reads_what_her_role_may(shop: Setting) -> None:
    guest = shop.credentials()
    s3 = shop.emulator.client("s3", **guest)

    assert shop.role_behind(guest) == "guest"
    assert s3.get_object(Bucket=BUCKET, Key="public/logo.svg")["Body"].read() == b"<svg/>"
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=BUCKET, Key="public/other.svg", Body=b"")


def test_the_role_decides_which_objects(shop: Setting) -> None:
    shop.iam.detach_role_policy(RoleName="guest", PolicyArn=READ_S3)
    document = allowing("s3:GetObject", f"arn:aws:s3:::{BUCKET}/public/*")
    shop.iam.put_role_policy(RoleName="guest", PolicyName="images", PolicyDocument=document)
    shop.emulator.client("s3").put_object(Bucket=BUCKET, Key="secret.txt", Body=b"")
    s3 = shop.emulator.client("s3", **shop.credentials())

    assert s3.get_object(Bucket=BUCKET, Key="public/logo.svg")["ContentLength"] == 6
    with pytest.raises(ClientError, match="because no identity-based policy allows"):
        s3.get_object(Bucket=BUCKET, Key="secret.txt")
    with pytest.raises(ClientError, match="because no identity-based policy allows"):
        s3.list_objects_v2(Bucket=BUCKET)


def test_cognito_limits_guests_in_the_enhanced_flow(shop: Setting) -> None:
    shop.iam.attach_role_policy(RoleName="guest", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")

    with pytest.raises(ClientError, match="because no session policy allows"):
        shop.emulator.client("iam", **shop.credentials()).list_users()


def test_guests_are_refused_where_they_are_not_allowed(shop: Setting, refused: Refused) -> None:
    identity = shop.app.get_id(IdentityPoolId=shop.pool)["IdentityId"]
    shop.admin.update_identity_pool(IdentityPoolId=shop.pool, **shop.settings(AllowUnauthenticatedIdentities=False))

    for call in (
        lambda: shop.app.get_id(IdentityPoolId=shop.pool),
        lambda: shop.app.get_credentials_for_identity(IdentityId=identity),
    ):
        message = refused("NotAuthorizedException", call)
        assert message == "Unauthenticated access is not supported for this identity pool."


def test_whoever_is_signed_in_has_one_identity_and_her_role(shop: Setting) -> None:
    logins = {"Logins": shop.logins()}

    first = shop.app.get_id(IdentityPoolId=shop.pool, **logins)["IdentityId"]

    assert shop.app.get_id(IdentityPoolId=shop.pool, **logins)["IdentityId"] == first
    assert shop.role_behind(shop.credentials(**logins)) == "member"


def test_a_token_must_be_the_pools_and_whole(shop: Setting, refused: Refused) -> None:
    (token,) = shop.logins().values()
    call = {"IdentityPoolId": shop.pool}
    forged = token[:-6] + "AAAAAA"

    assert "Invalid login token" in refused(
        "NotAuthorizedException", shop.app.get_id, **call, Logins={shop.login: forged}
    )
    refused("NotAuthorizedException", shop.app.get_id, **call, Logins={"accounts.google.com": token})
    shop.admin.update_identity_pool(
        IdentityPoolId=shop.pool,
        **shop.settings(CognitoIdentityProviders=[{"ProviderName": shop.login, "ClientId": "another"}]),
    )
    message = refused("NotAuthorizedException", shop.app.get_id, **call, Logins={shop.login: token})
    assert message == "Invalid login token. Incorrect token audience."


def test_the_server_side_check_notices_who_is_signed_out(shop: Setting, refused: Refused) -> None:
    providers = [{"ProviderName": shop.login, "ClientId": shop.client_id, "ServerSideTokenCheck": True}]
    shop.admin.update_identity_pool(IdentityPoolId=shop.pool, **shop.settings(CognitoIdentityProviders=providers))
    logins = shop.logins()
    shop.app.get_id(IdentityPoolId=shop.pool, Logins=logins)

    shop.users.admin_user_global_sign_out(UserPoolId=shop.user_pool, Username="ada@acme.example")

    refused("NotAuthorizedException", shop.app.get_id, IdentityPoolId=shop.pool, Logins=logins)


def test_rules_choose_the_role(shop: Setting) -> None:
    gold = shop.role("gold", "authenticated")
    shop.users.create_group(UserPoolId=shop.user_pool, GroupName="gold-partners")
    rule = {"Claim": "cognito:groups", "MatchType": "StartsWith", "Value": "gold", "RoleARN": gold}
    shop.set_roles(Type="Rules", AmbiguousRoleResolution="AuthenticatedRole", RulesConfiguration={"Rules": [rule]})

    assert shop.role_behind(shop.credentials(Logins=shop.logins("gold-partners"))) == "gold"


def test_where_no_rule_fits_the_pool_says_what_then(shop: Setting, refused: Refused) -> None:
    rule = {"Claim": "email", "MatchType": "Equals", "Value": "bea@acme.example", "RoleARN": shop.member}
    rules = {"Type": "Rules", "RulesConfiguration": {"Rules": [rule]}}
    logins = shop.logins()
    shop.set_roles(**rules, AmbiguousRoleResolution="AuthenticatedRole")
    assert shop.role_behind(shop.credentials(Logins=logins)) == "member"

    shop.set_roles(**rules, AmbiguousRoleResolution="Deny")

    identity = shop.app.get_id(IdentityPoolId=shop.pool, Logins=logins)["IdentityId"]
    refused("NotAuthorizedException", shop.app.get_credentials_for_identity, IdentityId=identity, Logins=logins)


def test_the_role_of_a_group_comes_with_the_token(shop: Setting) -> None:
    gold = shop.role("gold", "authenticated")
    shop.users.create_group(UserPoolId=shop.user_pool, GroupName="gold", RoleArn=gold, Precedence=1)
    shop.set_roles(Type="Token", AmbiguousRoleResolution="Deny")

    assert shop.role_behind(shop.credentials(Logins=shop.logins("gold"))) == "gold"


@pytest.mark.parametrize("mapping", [{"Type": "Token"}, {"Type": "Rules", "AmbiguousRoleResolution": "Deny"}])
def test_a_mapping_must_be_whole(shop: Setting, refused: Refused, mapping: dict[str, str]) -> None:
    with pytest.raises(shop.admin.exceptions.InvalidParameterException):
        shop.set_roles(**mapping)


def test_roles_are_replaced_as_a_whole(shop: Setting) -> None:
    shop.set_roles(Type="Token", AmbiguousRoleResolution="Deny")
    shop.admin.set_identity_pool_roles(IdentityPoolId=shop.pool, Roles={"authenticated": shop.member})

    after = shop.admin.get_identity_pool_roles(IdentityPoolId=shop.pool)

    assert (after["Roles"], "RoleMappings" in after) == ({"authenticated": shop.member}, False)
    shop.admin.set_identity_pool_roles(IdentityPoolId=shop.pool, Roles={})
    assert "Roles" not in shop.admin.get_identity_pool_roles(IdentityPoolId=shop.pool)


def test_the_trust_policy_must_name_the_pool_and_the_kind(shop: Setting, refused: Refused) -> None:
    roles = {"unauthenticated": shop.member, "authenticated": shop.member}
    shop.admin.set_identity_pool_roles(IdentityPoolId=shop.pool, Roles=roles)
    identity = shop.app.get_id(IdentityPoolId=shop.pool)["IdentityId"]

    refused("InvalidIdentityPoolConfigurationException", shop.app.get_credentials_for_identity, IdentityId=identity)


def test_the_classic_flow_gives_a_guest_any_role_that_does_not_ask_for_its_kind(
    shop: Setting, refused: Refused
) -> None:
    careless = shop.role("careless", None, attached="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    identity = shop.app.get_id(IdentityPoolId=shop.pool)["IdentityId"]
    assert "classic" in refused("InvalidParameterException", shop.app.get_open_id_token, IdentityId=identity)
    shop.admin.update_identity_pool(IdentityPoolId=shop.pool, **shop.settings(AllowClassicFlow=True))
    token = shop.app.get_open_id_token(IdentityId=identity)["Token"]
    sts = unsigned(shop.emulator, "sts")
    call = {"RoleSessionName": "guest", "WebIdentityToken": token}

    refused("AccessDenied", sts.assume_role_with_web_identity, RoleArn=shop.member, **call)
    given = sts.assume_role_with_web_identity(RoleArn=careless, **call)["Credentials"]

    iam = shop.emulator.client(
        "iam",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    assert iam.list_users()["Users"] == []
    refused(
        "InvalidIdentityToken",
        sts.assume_role_with_web_identity,
        RoleArn=careless,
        **call | {"WebIdentityToken": token[:-6] + "AAAAAA"},
    )


def test_principal_tags_need_a_trust_that_allows_them(shop: Setting, refused: Refused) -> None:
    tags = {"IdentityPoolId": shop.pool, "IdentityProviderName": shop.login}
    refused("ResourceNotFoundException", shop.admin.get_principal_tag_attribute_map, **tags)
    shop.admin.set_principal_tag_attribute_map(**tags, PrincipalTags={"mail": "email"})
    assert shop.admin.get_principal_tag_attribute_map(**tags)["PrincipalTags"] == {"mail": "email"}
    logins = shop.logins()
    identity = shop.app.get_id(IdentityPoolId=shop.pool, Logins=logins)["IdentityId"]

    refused(
        "InvalidIdentityPoolConfigurationException",
        shop.app.get_credentials_for_identity,
        IdentityId=identity,
        Logins=logins,
    )


def test_an_update_replaces_the_whole_pool(shop: Setting) -> None:
    shop.admin.update_identity_pool(
        IdentityPoolId=shop.pool, IdentityPoolName="shop", AllowUnauthenticatedIdentities=True, AllowClassicFlow=True
    )
    shop.admin.update_identity_pool(
        IdentityPoolId=shop.pool, IdentityPoolName="shop 2", AllowUnauthenticatedIdentities=False
    )

    after = shop.admin.describe_identity_pool(IdentityPoolId=shop.pool)
    assert (after["IdentityPoolName"], after["AllowClassicFlow"]) == ("shop 2", False)
    assert "CognitoIdentityProviders" not in after


def test_pools_are_listed_in_pages(shop: Setting, refused: Refused) -> None:
    for n in range(4):
        shop.admin.create_identity_pool(IdentityPoolName=f"p{n}", AllowUnauthenticatedIdentities=False)

    first = shop.admin.list_identity_pools(MaxResults=3)
    second = shop.admin.list_identity_pools(MaxResults=3, NextToken=first["NextToken"])

    assert (len(first["IdentityPools"]), len(second["IdentityPools"]), "NextToken" in second) == (3, 2, False)
    assert set(first["IdentityPools"][0]) == {"IdentityPoolId", "IdentityPoolName"}
    refused("ValidationException", shop.admin.list_identity_pools, MaxResults=61)


def test_a_deleted_pool_is_gone(shop: Setting, refused: Refused) -> None:
    shop.admin.delete_identity_pool(IdentityPoolId=shop.pool)

    refused("ResourceNotFoundException", shop.admin.describe_identity_pool, IdentityPoolId=shop.pool)
    refused("ResourceNotFoundException", shop.app.get_id, IdentityPoolId=shop.pool)


def test_administrators_need_the_permission_on_the_pool(shop: Setting) -> None:
    shop.iam.create_user(UserName="eve")
    key = shop.iam.create_access_key(UserName="eve")["AccessKey"]
    arn = f"arn:aws:cognito-identity:{REGION}:123456789012:identitypool/{shop.pool}"
    document = allowing("cognito-identity:DescribeIdentityPool", arn)
    shop.iam.put_user_policy(UserName="eve", PolicyName="pool", PolicyDocument=document)
    eve = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    shop.emulator.enforce_iam()
    try:
        pools = shop.emulator.client("cognito-identity", region_name=REGION, **eve)
        users = shop.emulator.client("cognito-idp", region_name=REGION, **eve)
        assert pools.describe_identity_pool(IdentityPoolId=shop.pool)["IdentityPoolId"] == shop.pool
        with pytest.raises(ClientError, match=rf"on resource: arn:aws:cognito-idp:{REGION}:123456789012:userpool/"):
            users.create_group(UserPoolId=shop.user_pool, GroupName="gold")
    finally:
        shop.emulator.enforce_iam(on=False)


def test_pools_survive_a_restart(tmp_path: Any) -> None:
    with start_emulator(state=tmp_path / "aws") as first:
        pool_id = Setting(first).pool
    with start_emulator(state=tmp_path / "aws") as second:
        pools = second.client("cognito-identity", region_name=REGION)
        assert "unauthenticated" in pools.get_identity_pool_roles(IdentityPoolId=pool_id)["Roles"]
        image = second.client("s3").get_object(Bucket=BUCKET, Key="public/logo.svg")
        assert image["Body"].read() == b"<svg/>"


def test_a_trust_may_ask_by_which_provider_somebody_came(shop: Setting) -> None:
    """`amr` has the provider, too; so a condition on all of its values has to name that."""
    shop.member = shop.role("of-the-pool", shop.login)
    shop.set_roles()
    logins = shop.logins()
    assert shop.role_behind(shop.credentials(Logins=logins)) == "of-the-pool"
    shop.member = shop.role("of-facebook", "graph.facebook.com")
    shop.set_roles()
    with pytest.raises(ClientError, match="Invalid identity pool configuration"):
        shop.credentials(Logins=logins)
