"""Roles and tags by claims that people write themselves: found on both pools, and said of the change that opens it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from cognito.identity_pools.findings import all_findings
from cognito.identity_pools.operations import set_principal_tags, set_roles, with_settings
from cognito.models import AppClient, IdentityPool, UserPool
from cognito.modifiable_claims.exposures import PEOPLE, STRANGERS, exposures, givers, pool_of
from cognito.pools.findings import findings_of
from cognito.pools.operations import ADD_ATTRIBUTE, create_client, update
from cognito.pools.operations.shapes import CLIENT, POOL
from sync.operations import StepSpec
from tests.cognito.rows import make_client, make_identity_pool, make_person, make_pool, provider_of
from tests.services.changing import propose

pytestmark = pytest.mark.django_db
ROLE = "arn:aws:iam::123456789012:role/partner-gold"
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:tokens"
SCHEMA: list[dict[str, Any]] = [
    {"Name": "sub", "Mutable": False},
    {"Name": "email", "Mutable": True},
    {"Name": "email_verified", "Mutable": True},
    {"Name": "phone_number", "Mutable": True},
    {"Name": "custom:plan", "Mutable": True},
    {"Name": "custom:tenant", "Mutable": False},
    {"Name": "dev:custom:level", "Mutable": True},
]
ADMIN_ONLY = {"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True}}
PROVED = {
    "AutoVerifiedAttributes": ["email"],
    "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
}


def rule(claim: str, match: str = "Equals", value: str = "gold") -> dict[str, str]:
    return {"Claim": claim, "MatchType": match, "Value": value, "RoleARN": ROLE}


def by_rules(*rules: dict[str, str]) -> dict[str, Any]:
    return {"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [*rules]}}


def arrange(aws_account: AwsAccount, *rules: dict[str, str], app: dict[str, Any] | None = None, **settings: Any) -> Any:
    pool = make_pool(aws_account, settings={"SchemaAttributes": SCHEMA, **settings})
    client = make_client(pool, aws_id="client7", settings={"ClientName": "web", **(app or {})})
    mappings = {f"{provider_of(pool)}:client7": by_rules(*rules)} if rules else {}
    return pool, client, make_identity_pool(pool, "cafe", role_mappings=mappings, principal_tags={})


WRITES_EMAIL = {"WriteAttributes": ["email"]}


@pytest.mark.parametrize(
    ("asked", "app", "settings", "expected"),
    [
        (rule("custom:plan"), {}, {}, (STRANGERS, True)),  # no list: AWS's default
        (rule("custom:plan"), {"WriteAttributes": ["custom:plan"]}, {}, (STRANGERS, True)),
        (rule("custom:plan"), {"WriteAttributes": ["custom:plan"]}, ADMIN_ONLY, (PEOPLE, True)),
        (rule("custom:plan"), WRITES_EMAIL, {}, None),
        (rule("custom:plan"), {"ReadAttributes": ["email"]}, {}, None),  # not in its tokens
        (rule("custom:tenant"), {}, {}, (STRANGERS, True)),  # fixed, but set at sign-up
        (rule("custom:tenant"), {}, ADMIN_ONLY, None),
        (rule("dev:custom:level"), {}, {}, None),
        (rule("custom:unheard"), {}, {}, None),
        (rule("cognito:groups"), {}, {}, None),
        (rule("sub"), {}, {}, None),
        (rule("cognito:groups"), {}, {"LambdaConfig": {"PreTokenGeneration": FUNCTION}}, (STRANGERS, False)),
        (rule("custom:plan"), {}, {"LambdaConfig": {"PreTokenGeneration": FUNCTION}}, (STRANGERS, False)),
        (rule("custom:plan"), {}, {"LambdaConfig": {"PreSignUp": FUNCTION}}, (STRANGERS, False)),
        (rule("email", value="boss@acme.example"), {}, {}, (STRANGERS, True)),
        (rule("email", value="boss@acme.example"), {}, {"AutoVerifiedAttributes": ["email"]}, (STRANGERS, True)),
        (rule("email", value="boss@acme.example"), {}, PROVED, None),
        (
            rule("email", value="boss@acme.example"),
            {},
            {**PROVED, "AutoVerifiedAttributes": ["email", "phone_number"]},
            (STRANGERS, True),
        ),  # then AWS proves the phone number alone
        (rule("email", "Contains", "@acme.example"), {}, PROVED, (STRANGERS, True)),
        (rule("email_verified", value="true"), {}, PROVED, (STRANGERS, True)),
        (rule("phone_number", "StartsWith", "+49"), WRITES_EMAIL, {}, None),
        (rule("cognito:username", "StartsWith", "admin"), {}, {}, (STRANGERS, True)),
        (rule("cognito:username", value="jane"), {}, {}, None),  # she has it
        (rule("cognito:username", value="root"), {}, {}, (STRANGERS, False)),
        (rule("cognito:username", "StartsWith", "admin"), {}, {"UsernameAttributes": ["email"]}, None),
    ],
)
def test_which_claims_people_choose_themselves(
    aws_account: AwsAccount,
    asked: dict[str, str],
    app: dict[str, Any],
    settings: dict[str, Any],
    expected: tuple[str, bool] | None,
) -> None:
    pool, _, _ = arrange(aws_account, asked, app=app, **settings)
    make_person(pool, "jane")
    found = exposures(givers(), {pool.aws_id: pool_of(pool)})
    assert [(each.choice.who, each.choice.is_sure) for each in found] == ([expected] if expected else [])


def test_it_is_found_on_both_pools_and_its_fix_is_the_client_s_list(aws_account: AwsAccount) -> None:
    pool, client, identity_pool = arrange(aws_account, rule("custom:plan"), app={"WriteAttributes": ["custom:plan"]})
    [found] = [each for each in all_findings(identity_pool) if each.code == "ROLE_BY_CHOICE"]
    assert found.severity == "critical"
    assert "Anybody who signs up to customers gets the role partner-gold" in found.text
    [found] = [each for each in findings_of(pool) if each.code == "CLAIM_BY_CHOICE"]
    assert (found.severity, found.action) == ("critical", "client-attributes")
    assert dict(found.asked) == {"which": client.aws_id, "writes": "own", "without": "custom:plan"}


def test_an_address_that_is_not_verified_is_fixed_at_sign_up(aws_account: AwsAccount) -> None:
    pool, _, _ = arrange(aws_account, rule("email", value="boss@acme.example"))
    [found] = [each for each in findings_of(pool) if each.code == "CLAIM_BY_CHOICE"]
    assert (found.action, dict(found.asked)) == ("signup", {"verified": "email", "kept": "email"})


def test_another_account_s_pools_and_roles_are_not_named(aws_account: AwsAccount) -> None:
    pool, _, _ = arrange(aws_account, rule("custom:plan"))
    IdentityPool.objects.update(aws_account=AwsAccount.objects.create(account_id="210987654321", name="Other"))
    [found] = [each for each in findings_of(pool) if each.code == "CLAIM_BY_CHOICE"]
    assert "a role in another AWS account" in found.text
    assert "cafe" not in found.text
    assert "partner-gold" not in f"{found.title} {found.text}"


def _mapped(pool: UserPool, _: AppClient, row: IdentityPool) -> StepSpec:
    return set_roles(row, mappings={f"{provider_of(pool)}:client7": by_rules(rule("custom:plan"))})


def _tagged(pool: UserPool, _: AppClient, row: IdentityPool) -> StepSpec:
    return set_principal_tags(row, provider_of(pool), {"plan": "custom:plan"})


def _widened(pool: UserPool, client: AppClient, _: IdentityPool) -> StepSpec:
    return update(CLIENT, pool.arn, "web", {"WriteAttributes": ["custom:plan", "email"]}, client.aws_id)


def _left_to_aws(pool: UserPool, client: AppClient, _: IdentityPool) -> StepSpec:
    return update(CLIENT, pool.arn, "web", {"WriteAttributes": None}, client.aws_id)


def _another_client(pool: UserPool, _: AppClient, __: IdentityPool) -> StepSpec:
    return create_client(pool.arn, "second", {})


def _opened(pool: UserPool, _: AppClient, __: IdentityPool) -> StepSpec:
    return update(POOL, pool.arn, pool.name, {"AdminCreateUserConfig.AllowAdminCreateUserOnly": False})


def _attribute(pool: UserPool, _: AppClient, __: IdentityPool) -> StepSpec:
    said = {"pool_arn": pool.arn, "called": pool.name, "attribute": "new", "type": "String", "mutable": True}
    return StepSpec(ADD_ATTRIBUTE, said)


def _taken_again(pool: UserPool, _: AppClient, row: IdentityPool) -> StepSpec:
    providers = [{"ProviderName": provider_of(pool), "ClientId": "client7"}]
    return with_settings(row, CognitoIdentityProviders=providers)


OWN_PLAN, NO_LIST, ADMINS = {"WriteAttributes": ["custom:plan"]}, dict[str, Any](), ADMIN_ONLY


@pytest.mark.parametrize(
    ("step", "asked", "app", "settings", "who"),
    [
        (_mapped, None, OWN_PLAN, {}, "Anybody who signs up to customers gets the role partner-gold"),
        (_mapped, None, WRITES_EMAIL, {}, ""),
        (_tagged, None, OWN_PLAN, {}, "any value of the tag plan"),
        (_widened, rule("custom:plan"), WRITES_EMAIL, {}, "Anybody who signs up to customers gets the role"),
        (_left_to_aws, rule("custom:plan"), WRITES_EMAIL, {}, "Anybody who signs up to customers gets the role"),
        (_another_client, rule("custom:plan"), WRITES_EMAIL, {}, "theirs to write through second"),
        (_opened, rule("custom:plan"), OWN_PLAN, ADMINS, "Anybody who signs up to customers gets the role"),
        (_attribute, rule("custom:new"), NO_LIST, {}, "Anybody who signs up to customers gets the role"),
        (_attribute, rule("custom:new"), WRITES_EMAIL, {}, ""),
    ],
)
def test_a_change_that_opens_it_says_who_gets_what(
    aws_account: AwsAccount,
    erin: Operator,
    step: Any,
    asked: dict[str, str] | None,
    app: dict[str, Any],
    settings: dict[str, Any],
    who: str,
) -> None:
    arranged = arrange(aws_account, *([asked] if asked else []), app=app, **settings)
    change = propose(aws_account, erin, [step(*arranged)])
    found = [each for each in change.findings if each["code"] == "MODIFIABLE_CLAIM"]
    assert [each["severity"] for each in found] == (["security_warning"] if who else [])
    assert all(who in each["message"] for each in found)


def test_a_mapping_that_was_left_over_opens_with_its_provider(aws_account: AwsAccount, erin: Operator) -> None:
    arranged = arrange(aws_account, rule("custom:plan"))
    IdentityPool.objects.update(settings={"IdentityPoolName": "cafe"})
    arranged[2].refresh_from_db()
    assert not exposures(givers(), {arranged[0].aws_id: pool_of(arranged[0])})
    change = propose(aws_account, erin, [_taken_again(*arranged)])
    assert "MODIFIABLE_CLAIM" in [each["code"] for each in change.findings]


def test_what_was_so_before_is_not_said_again(aws_account: AwsAccount, erin: Operator) -> None:
    pool, client, _ = arrange(aws_account, rule("custom:plan"), app=NO_LIST)
    change = propose(aws_account, erin, [update(CLIENT, pool.arn, "web", {"ClientName": "site"}, client.aws_id)])
    assert "MODIFIABLE_CLAIM" not in [each["code"] for each in change.findings]
