"""Which control policies bound an AWS account: whose mirror answers, and what is said where none does."""

from __future__ import annotations

from typing import Any

import pytest

from access.surroundings import surroundings_of
from accounts.models import AwsAccount
from emulator.process import Emulator
from iamconsole.web.once import page_is_made
from policies.models import OrgPolicy, OrgUnit
from policies.organizations.selectors import (
    ControlPolicies,
    ControlPoliciesUnknown,
    bounds_of,
    remember_bounds,
    scp_levels_of,
)
from policies.organizations.sources import MEMBERSHIP, TREE
from sync.models import Run
from tests.services.organizations import ACCOUNT_ID, MANAGEMENT_ID, RCP, SCP, MadeOrganization, connect_member
from tests.services.pulling import pull_all, pulled
from tests.services.statements import denying

OTHER_ID = "444455556666"


@pytest.fixture
def delegated(emulator: Emulator, aws_account: AwsAccount) -> MadeOrganization:
    """The AWS account of the tests is a delegated administrator, in the unit Production below Workloads."""
    organization = MadeOrganization(emulator, MANAGEMENT_ID)
    production = organization.unit("Production", organization.unit("Workloads"))
    organization.invite(unit=production)
    organization.delegate()
    organization.policy("protect-the-trail", denying("cloudtrail:*"), organization.root)
    organization.policy("our-regions", denying("ec2:*"), production)
    organization.policy("perimeter", denying("s3:*", Principal="*"), production, policy_type=RCP)
    return organization


def pull_organization(aws_account: AwsAccount) -> None:
    pulled(aws_account, source=MEMBERSHIP)
    pulled(aws_account, source=TREE)


def names(found: ControlPolicies | ControlPoliciesUnknown) -> list[tuple[str, list[str]]]:
    assert isinstance(found, ControlPolicies)
    return [(level.name, [policy.name for policy in level.policies]) for level in found.levels]


def test_levels_go_from_the_root_down(delegated: MadeOrganization, aws_account: AwsAccount) -> None:
    pull_organization(aws_account)
    found = scp_levels_of(aws_account)
    assert names(found) == [
        ("Root", ["FullAWSAccess", "protect-the-trail"]),
        ("Workloads", ["FullAWSAccess"]),
        ("Production", ["FullAWSAccess", "our-regions"]),
        (ACCOUNT_ID, ["FullAWSAccess"]),
    ]
    assert isinstance(found, ControlPolicies)
    assert [level.kind for level in found.levels] == ["root", "unit", "unit", "account"]
    assert (found.by, found.unbound) == (aws_account, "")
    assert found.at is not None
    assert found.levels[0].documents[1].text == denying("cloudtrail:*")


def test_an_ancestor_that_the_mirror_lacks_makes_it_unknown(
    delegated: MadeOrganization, aws_account: AwsAccount
) -> None:
    pull_organization(aws_account)
    lacking = OrgUnit.objects.get(name="Workloads")
    lacking.delete()
    for found in bounds_of(aws_account).values():
        assert isinstance(found, ControlPoliciesUnknown)
        assert lacking.aws_id in found.why
    OrgUnit.objects.all().delete()
    for found in bounds_of(aws_account).values():
        assert isinstance(found, ControlPoliciesUnknown)
        assert "the unit that the AWS account is in" in found.why


def test_resource_control_policies_have_their_own_levels(delegated: MadeOrganization, aws_account: AwsAccount) -> None:
    pull_organization(aws_account)
    assert names(bounds_of(aws_account)[OrgPolicy.Type.RCP])[2] == ("Production", ["perimeter", "RCPFullAWSAccess"])


def test_a_level_from_which_all_was_detached_is_there_and_empty(
    delegated: MadeOrganization, aws_account: AwsAccount
) -> None:
    """It allows nothing: not the same as a level that isn't there."""
    pull_organization(aws_account)
    everything = OrgPolicy.objects.get(name="FullAWSAccess")
    everything.targets.filter(target_id=ACCOUNT_ID).update(gone_at=everything.first_seen)
    assert names(scp_levels_of(aws_account))[-1] == (ACCOUNT_ID, [])


def test_one_connection_answers_for_all_members(delegated: MadeOrganization, aws_account: AwsAccount) -> None:
    delegated.invite(OTHER_ID)
    member = connect_member(OTHER_ID, "Payments")
    pulled(member, source=MEMBERSHIP)
    pull_organization(aws_account)
    found = scp_levels_of(member)
    assert names(found) == [("Root", ["FullAWSAccess", "protect-the-trail"]), (OTHER_ID, ["FullAWSAccess"])]
    assert isinstance(found, ControlPolicies)
    assert found.by == aws_account


def test_many_are_asked_about_in_a_few_queries(
    delegated: MadeOrganization, aws_account: AwsAccount, django_assert_max_num_queries: Any
) -> None:
    """What is found together is what is found of each by itself, also of one that is in no organization."""
    members = [connect_member(each, f"Member {each[:3]}") for each in (OTHER_ID, "555566667777", "666677778888")]
    for each in members[:2]:
        delegated.invite(each.account_id)
        pulled(each, source=MEMBERSHIP)
    pull_organization(aws_account)
    asked = [aws_account, *members]
    alone = [surroundings_of(each.account_id) for each in asked]
    with page_is_made(), django_assert_max_num_queries(8):
        remember_bounds(asked)
        assert [surroundings_of(each.account_id).stamp for each in asked] == [each.stamp for each in alone]
    assert len({each.stamp for each in alone}) == 4  # the name of the AWS account is among the levels


def test_an_account_that_is_not_connected_is_answered_for_by_its_id(
    delegated: MadeOrganization, aws_account: AwsAccount
) -> None:
    payments = delegated.account("Payments")
    pull_organization(aws_account)
    assert names(scp_levels_of(payments))[1] == ("Payments", ["FullAWSAccess"])


def test_nothing_binds_the_management_account(delegated: MadeOrganization, aws_account: AwsAccount) -> None:
    pull_organization(aws_account)
    found = scp_levels_of(MANAGEMENT_ID)
    assert isinstance(found, ControlPolicies)
    assert found.levels == ()
    assert "management account" in found.unbound


def test_the_management_account_knows_it_from_its_membership(emulator: Emulator, aws_account: AwsAccount) -> None:
    MadeOrganization(emulator)
    pulled(aws_account, source=MEMBERSHIP)
    for found in bounds_of(aws_account).values():
        assert isinstance(found, ControlPolicies)
        assert "management account" in found.unbound


def test_a_type_that_is_switched_off_binds_nobody(delegated: MadeOrganization, aws_account: AwsAccount) -> None:
    delegated.client.disable_policy_type(RootId=delegated.root, PolicyType=RCP)
    pull_organization(aws_account)
    found = bounds_of(aws_account)[OrgPolicy.Type.RCP]
    assert isinstance(found, ControlPolicies)
    assert found.levels == ()
    assert "switched off" in found.unbound
    assert len(names(scp_levels_of(aws_account))) == 4


def test_a_stand_alone_aws_account_is_not_bound(emulator: Emulator, aws_account: AwsAccount) -> None:
    pulled(aws_account, source=MEMBERSHIP)
    found = scp_levels_of(aws_account)
    assert isinstance(found, ControlPolicies)
    assert "stands alone" in found.unbound


def test_a_member_alone_can_not_know(emulator: Emulator, aws_account: AwsAccount) -> None:
    organization = MadeOrganization(emulator, MANAGEMENT_ID)
    organization.invite()
    pulled(aws_account, source=MEMBERSHIP)
    found = scp_levels_of(aws_account)
    assert isinstance(found, ControlPoliciesUnknown)
    assert MANAGEMENT_ID in found.why
    assert found.permission == "organizations:ListRoots"


def test_before_the_first_pull_nothing_is_known(emulator: Emulator, aws_account: AwsAccount) -> None:
    assert isinstance(scp_levels_of(aws_account), ControlPoliciesUnknown)


def test_a_denied_membership_names_the_permission(emulator: Emulator, aws_account: AwsAccount) -> None:
    message = "User: arn:aws:iam::1:user/x is not authorized to perform: organizations:DescribeOrganization"
    denial = {"code": "AccessDeniedException", "status": 400, "message": message}
    emulator.rules([{"action": "DescribeOrganization", "error": denial}])
    assert pull_all(aws_account, source=MEMBERSHIP).state == Run.State.FAILED
    found = scp_levels_of(aws_account)
    assert isinstance(found, ControlPoliciesUnknown)
    assert found.permission == "organizations:DescribeOrganization"
    assert "organizations:DescribeOrganization" in found.why


def test_a_denied_tree_names_the_permission(
    delegated: MadeOrganization, aws_account: AwsAccount, emulator: Emulator
) -> None:
    pulled(aws_account, source=MEMBERSHIP)
    message = "User: arn:aws:iam::1:user/x is not authorized to perform: organizations:ListPolicies"
    emulator.rules([{"action": "ListPolicies", "error": {"code": "AccessDeniedException", "message": message}}])
    assert pull_all(aws_account, source=TREE).state == Run.State.FAILED
    found = scp_levels_of(aws_account)
    assert isinstance(found, ControlPoliciesUnknown)
    assert "organizations:ListPolicies" in found.why


def test_a_former_delegate_no_longer_answers(delegated: MadeOrganization, aws_account: AwsAccount) -> None:
    """What it holds grows old, and nothing would ever renew it."""
    pull_organization(aws_account)
    delegated.client.deregister_delegated_administrator(
        AccountId=ACCOUNT_ID, ServicePrincipal="access-analyzer.amazonaws.com"
    )
    pulled(aws_account, source=MEMBERSHIP)
    assert isinstance(scp_levels_of(aws_account), ControlPoliciesUnknown)


def test_what_an_aws_account_says_of_itself_goes_first(delegated: MadeOrganization, aws_account: AwsAccount) -> None:
    """The other mirror has not heard yet that it left."""
    delegated.invite(OTHER_ID)
    member = connect_member(OTHER_ID, "Payments")
    pulled(member, source=MEMBERSHIP)
    pull_organization(aws_account)
    delegated.client.remove_account_from_organization(AccountId=OTHER_ID)
    pulled(member, source=MEMBERSHIP)
    found = scp_levels_of(member)
    assert isinstance(found, ControlPolicies)
    assert "stands alone" in found.unbound


def test_an_unknown_aws_account_is_not_read(db: None) -> None:
    assert isinstance(scp_levels_of("999999999999"), ControlPoliciesUnknown)


def test_both_types_are_asked_in_few_queries(
    delegated: MadeOrganization, aws_account: AwsAccount, django_assert_max_num_queries: object
) -> None:
    pull_organization(aws_account)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        found = bounds_of(aws_account)
    assert set(found) == {SCP, RCP}
