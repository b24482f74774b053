"""Grants by unit follow what pulls say of the organization, and believe no mirror that is behind."""

from __future__ import annotations

import pytest

from accounts.models import AwsAccount, GrantGain, GrantRule, Operator, OrganizationPlace
from accounts.roles import SEE_IAM, Role
from accounts.services import grant_rules
from emulator.process import Emulator
from policies.models import OrgAccount, Organization
from policies.organizations import places
from tests.conftest import make_aws_account
from tests.policies.test_organizations_pull import pull_organization
from tests.services.organization_rows import ORGANIZATION_ID, ROOT, make_account, make_membership, make_unit
from tests.services.organizations import MadeOrganization

pytestmark = pytest.mark.django_db


def sees(operator: Operator) -> set[str]:
    return set(AwsAccount.objects.visible_to(operator, SEE_IAM).values_list("name", flat=True))


def path_of(aws_account: AwsAccount) -> str:
    places.follow([aws_account.account_id])
    return OrganizationPlace.objects.get(aws_account=aws_account).path


def test_a_pull_that_sees_a_move_ends_the_grant(
    emulator: Emulator, aws_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    organization = MadeOrganization(emulator)
    one, other = organization.unit("One"), organization.unit("Other")
    member = make_aws_account(organization.account("Payments", one), "Payments")
    pull_organization(aws_account)
    about = {"organization_id": organization.id, "operator": charlie, "role": Role.VIEWER}
    for unit in (one, other):
        grant_rules.give(actor=olga, rule=GrantRule(unit_id=unit, unit_name="x", **about))
    assert sees(charlie) == {"Payments"}
    organization.client.move_account(AccountId=member.account_id, SourceParentId=one, DestinationParentId=other)
    pull_organization(aws_account)
    assert sees(charlie) == set()
    assert GrantGain.objects.get().rule.unit_id == other
    organization.client.remove_account_from_organization(AccountId=member.account_id)
    pull_organization(aws_account)
    pull_organization(aws_account)
    assert OrgAccount.objects.get(aws_id=member.account_id).gone_at is not None
    assert OrganizationPlace.objects.get(aws_account=member).path == ""
    assert not GrantGain.objects.exists()


def test_of_two_mirrors_that_disagree_what_they_have_in_common_counts(aws_account: AwsAccount) -> None:
    other = make_aws_account("222222222222", "Delegate")
    for reader, unit in ((aws_account, "One"), (other, "Other")):
        make_membership(reader, delegated=True)
        make_account(reader, "Acme", make_unit(reader, unit, make_unit(reader, "Root")), aws_account.account_id)
    assert path_of(aws_account) == f"{ORGANIZATION_ID}/{ROOT}/"
    Organization.objects.filter(aws_account=other).update(delegated=False)
    assert path_of(aws_account) == f"{ORGANIZATION_ID}/{ROOT}/ou-one/"


def test_what_the_aws_account_says_of_itself_goes_first(aws_account: AwsAccount) -> None:
    """An organization that lists somebody who says to be in another one gives nobody anything there."""
    delegate = make_aws_account("222222222222", "Delegate")
    make_membership(delegate, delegated=True)
    make_account(delegate, "Acme", make_unit(delegate, "Root"), aws_account.account_id)
    assert path_of(aws_account) == f"{ORGANIZATION_ID}/{ROOT}/"
    own = make_membership(aws_account)
    Organization.objects.filter(pk=own.pk).update(aws_id="o-another")
    assert path_of(aws_account) == ""


def test_a_unit_that_is_not_held_is_no_place(aws_account: AwsAccount) -> None:
    make_membership(aws_account, delegated=True)
    root = make_unit(aws_account, "Root")
    make_account(aws_account, "Acme", make_unit(aws_account, "One", root), aws_account.account_id)
    root.delete()
    assert path_of(aws_account) == f"{ORGANIZATION_ID}/"


def test_every_minute_what_is_no_longer_held_is_forgotten(aws_account: AwsAccount) -> None:
    make_membership(aws_account, delegated=True)
    make_account(aws_account, "Acme", make_unit(aws_account, "Root"), aws_account.account_id)
    places.follow_every_minute()
    assert OrganizationPlace.objects.get().path
    Organization.objects.all().delete()
    places.follow_every_minute()
    assert OrganizationPlace.objects.get().path == ""
