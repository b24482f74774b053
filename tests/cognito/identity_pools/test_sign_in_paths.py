"""Who becomes what, what a guest may do, and what is found wrong: of a pool at the emulator, as its page tells it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from cognito import posture
from cognito.finding_source import PostureSource
from cognito.identity_pools.findings import all_findings
from cognito.identity_pools.guests import guest_access
from cognito.identity_pools.rules import never
from cognito.identity_pools.sign_in_paths import SignInPaths
from cognito.identity_pools.trusting import trust_for
from cognito.models import IdentityPool, UserPool
from cognito.posture import PostureFinding
from findings import refresh
from iamconsole.web import panels
from identities.models import IamRole
from sync.models import Fact
from tests.cognito.identity_pools.shop import Shop
from tests.services.pages import get, text_of
from tests.services.statements import allowing, denying

pytestmark = pytest.mark.django_db


def codes(pool: IdentityPool) -> dict[str, str]:
    return {each.code: each.severity for each in all_findings(pool)}


def finding(pool: IdentityPool, code: str) -> PostureFinding:
    return next(each for each in all_findings(pool) if each.code == code)


def without(shop: Shop, *keys: str) -> str:
    """A trust for who is signed in, without these conditions."""
    document = json.loads(trust_for([shop.pool_id], "authenticated"))
    condition = document["Statement"][0]["Condition"]
    kept = {operator: tests for operator, tests in condition.items() if not any(key in str(tests) for key in keys)}
    document["Statement"][0]["Condition"] = kept
    return json.dumps(document)


def sentence(pool: IdentityPool) -> str:
    return guest_access(pool, SignInPaths(pool)).sentence


def test_in_the_classic_flow_a_guest_surely_reads_everything(shop: Shop) -> None:
    pool = shop.with_roles().mirrored()
    assert sentence(pool).startswith("A guest may list and read everything in Amazon S3")
    row = guest_access(pool, SignInPaths(pool)).own.row("s3")  # type: ignore[union-attr]  # it has one
    assert row is not None
    assert (row.level, row.on_everything, row.is_sure) == ("read", True, True)


def test_in_the_enhanced_flow_what_aws_lists_is_sure_and_the_rest_unknown(shop: Shop) -> None:
    shop.with_roles().update(AllowClassicFlow=False)
    document = allowing(["kms:Decrypt", "ec2:DescribeInstances"])
    shop.world.iam.put_role_policy(RoleName="shop-guest", PolicyName="more", PolicyDocument=document)
    pool = shop.mirrored()
    sure, _, unsure = sentence(pool).partition(": AWS lists that")
    assert (
        sure == "A guest may list and read everything in Amazon S3 and write everything in AWS Key Management Service"
    )
    assert "could also" in unsure
    assert "unknown" in unsure
    own = guest_access(pool, SignInPaths(pool)).own
    assert own is not None
    rows = {row.service.prefix: row.is_sure for row in own.rows}
    assert (rows["s3"], rows["kms"], rows["ec2"]) == (True, True, False)


def test_guests_who_get_nothing(shop: Shop) -> None:
    shop.with_roles().update(AllowUnauthenticatedIdentities=False)
    assert sentence(shop.mirrored()).startswith("A guest gets nothing: guest access is off.")
    shop.update(AllowUnauthenticatedIdentities=True)
    shop.set_roles({"unauthenticated": f"arn:aws:iam::{shop.aws_account.account_id}:role/nowhere"})
    pool = shop.mirrored()
    assert sentence(pool).startswith(
        "What a guest gets isn’t known: the mirror has no role nowhere."
    )  # a pull may be due
    assert codes(pool)["ROLE_MISSING"] == "high"


def test_a_guest_role_that_trusts_another_pool_gives_nothing(shop: Shop) -> None:
    shop.with_roles()
    another = trust_for(["us-east-1:11111111-1111-1111-1111-111111111111"], "unauthenticated")
    shop.world.iam.update_assume_role_policy(RoleName="shop-guest", PolicyDocument=another)
    pool = shop.mirrored()
    assert "doesn’t trust guests of this pool" in sentence(pool)
    assert codes(pool)["TRUST_LETS_NOBODY_IN"] == "high"


def test_roles_that_were_not_read_are_not_nothing(shop: Shop, erin: Operator, client_of: Any) -> None:
    shop.with_roles().update(AllowClassicFlow=False)
    pool = shop.mirrored()
    IdentityPool.objects.update(roles=None, role_mappings=None)
    pool.refresh_from_db()
    assert codes(pool) == {"ROLES_NOT_READ": "medium"}
    said = text_of(get(client_of(erin), "identity_pool", aws_id=pool.aws_id))
    assert "What a guest gets isn’t known" in said
    assert "Nothing is wrong" not in said


def test_a_trust_that_is_not_read_is_unknown(shop: Shop) -> None:
    pool = shop.with_roles().mirrored()
    IamRole.objects.update(trust=None)
    assert sentence(pool).startswith("Whether shop-guest lets a guest in is unknown")
    assert "TRUST_LETS_NOBODY_IN" not in codes(pool)


def test_a_scoped_pool_has_nothing_wrong(shop: Shop) -> None:
    shop.with_roles().update(AllowClassicFlow=False)
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    shop.world.iam.detach_role_policy(RoleName="shop-guest", PolicyArn=arn)
    images = allowing("s3:GetObject", "arn:aws:s3:::acme-images/public/*")
    shop.world.iam.put_role_policy(RoleName="shop-guest", PolicyName="images", PolicyDocument=images)
    pool = shop.mirrored()
    assert all_findings(pool) == []
    assert "A guest may read arn:aws:s3:::acme-images/public/*" in sentence(pool)


def test_guests_with_all_of_s3_and_the_classic_flow(shop: Shop) -> None:
    pool = shop.with_roles().mirrored()
    assert codes(pool) == {"GUESTS_READ_ALL_S3": "critical", "CLASSIC_FLOW": "high"}
    assert finding(pool, "GUESTS_READ_ALL_S3").text.startswith("AmazonS3ReadOnlyAccess gives shop-guest every bucket")


def test_a_denial_that_hangs_on_the_request_leaves_all_of_s3(shop: Shop) -> None:
    document = denying("*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})
    shop.with_roles().world.iam.put_role_policy(RoleName="shop-guest", PolicyName="here", PolicyDocument=document)
    pool = shop.mirrored()
    assert codes(pool)["GUESTS_READ_ALL_S3"] == "critical"
    assert "list and read everything in Amazon S3" in sentence(pool)


def test_a_trust_without_amr_lets_guests_take_the_role(shop: Shop) -> None:
    pool = shop.with_roles(trust=without(shop, ":amr")).mirrored()
    assert codes(pool)["TRUST_WITHOUT_AMR"] == "critical"
    assert [role.name for role in guest_access(pool, SignInPaths(pool)).others] == ["shop-member"]
    assert "shop-member" in finding(pool, "CLASSIC_FLOW").text
    shop.update(AllowClassicFlow=False)
    assert guest_access(shop.mirrored(), SignInPaths(shop.pulled())).others == ()  # Cognito chooses, and not the app


def test_without_guests_nobody_can_take_it_yet(shop: Shop) -> None:
    shop.with_roles(trust=without(shop, ":amr")).update(AllowUnauthenticatedIdentities=False)
    assert codes(shop.mirrored())["TRUST_WITHOUT_AMR"] == "high"


def test_that_people_may_take_what_guests_may_is_nothing_wrong(shop: Shop) -> None:
    shop.with_roles()
    shop.world.iam.update_assume_role_policy(RoleName="shop-guest", PolicyDocument=without(shop, ":amr"))
    assert "TRUST_WITHOUT_AMR" not in codes(shop.mirrored())


def test_a_trust_without_aud_lets_any_pool_in(shop: Shop) -> None:
    pool = shop.with_roles(trust=without(shop, ":aud")).mirrored()
    assert codes(pool)["TRUST_WITHOUT_AUD"] == "critical"


def test_principal_tags_need_a_trust_that_takes_them(shop: Shop) -> None:
    shop.with_roles()
    shop.identity.set_principal_tag_attribute_map(
        IdentityPoolId=shop.pool_id, IdentityProviderName=shop.login, PrincipalTags={"plan": "custom:plan"}
    )
    assert codes(shop.mirrored())["TRUST_WITHOUT_TAGS"] == "high"


def test_the_tags_that_aws_gives_by_default_are_tags(shop: Shop) -> None:
    pool = shop.with_roles().mirrored()
    pool.principal_tags = {shop.login: {"UseDefaults": True}}
    assert codes(pool)["TRUST_WITHOUT_TAGS"] == "high"


def rules(*listed: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"Claim": claim, "MatchType": how, "Value": value, "RoleARN": "r"} for claim, how, value in listed]


@pytest.mark.parametrize(
    ("listed", "dead"),
    [
        ([("plan", "Equals", "a"), ("plan", "Equals", "b")], []),
        ([("plan", "Equals", "a"), ("plan", "Equals", "a")], [1]),
        ([("plan", "Equals", "gold"), ("plan", "StartsWith", "gold")], []),
        ([("plan", "Equals", "gold"), ("plan", "Contains", "gold")], []),
        ([("plan", "StartsWith", "gold"), ("plan", "Contains", "gold")], []),
        ([("plan", "StartsWith", "gold"), ("plan", "Equals", "gold-eu")], [1]),
        ([("plan", "Equals", "gold-eu"), ("plan", "StartsWith", "gold")], []),
        ([("plan", "Contains", "o"), ("plan", "StartsWith", "gold")], [1]),
        ([("plan", "Contains", "o"), ("other", "StartsWith", "gold")], []),
        ([("plan", "NotEqual", "free"), ("plan", "Equals", "gold")], [1]),
        ([("plan", "NotEqual", "free"), ("plan", "StartsWith", "fr")], []),
        ([("plan", "NotEqual", "free"), ("plan", "Contains", "gold")], [1]),
        ([("custom:plan", "Equals", "a"), ("custom:none", "Equals", "a")], [1]),
    ],
)
def test_rules_that_never_match(listed: list[tuple[str, str, str]], dead: list[int]) -> None:
    assert list(never(rules(*listed), {"custom:plan"})) == dead


def test_rules_on_the_page_and_among_the_findings(shop: Shop, erin: Operator, client_of: Any) -> None:
    shop.with_roles()
    member = shop.world.iam.get_role(RoleName="shop-member")["Role"]["Arn"]
    listed = [{**rule, "RoleARN": member} for rule in rules(("email", "Contains", "@"), ("email", "Equals", "a@b"))]
    mapping = {"Type": "Rules", "AmbiguousRoleResolution": "AuthenticatedRole", "RulesConfiguration": {"Rules": listed}}
    shop.set_roles(shop.roles()["Roles"], RoleMappings={shop.provider: mapping})
    pool = shop.mirrored()
    assert codes(pool).keys() >= {"RULE_NEVER_MATCHES", "MAPPING_FALLS_BACK"}
    order = [worse for worse in panels.SEVERITIES for each in all_findings(pool) if each.severity == worse]
    assert [each.severity for each in all_findings(pool)] == order
    said = text_of(get(client_of(erin), "identity_pool", aws_id=pool.aws_id))
    assert "Rule 2 can never match" in said
    assert "email contains @" in said


def test_groups_give_roles_by_the_token(shop: Shop) -> None:
    shop.with_roles(RoleMappings={shop.provider: {"Type": "Token", "AmbiguousRoleResolution": "Deny"}})
    for name, role in (("gold", "shop-member"), ("silver", "shop-guest")):
        arn = f"arn:aws:iam::{shop.aws_account.account_id}:role/{role}"
        shop.idp.create_group(UserPoolId=shop.user_pool, GroupName=name, RoleArn=arn, Precedence=3)
    pool = shop.mirrored()
    [path] = SignInPaths(pool).signed_in
    assert [(link.who, link.name) for link in path.links] == [
        ("in the group gold, precedence 3", "shop-member"),
        ("in the group silver, precedence 3", "shop-guest"),
    ]
    assert "MAPPING_AMBIGUOUS" in codes(pool)
    arn = f"arn:aws:iam::{shop.aws_account.account_id}:role/shop-member"
    shop.idp.update_group(UserPoolId=shop.user_pool, GroupName="silver", RoleArn=arn, Precedence=3)
    assert "MAPPING_AMBIGUOUS" not in codes(shop.mirrored())  # either way the token prefers that role


def test_the_page_says_it_in_a_sentence_with_fixes_for_who_may(
    shop: Shop, erin: Operator, bob: Operator, client_of: Callable[..., Client]
) -> None:
    pool = shop.with_roles().mirrored()
    page = get(client_of(erin), "identity_pool", aws_id=pool.aws_id)
    said = text_of(page)
    assert "A guest may list and read everything in Amazon S3" in said
    assert "Guests read all of S3" in said
    assert "Works, and only for this pool" in said
    assert "1 policy, no boundary. Never used, as far as AWS tells. What it may" in said
    assert "do/tighten-guests/" in page
    assert "do/tighten-guests/" not in get(client_of(bob), "identity_pool", aws_id=pool.aws_id)


def test_findings_are_written_down_for_the_list_and_the_overview(
    shop: Shop, aws_account: AwsAccount, erin: Operator, client_of: Callable[..., Client]
) -> None:
    shop.with_roles().mirrored()
    assert "Not looked at yet" in get(client_of(erin), "identity_pools")
    assert posture.look_again() == 1 + UserPool.objects.live().count()
    assert posture.look_again() == 0  # not due
    assert "2 findings" in get(client_of(erin), "identity_pools")
    refresh.refresh(aws_account, sources=[PostureSource()])
    assert "shop. Guests read all of S3" in get(client_of(erin), "overview")
    shop.identity.delete_identity_pool(IdentityPoolId=shop.pool_id)
    IdentityPool.objects.update(gone_at="2026-01-01T00:00:00Z")
    posture.look_again()
    assert not Fact.objects.filter(kind=IdentityPool.kind).exists()
