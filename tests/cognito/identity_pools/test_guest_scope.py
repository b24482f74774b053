"""How far a guest role reaches, by policies that real roles have: in the sentence, in the table, among the findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Operator
from cognito.identity_pools.findings import all_findings
from cognito.identity_pools.guests import GuestAccess, GuestServiceAccess, guest_access, of_role
from cognito.identity_pools.sign_in_paths import SignInPaths
from cognito.identity_pools.trusting import trust_for
from cognito.models import IdentityPool
from identities.models import Attachment
from tests.cognito.identity_pools.shop import READ_S3, Shop
from tests.services.pages import get, text_of
from tests.services.statements import allow, deny, document_text

pytestmark = pytest.mark.django_db

ALL_S3, FAR = "GUESTS_READ_ALL_S3", "GUESTS_DO_TOO_MUCH"
ISSUER = "cognito-identity.amazonaws.com"
SUB, AMR, AUD = f"${{{ISSUER}:sub}}", f"{ISSUER}:amr", f"{ISSUER}:aud"
SECRET = ["arn:aws:s3:::secret", "arn:aws:s3:::secret/*"]
TABLES = "arn:aws:dynamodb:us-east-1:123456789012:table/*"
ADMIN = "arn:aws:iam::123456789012:role/admin"
CARTS = "arn:aws:dynamodb:us-east-1:123456789012:table/carts"


def guests_may(shop: Shop, *statements: dict[str, Any], boundary: str = "") -> IdentityPool:
    shop.with_roles().mirrored()
    iam = shop.world.iam
    iam.detach_role_policy(RoleName="shop-guest", PolicyArn=READ_S3)
    iam.put_role_policy(RoleName="shop-guest", PolicyName="own", PolicyDocument=document_text(*statements))
    if boundary:
        arn = iam.create_policy(PolicyName="cap", PolicyDocument=boundary)["Policy"]["Arn"]
        iam.put_role_permissions_boundary(RoleName="shop-guest", PermissionsBoundary=arn)
    return shop.roles_mirrored()


def guests_may_also(shop: Shop, *statements: dict[str, Any]) -> IdentityPool:
    shop.world.iam.put_role_policy(RoleName="shop-guest", PolicyName="more", PolicyDocument=document_text(*statements))
    return shop.roles_mirrored()


def asked(pool: IdentityPool) -> GuestAccess:
    return guest_access(pool, SignInPaths(pool))


def found(pool: IdentityPool) -> set[str]:
    return {each.code for each in all_findings(pool)} - {"CLASSIC_FLOW"}


def row(pool: IdentityPool, prefix: str) -> GuestServiceAccess:
    own = asked(pool).own
    assert own is not None
    there = own.row(prefix)
    assert there is not None
    return there


@pytest.mark.parametrize(
    ("statements", "said", "findings"),
    [
        # Every bucket, however it is written.
        ([allow("s3:GetObject")], "read everything in Amazon S3.", {ALL_S3}),
        ([allow("s3:GetObject", "arn:aws:s3:::*")], "read arn:aws:s3:::* in Amazon S3.", {ALL_S3}),
        ([allow("s3:GetObject", "arn:aws:s3:::*/*")], "read arn:aws:s3:::*/* in Amazon S3.", {ALL_S3}),
        ([allow("s3:PutObject", "arn:*:s3:::*")], "write arn:*:s3:::* in Amazon S3.", {ALL_S3}),
        ([allow("s3:*")], "do everything in Amazon S3.", {ALL_S3}),
        # All but something is nearly all.
        (
            [{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": SECRET[1]}],
            "read everything but arn:aws:s3:::secret/* in Amazon S3.",
            {ALL_S3},
        ),
        (
            [allow("s3:GetObject"), deny("s3:*", SECRET)],
            "read everything but arn:aws:s3:::secret, arn:aws:s3:::secret/* in Amazon S3.",
            {ALL_S3},
        ),
        ([allow("s3:GetObject"), deny("*", "arn:aws:sqs:*:*:*")], "read everything but arn:aws:sqs:*:*:*", {ALL_S3}),
        # What is left of it is named.
        (
            [allow("s3:Get*"), {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::b/public/*"}],
            "read arn:aws:s3:::b/public/* in Amazon S3.",
            set(),
        ),
        ([allow("s3:GetObject"), deny("s3:*")], "A guest may do nothing:", set()),
        ([allow("s3:GetObject"), deny("s3:*", "arn:aws:s3:::*")], "read everything but arn:aws:s3:::*", set()),
        (
            [allow("s3:GetObject", "arn:aws:s3:::*/public/*")],
            "read arn:aws:s3:::*/public/* in Amazon S3.",
            set(),
        ),
        (
            [allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::b/private/{SUB}/*")],
            f"read and write arn:aws:s3:::b/private/{SUB}/* in Amazon S3.",
            set(),
        ),
        (
            [allow("s3:GetObject", [f"arn:aws:s3:::{name}/*" for name in "abcdef"])],
            "read arn:aws:s3:::a/*, arn:aws:s3:::b/*, arn:aws:s3:::c/* and 3 more in Amazon S3.",
            set(),
        ),
        # A bucket, but more than to read it.
        (
            [allow("s3:*", ["arn:aws:s3:::b", "arn:aws:s3:::b/*"])],
            "change permissions of arn:aws:s3:::b and arn:aws:s3:::b/* in Amazon S3.",
            {FAR},
        ),
        # Elsewhere.
        ([allow("dynamodb:GetItem", TABLES)], f"read {TABLES} in Amazon DynamoDB.", {FAR}),
        ([allow("dynamodb:GetItem", CARTS)], f"read {CARTS} in Amazon DynamoDB.", set()),
        # What takes no resource isn't everything that there is.
        (
            [allow("s3:ListAllMyBuckets"), allow("s3:GetObject", "arn:aws:s3:::b/public/*")],
            "list and read arn:aws:s3:::b/public/* in Amazon S3.",
            {FAR},
        ),
        ([allow("ec2:DescribeInstances")], "list and read in Amazon EC2 what takes no resource.", {FAR}),
        # One role leads to all that it may.
        ([allow("sts:AssumeRole", ADMIN)], f"write {ADMIN} in AWS Security Token Service.", {FAR}),
        # As the AWS console makes the role of guests.
        (
            [allow("cognito-identity:GetCredentialsForIdentity")],
            "read in Amazon Cognito Identity what takes no resource.",
            set(),
        ),
        ([allow("mobileanalytics:PutEvents")], "write in Amazon Mobile Analytics what takes no resource.", set()),
    ],
)
def test_what_a_guest_reaches(shop: Shop, statements: list[dict[str, Any]], said: str, findings: set[str]) -> None:
    pool = guests_may(shop, *statements)
    assert said in asked(pool).sentence
    assert found(pool) == findings


@pytest.mark.parametrize(
    ("statements", "keys"),
    [
        ([allow("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "true"}})], "aws:SecureTransport"),
        ([allow("s3:GetObject", Condition={"StringEquals": {f"{ISSUER}:sub": "us-east-1:one"}})], f"{ISSUER}:sub"),
        (
            [
                allow("s3:GetObject"),
                deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
            ],
            "aws:MultiFactorAuthPresent",
        ),
    ],
)
def test_what_hangs_on_a_condition_is_not_sure(shop: Shop, statements: list[dict[str, Any]], keys: str) -> None:
    pool = guests_may(shop, *statements)
    assert f"read everything in Amazon S3, if the condition on {keys} is met." in asked(pool).sentence
    assert not row(pool, "s3").is_sure
    assert row(pool, "s3").is_conditional
    [described] = [each for each in all_findings(pool) if each.code == ALL_S3]
    assert f"if the condition on {keys} is met" in described.text


@pytest.mark.parametrize(
    ("statements", "reads"),
    [
        ([allow("s3:GetObject", Condition={"ForAnyValue:StringLike": {AMR: "authenticated"}})], False),
        ([allow("s3:GetObject", Condition={"ForAnyValue:StringLike": {AMR: ["authenticated", "unauth*"]}})], True),
        ([allow("s3:GetObject", Condition={"StringNotEquals": {AUD: "us-east-1:another"}})], True),
        ([allow("s3:GetObject", Condition={"StringEquals": {AUD: "us-east-1:another"}})], False),
        ([allow("s3:GetObject"), deny("*", Condition={"ForAnyValue:StringEquals": {AMR: "unauthenticated"}})], False),
        ([allow("s3:GetObject"), deny("*", Condition={"ForAnyValue:StringEquals": {AMR: "authenticated"}})], True),
    ],
)
def test_how_a_guest_came_in_is_known(shop: Shop, statements: list[dict[str, Any]], reads: bool) -> None:
    pool = guests_may(shop, *statements)
    said = "A guest may read everything in Amazon S3." if reads else "A guest may do nothing:"
    assert asked(pool).sentence.startswith(said)
    assert found(pool) == ({ALL_S3} if reads else set())


def test_what_one_pool_is_allowed_guests_of_another_are_not(shop: Shop) -> None:
    pool = guests_may(shop, allow("s3:GetObject", Condition={"StringEquals": {AUD: shop.pool_id}}))
    role = shop.iam_role("shop-guest")
    own, other = (of_role(role, pool_id) for pool_id in (pool.aws_id, "us-east-1:another"))
    assert own is not None and own.rows and own.rows[0].is_sure
    assert other is not None and not other.rows


def test_one_statement_without_a_condition_is_enough_to_be_sure(shop: Shop) -> None:
    bound = allow("s3:GetObject", "arn:aws:s3:::b/*", Condition={"Bool": {"aws:SecureTransport": "true"}})
    pool = guests_may(shop, bound, allow("s3:GetObject", "arn:aws:s3:::a/*"))
    assert row(pool, "s3").is_sure
    assert "condition" not in asked(pool).sentence


def test_a_boundary_leaves_what_it_names(shop: Shop) -> None:
    pool = guests_may(shop, allow("s3:Get*"), boundary=document_text(allow("s3:GetObject", "arn:aws:s3:::only/*")))
    assert "A guest may read arn:aws:s3:::only/* in Amazon S3." in asked(pool).sentence
    assert found(pool) == set()


def test_many_services_are_counted_and_none_is_forgotten(shop: Shop) -> None:
    """S3 is far down the list of all services, and is found all the same."""
    pool = guests_may(shop, allow("*"))
    own = asked(pool).own
    assert own is not None
    assert f"A guest may do everything in {len(own.rows):,} services." in asked(pool).sentence
    assert found(pool) == {ALL_S3, FAR}
    assert len(own.shown) + own.left_out == len(own.rows)


def test_a_trust_that_hangs_on_something_else_makes_it_unknown(shop: Shop) -> None:
    guests_may(shop, allow("s3:GetObject"))
    trust = json.loads(trust_for([shop.pool_id], "unauthenticated"))
    trust["Statement"][0]["Condition"]["StringEquals"]["cognito-identity.amazonaws.com:sub"] = "us-east-1:one"
    shop.world.iam.update_assume_role_policy(RoleName="shop-guest", PolicyDocument=json.dumps(trust))
    pool = shop.mirrored()
    assert asked(pool).sentence.startswith("Whether shop-guest lets a guest in is unknown")
    assert "A guest may" not in asked(pool).sentence
    assert not row(pool, "s3").is_sure


def test_a_trust_with_wildcards_is_too_wide(shop: Shop) -> None:
    guests_may(shop, allow("s3:GetObject", "arn:aws:s3:::b/*"))
    trust = json.loads(trust_for([shop.pool_id], "unauthenticated"))
    trust["Statement"][0]["Condition"] = {
        "StringLike": {"cognito-identity.amazonaws.com:aud": "us-east-1:*"},
        "ForAnyValue:StringLike": {AMR: "unauthenticated"},
    }
    shop.world.iam.update_assume_role_policy(RoleName="shop-guest", PolicyDocument=json.dumps(trust))
    assert found(shop.mirrored()) == {"TRUST_WITHOUT_AUD"}


def test_a_trust_of_two_pools_is_right(shop: Shop) -> None:
    guests_may(shop, allow("s3:GetObject", "arn:aws:s3:::b/*"))
    another = shop.identity.create_identity_pool(IdentityPoolName="other", AllowUnauthenticatedIdentities=True)
    trust = trust_for([shop.pool_id, another["IdentityPoolId"]], "unauthenticated")
    shop.world.iam.update_assume_role_policy(RoleName="shop-guest", PolicyDocument=trust)
    assert found(shop.mirrored()) == set()


def test_the_table_says_what_is_left_out_and_on_what_it_hangs(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    hangs = allow("s3:GetObject", "arn:aws:s3:::b/*", Condition={"Bool": {"aws:SecureTransport": "true"}})
    but_the_carts = {"Effect": "Allow", "Action": "dynamodb:GetItem", "NotResource": CARTS}
    pool = guests_may(shop, hangs, but_the_carts)
    assert (
        f"everything but {CARTS} in Amazon DynamoDB and read arn:aws:s3:::b/* in Amazon S3 (if" in asked(pool).sentence
    )
    said = text_of(get(client_of(erin), "identity_pool", aws_id=pool.aws_id))
    assert "arn:aws:s3:::b/* if the condition on aws:SecureTransport is met" in said
    assert f"Everything but {CARTS}" in said
    assert "Conditionally" in said


def test_what_the_catalogue_does_not_know_is_not_nothing(shop: Shop) -> None:
    pool = guests_may(shop, allow("brandnew:Get*"))
    assert asked(pool).sentence.startswith("What a guest may do isn’t known. shop-guest is allowed what")
    pool = guests_may_also(shop, allow(["brandnew:Get*", "s3:GetObject"], "arn:aws:s3:::b/*"))
    assert "what this console doesn’t know, too: brandnew:Get*." in asked(pool).sentence
    shop.update(AllowClassicFlow=False)
    assert "brandnew:Get*" in asked(shop.pulled()).sentence


def test_beside_a_policy_without_its_document_nothing_is_sure(shop: Shop) -> None:
    shop.with_roles().mirrored()
    guests_may_also(shop, allow("s3:GetObject", "arn:aws:s3:::b/*"))
    Attachment.objects.filter(role__name="shop-guest").update(policy=None)
    pool = IdentityPool.objects.get()
    assert "A guest may read arn:aws:s3:::b/* in Amazon S3. The mirror lacks the document" in asked(pool).sentence
    assert not row(pool, "s3").is_sure


def test_a_policy_without_its_document_is_not_nothing(shop: Shop) -> None:
    shop.with_roles()
    pool = shop.mirrored()
    Attachment.objects.filter(role__name="shop-guest").update(policy=None)
    own = asked(pool).own
    assert own is not None and own.access.not_read
    assert asked(pool).sentence.startswith("What a guest may do isn’t known. The mirror lacks the document")
