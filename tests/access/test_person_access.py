"""Effective access of one of the people of Identity Center, over all AWS accounts, and as far as the asker may see."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from access.people.person_access import PersonAccess
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.models import DirectoryUser
from directory.selectors import groups_of
from tests.access.mirrored import administrator, arn, role
from tests.access.test_people_behind import DATA, set_role
from tests.conftest import make_operator
from tests.services.directory_rows import DirectoryRows, reserved_name
from tests.services.organization_rows import complete
from tests.services.pages import address, get, text_of
from tests.services.statements import allow

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
SHOP = "222222222222"


def words(html: str) -> str:
    return " ".join(text_of(html).split())


def make(account_id: str, name: str) -> AwsAccount:
    made = AwsAccount.objects.create(account_id=account_id, name=name, emulated=True)
    complete(made, "org.membership")
    return made


@pytest.fixture
def dana(alone: AwsAccount) -> DirectoryUser:
    """In platform, which has Reader in Acme and Ops in Data; from Ops one assumes deploy in Shop, and from there audit
    in Acme."""
    data, shop, center = make(DATA, "Data"), make(SHOP, "Shop"), DirectoryRows(alone)
    found = center.person("dana.okafor")
    platform = center.group("platform", found)
    center.assign(center.permission_set("Reader", alone), alone, platform)
    center.assign(center.permission_set("Ops", data), data, platform)
    set_role(alone, "Reader", allow("s3:GetObject"))
    set_role(data, "Ops", allow("sts:AssumeRole"), allow("sqs:*"))
    role(shop, "deploy", allow("sts:AssumeRole"), allow("lambda:*"), trusts=arn("root", account=DATA))
    role(alone, "audit", allow("iam:List*"), trusts=arn("role/deploy", account=SHOP))
    role(alone, "closed", allow("s3:*"), trusts=arn("role/other", account=SHOP))
    return found


def reached(person: DirectoryUser) -> list[tuple[str, str, bool]]:
    found = PersonAccess(person, groups_of(person), lambda account_id: True)
    return [(each.aws_account.name, each.name, each.role.is_sure) for each in found.roles]


def test_roles_that_they_take_on_and_those_from_there(dana: DirectoryUser) -> None:
    assert reached(dana) == [
        ("Acme", reserved_name("Reader"), True),
        ("Data", reserved_name("Ops"), True),
        ("Shop", "deploy", True),
        ("Acme", "audit", True),
    ]


def test_a_trust_that_names_their_session_or_asks_for_something(dana: DirectoryUser, alone: AwsAccount) -> None:
    session = f"arn:aws:sts::{DATA}:assumed-role/{reserved_name('Ops')}/dana.okafor"
    role(alone, "for-dana", trusts=session)
    role(alone, "by-id", trusts=arn("root", account=DATA))
    found = {name: sure for _, name, sure in reached(dana)}
    assert found["by-id"] is True
    assert "for-dana" in found


def test_the_page_tells_roles_and_levels(dana: DirectoryUser, alice: Operator, client_of: ClientOf) -> None:
    Grant.objects.create(operator=alice, role=Role.OWNER)
    client = client_of(alice)
    said = words(get(client, "directory_person_access", aws_id=dana.aws_id))
    assert "4 roles in 3 AWS accounts" in said
    assert "Permission set Reader, through group platform" in said
    assert "Read in 1 service" in said and "S3: Limited Read (1 of" in said
    assert f"Assumed from {reserved_name('Ops')}, from there deploy" in said
    assert "Effective access" in words(get(client, "directory_person", aws_id=dana.aws_id))
    answer: Any = client.get(f"{address('directory_person_access', aws_id=dana.aws_id)}?format=csv")
    lines = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    [reader] = [each for each in lines if each["Role"] == reserved_name("Reader")]
    assert (reader["Permission set"], reader["Groups"], reader["Service"]) == ("Reader", "platform", "Amazon S3")
    assert (reader["Level"], reader["Access"], reader["Actions"]) == ("Read", "limited", "1")
    assert {each["Through"] for each in lines if each["Role"] == "audit"} == {f"{reserved_name('Ops')} → deploy"}


def test_an_administrator_is_said_to_be_one(dana: DirectoryUser, alone: AwsAccount, alices: Client) -> None:
    administrator(
        role(alone, "root-like", trusts=arn(f"role/aws-reserved/sso.amazonaws.com/eu-west-1/{reserved_name('Reader')}"))
    )
    said = words(get(alices, "directory_person_access", aws_id=dana.aws_id))
    assert "root-like Acme (123456789012) Assumed from AWSReservedSSO_Reader_0123456789abcdef Administrator" in said


def test_what_lies_in_other_aws_accounts_is_told_without_names(dana: DirectoryUser, alices: Client) -> None:
    """Alice owns Acme alone: what they reach there through others counts, and by whom isn't told."""
    html = get(alices, "directory_person_access", aws_id=dana.aws_id)
    said = words(html)
    assert "2 roles in 1 AWS account" in said and "They get to roles in AWS accounts that you can’t see, too." in said
    hidden = "a role in an AWS account that you can’t see"
    assert f"audit Acme (123456789012) Assumed from {hidden}, from there {hidden}" in said
    answer: Any = alices.get(f"{address('directory_person_access', aws_id=dana.aws_id)}?format=csv")
    for told in (html, b"".join(answer.streaming_content).decode()):
        assert "deploy" not in told and "Shop" not in told and reserved_name("Ops") not in told


def test_only_for_who_sees_people_and_iam(
    dana: DirectoryUser, bobs: Client, hal: Operator, client_of: ClientOf
) -> None:
    get(bobs, "directory_person_access", aws_id=dana.aws_id, status=403)
    get(client_of(hal), "directory_person_access", aws_id=dana.aws_id, status=403)
    other = make_operator("other", Role.OWNER, AwsAccount.objects.get(account_id=DATA))
    get(client_of(other), "directory_person_access", aws_id=dana.aws_id, status=404)
