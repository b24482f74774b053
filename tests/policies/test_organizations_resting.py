"""AWS accounts rest while their organization says that nobody gets in, and go on by themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, AwsAccount, Operator
from emulator.process import Emulator
from policies.models import OrgAccount, Organization
from policies.organizations import resting
from sync import health, pull
from sync.aws import errors
from sync.aws.client import reader, writer
from sync.models import Run
from tests.conftest import make_aws_account
from tests.policies.test_organizations_pull import pull_organization
from tests.services.organization_rows import make_account, make_membership, make_unit
from tests.services.organizations import MadeOrganization
from tests.services.pages import text_of

pytestmark = pytest.mark.django_db
Resting = AwsAccount.Resting
MEMBER_ID = "222222222222"


@pytest.fixture
def member(aws_account: AwsAccount) -> AwsAccount:
    """Of the organization that the AWS account of the tests manages, as its mirror has it."""
    make_membership(aws_account, management_id=aws_account.account_id)
    make_account(aws_account, "Payments", make_unit(aws_account, "Root"), MEMBER_ID)
    return make_aws_account(MEMBER_ID, "Payments")


def said(state: str, *, by: AwsAccount | None = None) -> None:
    rows = OrgAccount.objects.filter(aws_id=MEMBER_ID)
    (rows.filter(aws_account=by) if by else rows).update(state=state)


def rests(aws_account: AwsAccount) -> str:
    resting.follow([aws_account.account_id])
    aws_account.refresh_from_db()
    return aws_account.resting


def enrol(aws_account: AwsAccount, organization_id: str) -> None:
    AwsAccount.objects.filter(pk=aws_account.pk).update(enrolled_in=organization_id)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("ACTIVE", ""),
        ("PENDING_ACTIVATION", ""),
        ("SUSPENDED", Resting.SUSPENDED),
        ("PENDING_CLOSURE", Resting.CLOSED),
        ("CLOSED", Resting.CLOSED),
    ],
)
def test_it_rests_by_its_state_in_the_organization(member: AwsAccount, state: str, expected: str) -> None:
    said(state)
    assert rests(member) == expected


def test_a_pull_that_sees_it_says_so_and_one_that_sees_it_active_wakes_it(
    emulator: Emulator, aws_account: AwsAccount
) -> None:
    organization = MadeOrganization(emulator)
    member = make_aws_account(organization.account("Payments"), "Payments")
    pull_organization(aws_account)
    organization.client.close_account(AccountId=member.account_id)
    pull_organization(aws_account)
    rows = AwsAccount.objects.filter(pk=member.pk)
    assert rows.filter(resting=Resting.SUSPENDED, writes_enabled=True, rests_since__isnull=False).exists()
    OrgAccount.objects.filter(aws_id=member.account_id).update(state="ACTIVE")
    resting.follow_every_minute()
    assert rows.filter(resting="", rests_since=None).exists()
    verbs = AuditEntry.objects.filter(aws_account=member).order_by("pk").values_list("verb", flat=True)
    assert [verb for verb in verbs if "rests" in verb] == ["aws_account.rests", "aws_account.rests_no_more"]


def test_nothing_is_asked_of_it(emulator: Emulator, member: AwsAccount) -> None:
    AwsAccount.objects.filter(pk=member.pk).update(resting=Resting.SUSPENDED, pull_every_minutes=60)
    held = writer(member, change_id=1, operator="x@example.org")  # since before it rested
    member.refresh_from_db()
    with pytest.raises(errors.AccountRests, match="suspended"):
        reader(member).call("iam", "GetUser", UserName="dana")
    with pytest.raises(errors.AccountRests):
        held.call("iam", "DeleteUser", UserName="dana")
    pull.start_due()
    assert not Run.objects.filter(aws_account=member).exists()
    assert emulator.calls("GetUser") == emulator.calls("DeleteUser") == []
    assert [each.ok for each in health.check_aws_accounts() if "Payments" in each.name] == [True]


def test_nobody_pulls_it_by_hand_and_its_pages_say_why(
    member: AwsAccount, olga: Operator, client_of: Callable[[Operator], Client]
) -> None:
    AwsAccount.objects.filter(pk=member.pk).update(resting=Resting.CLOSED)
    answer = client_of(olga).post(reverse("pull_now", kwargs={"account_id": MEMBER_ID}), follow=True)
    assert "AWS says that it is closed" in text_of(answer.content.decode())
    assert "Pull now" not in answer.content.decode()
    assert not Run.objects.filter(aws_account=member).exists()


def test_no_mirror_says_it_of_its_own_aws_account(aws_account: AwsAccount, member: AwsAccount) -> None:
    """Else nobody would ever ask again whether it is so."""
    OrgAccount.objects.update(aws_id=aws_account.account_id, state="SUSPENDED")
    assert rests(aws_account) == ""


def test_the_management_account_s_mirror_goes_before_a_delegate_s(aws_account: AwsAccount, member: AwsAccount) -> None:
    delegate = make_aws_account("333333333333", "Delegate")
    make_membership(delegate, delegated=True)
    make_account(delegate, "Payments", make_unit(delegate, "Root"), MEMBER_ID)
    said("SUSPENDED", by=delegate)
    assert rests(member) == ""
    said("ACTIVE", by=delegate)
    said("SUSPENDED", by=aws_account)
    assert rests(member) == Resting.SUSPENDED


def test_an_organization_that_it_says_not_to_be_in_says_nothing_of_it(member: AwsAccount) -> None:
    said("SUSPENDED")
    own = make_membership(member)
    Organization.objects.filter(pk=own.pk).update(aws_id="o-another")
    assert rests(member) == ""


def test_one_that_was_enrolled_and_has_left_rests_and_is_read_only(aws_account: AwsAccount, member: AwsAccount) -> None:
    organization = Organization.objects.get()
    enrol(member, organization.aws_id)
    assert rests(member) == ""
    OrgAccount.objects.update(gone_at=organization.first_seen)
    assert rests(member) == Resting.LEFT
    assert not member.writes_enabled
    OrgAccount.objects.update(gone_at=None)
    assert rests(member) == ""
    assert not member.writes_enabled


def test_what_no_mirror_knows_changes_nothing(member: AwsAccount) -> None:
    """An organization that isn't read any more, and one that an account isn't in yet, as far as was read."""
    enrol(member, "o-exampleorg")
    said("SUSPENDED")
    assert rests(member) == Resting.SUSPENDED
    OrgAccount.objects.all().delete()
    assert rests(member) == Resting.SUSPENDED
    AwsAccount.objects.filter(pk=member.pk).update(resting="")
    assert rests(member) == ""


def test_one_that_has_left_and_was_connected_by_itself_goes_on(member: AwsAccount) -> None:
    OrgAccount.objects.update(gone_at=Organization.objects.get().first_seen)
    assert rests(member) == ""
