"""What the forms of an identity pool stage, and what they say to bad input."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Operator
from cognito.identity_pools.findings import all_findings
from cognito.identity_pools.operations.base import GUEST, SIGNED_IN
from cognito.identity_pools.trusting import trust_for, trust_of
from cognito.models import IdentityPool
from identities.models import IamRole
from policies.engine.identity_pools import ISSUERS
from sync.models import Change
from sync.operations import registry
from tests.cognito.identity_pools.shop import BUCKET, READ_S3, Shop
from tests.cognito.identity_pools.test_sign_in_paths import without
from tests.services.changing import carry_out
from tests.services.pages import address, text_of
from tests.services.statements import allowing, trusting

pytestmark = pytest.mark.django_db
FACEBOOK = "graph.facebook.com"
AWS = ISSUERS["aws"]


def stage(client: Client, pool: IdentityPool, action: str, **said: Any) -> Change:
    response = client.post(address("identity_pool_action", aws_id=pool.aws_id, action=action), said)
    assert response.status_code == 302, text_of(response.content.decode())
    return Change.objects.latest("pk")


def refused(client: Client, pool: IdentityPool, action: str, **said: Any) -> str:
    response = client.post(address("identity_pool_action", aws_id=pool.aws_id, action=action), said)
    assert response.status_code == 422
    return text_of(response.content.decode())


def kinds(change: Change) -> list[str]:
    return list(change.steps.order_by("position").values_list("kind", flat=True))


def found_of(change: Change) -> list[str]:
    return [each["code"] for each in change.findings]


def test_images_for_everybody_in_one_change(shop: Shop, pool: IdentityPool, erins: Client, erin: Operator) -> None:
    change = stage(erins, pool, "images", bucket=BUCKET, begins="public", role="shop-images", classic_off="on")
    assert kinds(change) == [
        "iam.role.create",
        "iam.role.inline.put",
        "cognito.identity_pool.roles.set",
        "cognito.identity_pool.update",
    ]
    assert "NO_SUCH_ROLE" not in found_of(change)  # an earlier step makes it
    done = carry_out(change, erin)
    assert done.state == Change.State.APPLIED, done.error
    assert shop.roles()["Roles"]["unauthenticated"].endswith(":role/shop-images")
    assert not shop.settings()["AllowClassicFlow"]
    s3 = shop.emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="public/logo.svg", Body=b"<svg/>")
    said = erins.post(
        address("identity_pool_try", aws_id=pool.aws_id), {"bucket": BUCKET, "key": "public/logo.svg"}
    ).content.decode()
    assert "The role is shop-images" in text_of(said)
    assert "6 bytes" in text_of(said)


@pytest.mark.parametrize(("guests", "set_of_pool"), [(True, []), (False, ["cognito.identity_pool.update"])])
def test_the_wizard_lets_guests_in_where_none_are(
    shop: Shop, erins: Client, guests: bool, set_of_pool: list[str]
) -> None:
    shop.with_roles().update(AllowUnauthenticatedIdentities=guests)
    change = stage(erins, shop.mirrored(), "images", bucket=BUCKET, begins="public", role="shop-images")
    assert kinds(change)[3:] == set_of_pool
    for step in change.steps.filter(kind__in=set_of_pool):
        assert json.loads(step.params["settings"])["AllowUnauthenticatedIdentities"]


def test_the_wizard_says_why_not_the_policy_of_aws(pool: IdentityPool, erins: Client) -> None:
    page = erins.get(address("identity_pool_action", aws_id=pool.aws_id, action="images")).content.decode()
    assert "Not AmazonS3ReadOnlyAccess: that policy lets everybody list and read every bucket" in text_of(page)


def test_a_guest_role_is_cut_down_to_one_prefix(shop: Shop, pool: IdentityPool, erins: Client, erin: Operator) -> None:
    change = stage(erins, pool, "tighten-guests", bucket=BUCKET, begins="public/", taken=[READ_S3], classic_off="on")
    assert kinds(change) == ["iam.role.inline.put", "iam.role.detach", "cognito.identity_pool.update"]
    done = carry_out(change, erin)
    assert done.state == Change.State.APPLIED, done.error
    assert all_findings(shop.mirrored()) == []


def test_a_trust_is_fixed(shop: Shop, erins: Client, erin: Operator) -> None:
    pool = shop.with_roles(trust=without(shop, ":amr", ":aud")).mirrored()
    member = shop.iam_role("shop-member")
    assert "TRUST_WITHOUT_AUD" in [each.code for each in all_findings(pool)]
    assert carry_out(stage(erins, pool, "fix-trust", role=member.arn), erin).state == Change.State.APPLIED
    left = [each.code for each in all_findings(shop.mirrored())]
    assert not [code for code in left if code.startswith("TRUST")]


def test_the_fixed_trust_takes_the_tags_that_aws_gives_by_default(shop: Shop, erins: Client) -> None:
    shop.with_roles().identity.set_principal_tag_attribute_map(
        IdentityPoolId=shop.pool_id, IdentityProviderName=shop.login, UseDefaults=True
    )
    pool, member = shop.mirrored(), shop.iam_role("shop-member")
    change = stage(erins, pool, "fix-trust", role=member.arn)
    assert "sts:TagSession" in json.loads(change.steps.get().params["document"])["Statement"][0]["Action"]


def test_rules_are_typed_a_line_each(shop: Shop, pool: IdentityPool, erins: Client, erin: Operator) -> None:
    said = {"provider": shop.provider, "type": "Rules", "otherwise": "Deny"}
    change = stage(erins, pool, "mapping", rules="email Contains @acme.example shop-member", **said)
    assert carry_out(change, erin).state == Change.State.APPLIED
    [rule] = shop.roles()["RoleMappings"][shop.provider]["RulesConfiguration"]["Rules"]
    assert (rule["Claim"], rule["MatchType"], rule["Value"]) == ("email", "Contains", "@acme.example")


@pytest.mark.parametrize(
    ("action", "said", "words"),
    [
        ("images", {"bucket": "Not A Bucket", "begins": "public/", "role": "x"}, "3 to 63 small letters"),
        ("images", {"bucket": BUCKET, "begins": "/", "role": "x"}, "it is the whole bucket"),
        ("images", {"bucket": BUCKET, "begins": "pub*", "role": "x"}, "A prefix has no *"),
        ("images", {"bucket": BUCKET, "begins": "public", "role": "a b"}, "A role’s name"),
        ("mapping", {"type": "Rules", "otherwise": "Deny", "rules": "plan is gold"}, "Line 1 needs four things"),
        ("mapping", {"type": "Rules", "otherwise": "Deny", "rules": "a Is b shop-member"}, "is none of Equals"),
        ("mapping", {"type": "Rules", "otherwise": "Deny", "rules": "a Equals b nobody"}, "no role “nobody”"),
        ("mapping", {"type": "Rules", "otherwise": "Deny"}, "at least one rule"),
        ("roles", {"guest": "nobody"}, "has no role “nobody”"),
        ("principal-tags", {"tags": "plan"}, "tag=claim"),
        ("providers", {"social": "google"}, "provider=app id"),
        ("settings", {"name": "a/b"}, "The name of an identity pool"),
    ],
)
def test_bad_input_is_told_and_kept(
    shop: Shop, pool: IdentityPool, erins: Client, action: str, said: dict[str, str], words: str
) -> None:
    provider = shop.login if action == "principal-tags" else shop.provider
    text = refused(erins, pool, action, **{"provider": provider, **said})
    assert words in text
    assert Change.objects.count() == 0


def test_providers_keep_what_isnt_taken_away(shop: Shop, pool: IdentityPool, erins: Client, erin: Operator) -> None:
    change = stage(erins, pool, "providers", clients=[shop.provider], check="on", social="accounts.google.com=123")
    assert carry_out(change, erin).state == Change.State.APPLIED
    settings = shop.settings()
    assert settings["SupportedLoginProviders"] == {"accounts.google.com": "123"}
    [provider] = settings["CognitoIdentityProviders"]
    assert (provider["ClientId"], provider["ServerSideTokenCheck"]) == (shop.client_id, True)
    assert settings["IdentityPoolTags"] == {"team": "shop"}


def test_a_fixed_trust_keeps_letting_in_every_pool_that_names_the_role(
    shop: Shop, erins: Client, erin: Operator
) -> None:
    """Or the apps of the other pool would be without credentials."""
    shop.with_roles(trust=without(shop, ":aud"))
    made = shop.identity.create_identity_pool(IdentityPoolName="kiosk", AllowUnauthenticatedIdentities=False)
    other, roles = made["IdentityPoolId"], shop.roles()["Roles"]
    shop.identity.set_identity_pool_roles(IdentityPoolId=other, Roles={"authenticated": roles["authenticated"]})
    pool = shop.mirrored()
    change = stage(erins, pool, "fix-trust", role=roles["authenticated"])
    assert carry_out(change, erin).state == Change.State.APPLIED
    shop.mirrored()
    trust, kind = shop.iam_role("shop-member"), "authenticated"
    assert [trust_of(trust, each, kind).is_right for each in (pool.aws_id, other)] == [True, True]


@pytest.mark.parametrize("asks_for_the_pool", [False, True])
def test_a_statement_for_everybody_is_not_fixed_here(shop: Shop, erins: Client, asks_for_the_pool: bool) -> None:
    asked = {"Condition": {"StringEquals": {AWS.aud: shop.pool_id}}} if asks_for_the_pool else {}
    pool = shop.with_roles(trust=trusting("*", "sts:AssumeRoleWithWebIdentity", **asked)).mirrored()
    said = refused(erins, pool, "fix-trust", role=shop.roles()["Roles"]["authenticated"])
    assert "edit the trust policy of the role" in said


def test_the_fixed_trust_of_a_role_for_both_kinds_keeps_both(shop: Shop, erins: Client) -> None:
    another = "us-east-1:11111111-1111-1111-1111-111111111111"
    arn = shop.role("both", "", trust=trust_for([shop.pool_id, another], "*authenticated"))
    shop.set_roles({"authenticated": arn, "unauthenticated": arn})
    change = stage(erins, shop.mirrored(), "fix-trust", role=arn)
    condition = json.loads(change.steps.get().params["document"])["Statement"][0]["Condition"]
    assert condition == {
        "StringEquals": {AWS.aud: shop.pool_id},
        "ForAnyValue:StringLike": {AWS.amr: [SIGNED_IN, GUEST]},
    }


def test_a_role_that_is_gone_by_now_is_warned_of(shop: Shop, pool: IdentityPool, erins: Client) -> None:
    IamRole.objects.filter(name="shop-member").update(gone_at=timezone.now())
    said = {"provider": shop.provider, "type": "Token", "otherwise": "Deny"}
    assert "NO_SUCH_ROLE" in found_of(stage(erins, pool, "mapping", **said))


def test_an_inline_policy_is_taken_off_too(shop: Shop, erins: Client, erin: Operator) -> None:
    """Or guests could more than the one prefix that the form speaks of."""
    shop.with_roles()
    for name, allowed in (("wide", allowing("s3:*", "*")), ("other", allowing("sqs:SendMessage", "*"))):
        shop.world.iam.put_role_policy(RoleName="shop-guest", PolicyName=name, PolicyDocument=allowed)
    pool = shop.mirrored()
    page = erins.get(address("identity_pool_action", aws_id=pool.aws_id, action="tighten-guests")).content.decode()
    chosen = re.findall(r'name="taken" value="([^"]*)"[^>]* checked', page)
    assert chosen == [READ_S3, "inline wide"]
    change = stage(erins, pool, "tighten-guests", bucket=BUCKET, begins="public/", taken=chosen)
    assert kinds(change) == ["iam.role.inline.put", "iam.role.detach", "iam.role.inline.delete"]
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert shop.world.iam.list_role_policies(RoleName="shop-guest")["PolicyNames"] == ["other", f"read-{BUCKET}"]


def test_the_policy_that_is_written_is_not_taken_off(shop: Shop, pool: IdentityPool, erins: Client) -> None:
    name = f"read-{BUCKET}"
    shop.world.iam.put_role_policy(RoleName="shop-guest", PolicyName=name, PolicyDocument=allowing("s3:*", "*"))
    change = stage(erins, shop.mirrored(), "tighten-guests", bucket=BUCKET, begins="a", taken=[f"inline {name}"])
    assert kinds(change) == ["iam.role.inline.put"]


# ---- One provider's form isn't filled in with what another one has ---------------------------------------------


@pytest.fixture
def facebook(shop: Shop) -> IdentityPool:
    """Beside the user pool, with a mapping of its own."""
    rule = {"Claim": "email", "MatchType": "Equals", "Value": "a@b", "RoleARN": shop.role("gold", SIGNED_IN)}
    mapping = {"Type": "Rules", "AmbiguousRoleResolution": "AuthenticatedRole", "RulesConfiguration": {"Rules": [rule]}}
    shop.with_roles(RoleMappings={shop.provider: mapping})
    shop.update(SupportedLoginProviders={FACEBOOK: "123"})
    tags = {"IdentityProviderName": FACEBOOK, "PrincipalTags": {"plan": "custom:plan"}}
    shop.identity.set_principal_tag_attribute_map(IdentityPoolId=shop.pool_id, **tags)
    return shop.mirrored()


def test_what_becomes_of_the_others_stays_as_it_is(facebook: IdentityPool, erins: Client) -> None:
    page = erins.get(address("identity_pool_action", aws_id=facebook.aws_id, action="mapping")).content.decode()
    assert re.findall(r'<option value="(\w+)" selected', page) == ["Rules", "AuthenticatedRole"]
    assert "email Equals a@b gold" in page


def test_another_provider_is_shown_before_it_is_changed(shop: Shop, facebook: IdentityPool, erins: Client) -> None:
    said = {"type": "Rules", "rules": "email Equals a@b gold", "otherwise": "Deny"}
    answer = refused(erins, facebook, "mapping", provider=FACEBOOK, of=shop.provider, **said)
    assert "Below is how this provider is set now" in answer
    assert "email Equals a@b gold" not in answer
    assert Change.objects.count() == 0
    stage(erins, facebook, "mapping", provider=FACEBOOK, of=FACEBOOK, **said)


def test_the_tags_of_another_provider_are_shown_first(shop: Shop, facebook: IdentityPool, erins: Client) -> None:
    answer = erins.post(
        address("identity_pool_action", aws_id=facebook.aws_id, action="principal-tags"),
        {"provider": FACEBOOK, "of": shop.login, "defaults": "on", "tags": ""},
    )
    page = answer.content.decode()
    assert "plan=custom:plan</textarea>" in page
    assert 'name="defaults" checked' not in re.sub(r"\s+", " ", page)
    assert f'name="of" value="{FACEBOOK}"' in page


def test_the_plan_shows_which_rule_is_changed(shop: Shop, facebook: IdentityPool, erins: Client) -> None:
    said = {"provider": shop.provider, "of": shop.provider, "type": "Rules", "otherwise": "AuthenticatedRole"}
    change = stage(erins, facebook, "mapping", rules="email Equals c@d gold", **said)
    page = text_of(erins.get(address("change", pk=str(change.pk))).content.decode())
    assert '- Removed: "Value": "a@b"' in page.replace("−", "-")
    assert '+ Added: "Value": "c@d"' in page


@pytest.mark.parametrize(("ticked", "checks"), [("", [False, True]), ("on", [True, True])])
def test_whether_tokens_are_checked_stays_per_app_client(
    shop: Shop, erins: Client, ticked: str, checks: list[bool]
) -> None:
    other = shop.idp.create_user_pool_client(UserPoolId=shop.user_pool, ClientName="app")["UserPoolClient"]["ClientId"]
    shop.update(
        CognitoIdentityProviders=[
            {"ProviderName": shop.login, "ClientId": shop.client_id, "ServerSideTokenCheck": False},
            {"ProviderName": shop.login, "ClientId": other, "ServerSideTokenCheck": True},
        ]
    )
    keys = [shop.provider, f"{shop.login}:{other}"]
    pool = shop.with_roles().mirrored()
    change = stage(erins, pool, "providers", clients=keys, check=ticked, social=f"{FACEBOOK}=1")
    settings = json.loads(change.steps.get().params["settings"])
    described = {each["ClientId"]: each["ServerSideTokenCheck"] for each in settings["CognitoIdentityProviders"]}
    assert [described[shop.client_id], described[other]] == checks


# ---- Changed behind its back -----------------------------------------------------------------------------------


def test_a_conflict_says_what_is_other_also_where_few_words_are_alike(
    shop: Shop, pool: IdentityPool, erins: Client, erin: Operator
) -> None:
    change = stage(erins, pool, "classic-off", reason="Apps ask Cognito")
    shop.update(IdentityPoolTags={"team": "web"})
    done = carry_out(change, erin)
    assert done.state == Change.State.CONFLICTED
    page = text_of(erins.get(address("change", pk=str(change.pk))).content.decode())
    assert "found the name shop, guests let in, classic flow on, 1 provider with other details." in page
    assert '"team": "web"' in page


@pytest.mark.parametrize(
    ("action", "said", "described"),
    [
        ("guests-off", {"reason": "Nobody needs it"}, ["Is no longer the role of guests of the identity pool shop"]),
        ("settings", {"name": "store", "classic": "on"}, []),
    ],
)
def test_a_plan_tells_who_gets_the_guest_role_only_where_that_changes(
    shop: Shop, pool: IdentityPool, erins: Client, action: str, said: dict[str, str], described: list[str]
) -> None:
    step = stage(erins, pool, action, **said).steps.get()
    operation = registry[step.kind]
    access_changes = operation.access_changes(shop.aws_account, operation.parse(step.params))
    assert [each.words for each in access_changes] == described  # type: ignore[attr-defined]  # a fact has some
