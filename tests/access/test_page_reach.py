"""The page of a resource: public or not, other AWS accounts, guests, and who gets to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from tests.access.mirrored import ID, OTHER, arn, columns_trusting, given, user
from tests.services.organization_rows import complete
from tests.services.pages import text_of
from tests.services.resource_rows import blocks, hold, unread
from tests.services.rows import make_role
from tests.services.statements import allow, document_text, trust

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
BUCKET = "arn:aws:s3:::acme-share"


def shown(client: Client, row: Any) -> str:
    url = reverse("resource_reach", kwargs={"account_id": row.aws_account.account_id, "aws_id": row.aws_id})
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    return " ".join(text_of(answer.content.decode()).split()).partition("Raw")[2]


def bucket(us: AwsAccount, *principals: Any) -> Any:
    blocks(us)
    statements = [trust(each, "s3:GetObject", Resource=f"{BUCKET}/*", Sid=f"S{n}") for n, each in enumerate(principals)]
    return hold(us, "s3.bucket", BUCKET, *([document_text(*statements)] if statements else []))


def test_a_private_one_says_who_and_why(alone: AwsAccount, bobs: Client) -> None:
    user(alone, "dana", allow("s3:*", Sid="All"))
    user(alone, "eve")
    row = bucket(alone, {"AWS": arn("user/eve")})
    found = shown(bobs, row)
    assert "Not public" in found
    assert "No other AWS account gets in" in found
    assert "No guests of Cognito" in found
    assert "User dana Read Write Permissions" in found
    assert "User eve Read Read: bucket policy of acme-share, statement S0" in found


def test_a_public_one_and_one_that_names_others(alone: AwsAccount, bobs: Client) -> None:
    found = shown(bobs, bucket(alone, "*", {"AWS": OTHER}))
    assert "Public Without signing in: read." in found
    assert "Other AWS accounts get in" in found
    assert f"AWS account {OTHER}, which isn’t connected" in found


def test_what_any_aws_account_may_is_not_said_of_those_who_have_not_signed_in(alone: AwsAccount, bobs: Client) -> None:
    blocks(alone)
    signed = {"StringLike": {"aws:PrincipalArn": "*"}}
    text = document_text(
        trust("*", "s3:GetObject", Resource=f"{BUCKET}/*"),
        trust("*", "s3:PutObject", Resource=f"{BUCKET}/*", Condition=signed),
    )
    found = shown(bobs, hold(alone, "s3.bucket", BUCKET, text))
    assert "Public Without signing in: read. With any AWS account: write." in found


def test_an_aws_account_that_gets_in_under_a_condition_gets_in_perhaps(alone: AwsAccount, bobs: Client) -> None:
    blocks(alone)
    near = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    text = document_text(trust({"AWS": OTHER}, "s3:GetObject", Resource=f"{BUCKET}/*", Condition=near))
    found = shown(bobs, hold(alone, "s3.bucket", BUCKET, text))
    assert f"Perhaps other AWS accounts get in Under a condition, or unknown: AWS account {OTHER}" in found


def test_block_public_access_is_counted_and_said(alone: AwsAccount, bobs: Client) -> None:
    row = bucket(alone, "*", {"AWS": OTHER})
    row.facts = {**row.facts, "public_access_block": {"RestrictPublicBuckets": True}}
    row.save()
    found = shown(bobs, row)
    assert "Not public" in found
    assert "No other AWS account gets in" in found
    assert "Block Public Access leaves in nobody from outside" in found


def a_guest(alone: AwsAccount, *statements: Any) -> None:
    guests = {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "unauthenticated"}}
    trusts = columns_trusting(
        {"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity", Condition=guests
    )
    given(make_role(alone, "shop-guest", **trusts), *statements)


def test_guests_of_an_identity_pool(alone: AwsAccount, bobs: Client) -> None:
    a_guest(alone, allow("s3:GetObject"))
    assert "Guests of Cognito get in Read, by shop-guest." in shown(bobs, bucket(alone))


def test_guests_under_a_condition_get_in_perhaps(alone: AwsAccount, bobs: Client) -> None:
    a_guest(alone, allow("s3:PutObject", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))
    row = bucket(alone)
    assert "Perhaps guests of Cognito get in Under a condition, or unknown. Write, by shop-guest." in shown(bobs, row)


def test_whether_guests_get_to_what_is_not_read_is_unknown(alone: AwsAccount, bobs: Client) -> None:
    a_guest(alone)
    row = bucket(alone)
    unread(row, "policy")
    assert "Unknown whether guests of Cognito get in" in shown(bobs, row)


def test_what_is_not_read_is_unknown_and_never_nobody(alone: AwsAccount, bobs: Client) -> None:
    row = bucket(alone)
    unread(row, "policy")
    found = shown(bobs, row)
    assert "Unknown whether it is public AWS doesn’t let this console read it." in found
    assert "Unknown whether other AWS accounts get in" in found
    assert "Nobody" not in found
    assert "may let in others" in found


def test_who_sees_one_aws_account_is_told_no_name_of_another(
    alone: AwsAccount, charlie: Operator, client_of: ClientOf
) -> None:
    other = AwsAccount.objects.create(account_id=OTHER, name="Secretive", emulated=True)
    complete(other, "org.membership")
    user(other, "reader", allow("s3:*"))
    row = bucket(alone, {"AWS": OTHER})
    Grant.objects.create(operator=charlie, role=Role.VIEWER, aws_account=alone)
    found = shown(client_of(charlie), row)
    assert "Other AWS accounts get in an AWS account that you can’t see." in found
    assert "Access from an AWS account that you can’t see Outside Read" in found
    assert "reader" not in found
    assert "Secretive" not in found
    Grant.objects.create(operator=charlie, role=Role.VIEWER, aws_account=other)
    found = shown(client_of(charlie), row)
    assert f"reader Outside Secretive ({OTHER}) Read" in found


def test_what_gives_nothing_has_no_such_tab(
    alone: AwsAccount, bobs: Client, charlie: Operator, client_of: ClientOf
) -> None:
    setting = blocks(alone)
    assert "It is gone from AWS, or it is something that limits others" in shown(bobs, setting)
    url = reverse("resource", kwargs={"account_id": ID, "aws_id": setting.aws_id})
    assert "/reach/" not in bobs.get(url).content.decode()
    hidden = reverse("resource_reach", kwargs={"account_id": ID, "aws_id": setting.aws_id})
    assert client_of(charlie).get(hidden).status_code == 404
