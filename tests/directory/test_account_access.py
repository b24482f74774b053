"""Entitlements of the account access manager: pulled, told on pages, and counted in who can."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AwsAccount
from directory.account_access import ENTITLEMENTS, SERVICE
from directory.models import DirectoryUser, RoleEntitlement
from emulator.process import Emulator
from identities.models import IamRole
from sync.models import Run
from tests.directory.arranged import Arranged
from tests.services.organizations import ACCOUNT_ID
from tests.services.pages import get, text_of
from tests.services.pulling import pulled
from tests.services.statements import allow, document_text, trust

ASKED = "?action=sqs:SendMessage&resource=*"


@pytest.fixture
def entitled(center: Arranged, emulator: Emulator, aws_account: AwsAccount) -> Arranged:
    """Platform may take on sender, which trusts the application; Priya is told so of closed, which trusts another."""
    arn = f"arn:aws:iam::{ACCOUNT_ID}:role/"
    center.made.entitle(f"{arn}sender", groupId=center.platform)
    center.made.entitle(f"{arn}closed", userId=center.priya)
    make_role(emulator, "sender", center.made.application_arn)
    make_role(emulator, "closed", center.made.application_arn.replace("application/", "application/other-"))
    pulled(aws_account, source="iam.details")
    pulled(aws_account, source="org.membership")
    pulled(aws_account, source=ENTITLEMENTS)
    return center


def make_role(emulator: Emulator, name: str, application_arn: str) -> None:
    iam, where = emulator.client("iam"), {"aws:SourceArn": application_arn, "aws:SourceAccount": ACCOUNT_ID}
    said = trust({"Service": SERVICE}, ["sts:AssumeRole", "sts:SetContext"], Condition={"StringEquals": where})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document_text(said))
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document_text(allow("sqs:*")))


def words(html: str) -> str:
    return " ".join(text_of(html).split())


def test_they_are_seen_change_nothing_again_and_go(
    entitled: Arranged, emulator: Emulator, aws_account: AwsAccount
) -> None:
    told = RoleEntitlement.objects.values_list("name", "principal_type", "principal_id", "target_id")
    assert set(told) == {
        ("sender", "GROUP", entitled.platform, ACCOUNT_ID),
        ("closed", "USER", entitled.priya, ACCOUNT_ID),
    }
    run = pulled(aws_account, source=ENTITLEMENTS)
    assert (run.new, run.changed, run.gone) == (0, 0, 0)
    row = RoleEntitlement.objects.get(name="closed")
    manager = entitled.made.client_of(ACCOUNT_ID, "account-access")
    manager.delete_entitlement(applicationArn=row.arn, entitlementId=row.aws_id)
    pulled(aws_account, source=ENTITLEMENTS)
    assert RoleEntitlement.objects.live().get().name == "sender"


def test_who_can_ends_at_them(entitled: Arranged, alices: Client, bobs: Client) -> None:
    """As far as the role's trust lets their application in."""
    html = get(alices, "who_can", ASKED)
    said = words(html.partition('id="people"')[2].partition("</section>")[0])
    assert "Dana Okafor dana.okafor in platform , which has an entitlement of the account access manager" in said
    assert "takes on sender which is allowed it" in said
    assert "Tom Becker" in said
    assert "takes on closed" not in said
    assert "Account access manager: 1 person, 1 disabled" in words(html)
    assert "Account access manager: nobody" in words(html)
    hidden = get(bobs, "who_can", ASKED)
    assert "platform 1 person, 1 disabled" in words(hidden)
    assert "Dana" not in hidden and "Priya" not in hidden


def test_pages_of_the_role_of_a_person_and_of_a_group(entitled: Arranged, alices: Client, bobs: Client) -> None:
    role = IamRole.objects.get(name="sender")
    said = words(get(alices, "role_people", aws_id=role.aws_id))
    assert "people take it on by entitlements" in said and "1 person can sign in to it; 1 more is disabled" in said
    assert "Dana Okafor Through platform" in said
    assert "Dana" not in get(bobs, "role_people", aws_id=role.aws_id)
    assert "sender in" in words(get(alices, "directory_group", aws_id=entitled.platform))
    dana = DirectoryUser.objects.get(aws_id=entitled.dana)
    assert "through group platform" in words(get(alices, "directory_person", aws_id=dana.aws_id))
    access = words(get(alices, "directory_person_access", aws_id=dana.aws_id))
    assert "sender" in access and "Account access manager, through group platform" in access
    priya = words(get(alices, "directory_person_access", aws_id=entitled.priya))
    assert "closed" not in priya.partition("What they may")[2]


def test_the_trust_says_that_people_stand_behind_the_service(entitled: Arranged) -> None:
    [party] = IamRole.objects.get(name="sender").assumers
    assert party.words == "People of Identity Center (account-access.amazonaws.com)"


def test_what_is_not_read_is_unknown(entitled: Arranged, alices: Client) -> None:
    Run.objects.filter(source=ENTITLEMENTS).delete()
    html = get(alices, "who_can", ASKED)
    assert "pulled yet" in words(html.partition('id="people"')[2])
    role = IamRole.objects.get(name="sender")
    assert "Unknown" in words(get(alices, "role_people", aws_id=role.aws_id))
