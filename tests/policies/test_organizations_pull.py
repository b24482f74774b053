"""The organization in the mirror: what is pulled from whom, its history, and what is kept when it ends."""

from __future__ import annotations

import json

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from policies.models import OrgAccount, Organization, OrgPolicy, OrgTarget, OrgUnit
from policies.organizations.sources import MEMBERSHIP, TREE
from sync import schedule
from sync.mirror import sources
from sync.models import Facet, Revision, Run
from tests.services.organizations import ACCOUNT_ID, MANAGEMENT_ID, RCP, SCP, MadeOrganization, connect_member
from tests.services.pulling import pull_all, pulled, revisions
from tests.services.statements import denying


@pytest.fixture
def organization(emulator: Emulator, aws_account: AwsAccount) -> MadeOrganization:
    """Managed by the AWS account of the tests."""
    return MadeOrganization(emulator)


def pull_organization(aws_account: AwsAccount) -> Run:
    pulled(aws_account, source=MEMBERSHIP)
    return pulled(aws_account, source=TREE)


def origins(row: object) -> list[str]:
    return [revision.origin for revision in revisions(row)]


def test_the_tree_has_units_and_accounts_with_their_places(
    organization: MadeOrganization, aws_account: AwsAccount
) -> None:
    workloads = organization.unit("Workloads")
    production = organization.unit("Production", workloads)
    member = organization.account("Payments", production)
    pull_organization(aws_account)
    paths = dict(OrgUnit.objects.values_list("name", "path"))
    begin = f"{organization.id}/{organization.root}/"
    assert paths == {
        "Root": begin,
        "Workloads": f"{begin}{workloads}/",
        "Production": f"{begin}{workloads}/{production}/",
    }
    payments = OrgAccount.objects.get(name="Payments")
    assert (payments.aws_id, payments.parent_id, payments.state) == (member, production, "ACTIVE")
    assert sorted(OrgUnit.objects.get(name="Root").policy_types) == [RCP, SCP]


def test_many_accounts_come_over_several_pages(organization: MadeOrganization, aws_account: AwsAccount) -> None:
    unit = organization.unit("Sandboxes")
    for number in range(23):
        organization.account(f"Sandbox {number}", unit)
    pull_organization(aws_account)
    assert OrgAccount.objects.live().filter(parent_id=unit).count() == 23
    everything = OrgPolicy.objects.get(name="FullAWSAccess")
    assert everything.targets.count() == 26  # the root, the unit, the management account and 23 members


def test_nobodys_address_is_kept(organization: MadeOrganization, aws_account: AwsAccount) -> None:
    organization.account("Payments")
    pull_organization(aws_account)
    said = json.dumps([list(Revision.objects.values_list("content", flat=True)), *Facet.objects.values_list("extra")])
    assert "Payments" in said
    assert "@" not in said + json.dumps(list(Run.objects.values_list("cursor", "log")))


def test_policies_have_their_text_and_where_they_are_attached(
    organization: MadeOrganization, aws_account: AwsAccount
) -> None:
    unit, text = organization.unit("Workloads"), '{ "Version":"2012-10-17",\n"Statement":[] }'
    organization.policy("odd", text, unit)
    organization.policy("perimeter", denying("s3:*", Principal="*"), organization.root, policy_type=RCP)
    pull_organization(aws_account)
    odd = OrgPolicy.objects.get(name="odd")
    assert (odd.type, odd.description, odd.is_aws, odd.document.text) == (SCP, "odd.", False, text)
    assert [(target.target_id, target.name) for target in odd.targets.all()] == [(unit, "Workloads")]
    assert OrgPolicy.objects.get(name="perimeter").type == RCP
    assert OrgPolicy.objects.get(name="FullAWSAccess").is_aws


def test_nothing_new_is_no_revision(organization: MadeOrganization, aws_account: AwsAccount) -> None:
    organization.policy("odd", denying("s3:*"), organization.account("Payments", organization.unit("Workloads")))
    pull_organization(aws_account)
    before = Revision.objects.count()
    run = pull_organization(aws_account)
    assert Revision.objects.count() == before
    assert (run.new, run.changed, run.gone) == (0, 0, 0)


def test_moving_an_account_is_a_revision_of_it(organization: MadeOrganization, aws_account: AwsAccount) -> None:
    one, other = organization.unit("One"), organization.unit("Other")
    member = organization.account("Payments", one)
    pull_organization(aws_account)
    organization.client.move_account(AccountId=member, SourceParentId=one, DestinationParentId=other)
    pull_organization(aws_account)
    payments = OrgAccount.objects.get(aws_id=member)
    assert payments.parent_id == other
    assert [revision.content["parent"] for revision in revisions(payments)] == [one, other]
    assert origins(payments) == ["import", "outside"]


def test_attaching_and_detaching_are_revisions_of_the_policy(
    organization: MadeOrganization, aws_account: AwsAccount
) -> None:
    one, other = organization.unit("One"), organization.unit("Other")
    policy_id = organization.policy("odd", denying("s3:*"), one)
    pull_organization(aws_account)
    organization.client.attach_policy(PolicyId=policy_id, TargetId=other)
    organization.client.detach_policy(PolicyId=policy_id, TargetId=one)
    pull_organization(aws_account)
    odd = OrgPolicy.objects.get(aws_id=policy_id)
    assert [target.target_id for target in odd.targets.all() if target.gone_at is None] == [other]
    assert OrgTarget.objects.filter(policy=odd, gone_at__isnull=False).get().target_id == one
    assert [revision.content["targets"] for revision in revisions(odd)] == [[one], [other]]


def test_what_is_deleted_becomes_a_tombstone(organization: MadeOrganization, aws_account: AwsAccount) -> None:
    unit = organization.unit("Short-lived")
    policy_id = organization.policy("odd", denying("s3:*"), unit)
    pull_organization(aws_account)
    organization.client.detach_policy(PolicyId=policy_id, TargetId=unit)
    organization.client.delete_policy(PolicyId=policy_id)
    organization.client.delete_organizational_unit(OrganizationalUnitId=unit)
    run = pull_organization(aws_account)
    assert run.gone == 2
    assert OrgUnit.objects.get(aws_id=unit).gone_at is not None
    assert OrgPolicy.objects.get(aws_id=policy_id).gone_at is not None
    assert not OrgTarget.objects.live().filter(policy__aws_id=policy_id).exists()
    assert [revision.gone for revision in revisions(OrgPolicy.objects.get(aws_id=policy_id))] == [False, True]


def test_a_listing_that_misses_something_makes_no_tombstone(
    organization: MadeOrganization, aws_account: AwsAccount, emulator: Emulator
) -> None:
    """Each kind is asked for alone before it is taken for gone."""
    unit = organization.unit("Workloads")
    member = organization.account("Payments", unit)
    pull_organization(aws_account)
    emulator.rules(
        [
            {"action": "ListOrganizationalUnitsForParent", "error": {"code": "ParentNotFoundException"}},
            {"action": "ListAccountsForParent", "error": {"code": "ParentNotFoundException"}},
        ]
    )
    run = pull_organization(aws_account)
    assert run.gone == 0
    assert OrgAccount.objects.live().filter(aws_id__in=[member, ACCOUNT_ID]).count() == 2
    assert OrgUnit.objects.live().filter(aws_id=unit).exists()


def test_a_stand_alone_aws_account_has_an_answer(emulator: Emulator, aws_account: AwsAccount) -> None:
    run = pulled(aws_account, source=MEMBERSHIP)
    assert (run.seen, run.error) == (0, {})
    assert not Organization.objects.exists()
    assert TREE not in [due.source for due in schedule.readable(aws_account)]


def test_a_member_knows_its_organization_and_does_not_ask_for_more(emulator: Emulator, aws_account: AwsAccount) -> None:
    organization = MadeOrganization(emulator, MANAGEMENT_ID)
    organization.invite()
    run = pulled(aws_account, source=MEMBERSHIP)
    found = Organization.objects.get()
    assert (run.error, found.aws_id, found.management_id, found.delegated) == (
        {},
        organization.id,
        MANAGEMENT_ID,
        False,
    )
    assert not sources[TREE].serves(aws_account)


def test_a_delegated_administrator_reads_all(emulator: Emulator, aws_account: AwsAccount) -> None:
    organization = MadeOrganization(emulator, MANAGEMENT_ID)
    organization.invite()
    organization.delegate()
    pulled(aws_account, source=MEMBERSHIP)
    assert sources[TREE].serves(aws_account)
    pulled(aws_account, source=TREE)
    invited = OrgAccount.objects.get(aws_id=ACCOUNT_ID)
    assert (invited.invited, OrgAccount.objects.get(aws_id=MANAGEMENT_ID).parent_id) == (True, organization.root)


def test_becoming_a_delegate_is_no_revision_of_the_organization(emulator: Emulator, aws_account: AwsAccount) -> None:
    organization = MadeOrganization(emulator, MANAGEMENT_ID)
    organization.invite()
    pulled(aws_account, source=MEMBERSHIP)
    organization.delegate()
    pulled(aws_account, source=MEMBERSHIP)
    found = Organization.objects.get()
    assert found.delegated
    assert len(revisions(found)) == 1


def test_a_denied_read_is_named_and_leaves_what_was_held(
    organization: MadeOrganization, aws_account: AwsAccount, emulator: Emulator
) -> None:
    organization.unit("Workloads")
    pull_organization(aws_account)
    message = "User: arn:aws:iam::123456789012:user/x is not authorized to perform: organizations:ListRoots"
    denial = {"code": "AccessDeniedException", "status": 400, "message": message}
    emulator.rules([{"action": "ListRoots", "error": denial}])
    run = pull_all(aws_account, source=TREE)
    assert (run.state, run.error["class"]) == (Run.State.FAILED, "AccessDeniedError")
    assert "organizations:ListRoots" in run.error["sentence"]
    assert OrgUnit.objects.live().count() == 2


def test_an_account_that_leaves_keeps_nothing_of_the_organization(emulator: Emulator, aws_account: AwsAccount) -> None:
    organization = MadeOrganization(emulator, MANAGEMENT_ID)
    organization.invite()
    organization.delegate()
    pull_organization(aws_account)
    organization.client.deregister_delegated_administrator(
        AccountId=ACCOUNT_ID, ServicePrincipal="access-analyzer.amazonaws.com"
    )
    organization.client.remove_account_from_organization(AccountId=ACCOUNT_ID)
    pulled(aws_account, source=MEMBERSHIP)
    assert sources[TREE].serves(aws_account)
    pulled(aws_account, source=TREE)
    assert not sources[TREE].serves(aws_account)
    for model in (Organization, OrgUnit, OrgAccount, OrgPolicy, OrgTarget):
        assert not model.objects.live().exists()
        assert model.objects.exists()


def test_each_aws_account_has_its_own_mirror(organization: MadeOrganization, aws_account: AwsAccount) -> None:
    member = connect_member(organization.account("Payments"), "Payments")
    pull_organization(aws_account)
    pulled(member, source=MEMBERSHIP)
    assert Organization.objects.filter(aws_id=organization.id).count() == 2
    assert not sources[TREE].serves(member)
