"""The mirror of Identity Center: what is seen, what changes, what goes, and where nothing is to be read."""

from __future__ import annotations

from typing import Any

from accounts.models import AwsAccount
from directory.instances import holder_of, instance_state
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    Instance,
    PermissionSet,
)
from directory.sources import ASSIGNMENTS, GROUPS, INSTANCE, MEMBERSHIPS, PEOPLE, SETS
from emulator.process import Emulator
from sync.mirror import sources
from sync.mirror.base import mirror_of
from sync.models import Facet, Run
from tests.directory.arranged import ALL, Arranged, pull_directory
from tests.services.identity_center import IRELAND, MadeIdentityCenter
from tests.services.organizations import ACCOUNT_ID, MadeOrganization, connect_member
from tests.services.pulling import pull_all, pulled, revisions


def words(row: Any) -> list[str]:
    """What the last revision of a row says."""
    before, after = revisions(row)[-2:]
    return [one.words for one in mirror_of(row.kind).differences(before.content, after.content)]


def test_all_of_it_is_seen(center: Arranged, aws_account: AwsAccount) -> None:
    instance = Instance.objects.get()
    assert (instance.owner_id, instance.primary_region, instance.administers) == (ACCOUNT_ID, IRELAND, True)
    chosen = PermissionSet.objects.get(name="Read_Only")
    assert (chosen.arn, chosen.session_s, chosen.tags) == (center.read_only, 3600, {"team": "it"})
    assert (chosen.managed, chosen.accounts) == (["arn:aws:iam::aws:policy/ReadOnlyAccess"], [ACCOUNT_ID])
    assert PermissionSet.objects.get(name="Admin").session_s == 43_200
    given = AccountAssignment.objects.values_list("name", "target_id", "principal_type", "principal_id")
    assert set(given) == {
        ("Admin", ACCOUNT_ID, "USER", center.priya),
        ("Read_Only", ACCOUNT_ID, "GROUP", center.platform),
    }
    assert set(DirectoryGroup.objects.values_list("name", flat=True)) == {"platform", "contractors"}
    members = DirectoryMembership.objects.values_list("name", "user_id")
    assert set(members) == {("platform", center.dana), ("platform", center.tom)}
    dana = DirectoryUser.objects.get(aws_id=center.dana)
    assert (dana.name, dana.display_name, dana.email) == ("dana.okafor", "Dana Okafor", "dana.okafor@acme.example")
    assert DirectoryUser.objects.get(aws_id=center.tom).status == "DISABLED"


def test_nothing_changes_when_nothing_changed(center: Arranged, aws_account: AwsAccount) -> None:
    pull_directory(aws_account)
    newest = {run.source: run for run in Run.objects.order_by("pk")}
    assert [(name, run.new, run.changed, run.gone) for name, run in newest.items() if name in ALL] == [
        (name, 0, 0, 0) for name in newest if name in ALL
    ]


def test_what_changes_is_told_in_words(center: Arranged, aws_account: AwsAccount) -> None:
    made, about = center.made, {"InstanceArn": center.made.arn, "PermissionSetArn": center.read_only}
    made.sso.put_inline_policy_to_permission_set(**about, InlinePolicy='{"Statement": []}')
    made.sso.put_permissions_boundary_to_permission_set(
        **about, PermissionsBoundary={"CustomerManagedPolicyReference": {"Name": "limit", "Path": "/team/"}}
    )
    pulled(aws_account, source=SETS)
    chosen = PermissionSet.objects.get(name="Read_Only")
    assert words(chosen) == ["got an inline policy", "got the boundary /team/limit"]
    assert (chosen.outdated, chosen.boundary) == ([ACCOUNT_ID], "/team/limit")


def test_what_goes_leaves_a_tombstone(center: Arranged, aws_account: AwsAccount) -> None:
    made, store = center.made, {"IdentityStoreId": center.made.store_id}
    made.withdraw(center.admin, ACCOUNT_ID, "USER", center.priya)
    made.sso.delete_permission_set(InstanceArn=made.arn, PermissionSetArn=center.admin)
    made.store.delete_user(**store, UserId=center.dana)
    made.store.delete_group(**store, GroupId=center.empty)
    pull_directory(aws_account)
    assert PermissionSet.objects.get(name="Admin").gone_at is not None
    assert AccountAssignment.objects.live().get().principal_id == center.platform
    assert DirectoryUser.objects.get(aws_id=center.dana).gone_at is not None
    assert DirectoryMembership.objects.live().get().user_id == center.tom
    assert DirectoryGroup.objects.live().get().name == "platform"


def test_no_facet_and_no_run_has_anything_of_a_person(center: Arranged, emulator: Emulator) -> None:
    """Nor a revision: people have their books in their own rows."""
    assert not Facet.objects.filter(kind=DirectoryUser.kind).exists()
    runs = str(list(Run.objects.values("log", "cursor", "error")))
    assert "dana" not in runs.casefold() and "okafor" not in runs.casefold()


def test_lists_are_read_over_their_pages(made: MadeIdentityCenter, aws_account: AwsAccount) -> None:
    sets = [made.permission_set(f"set-{number}") for number in range(5)]
    person = made.person("dana")
    for arn in sets:
        made.assign(arn, ACCOUNT_ID, "USER", person)
    pull_directory(aws_account)
    assert PermissionSet.objects.live().count() == 5 == AccountAssignment.objects.live().count()


def test_none_is_an_answer(emulator: Emulator, aws_account: AwsAccount) -> None:
    pulled(aws_account, source=INSTANCE)
    assert instance_state(aws_account).state == "none"
    assert not any(sources[name].serves(aws_account) for name in (SETS, ASSIGNMENTS, GROUPS, MEMBERSHIPS, PEOPLE))


def test_an_account_instance_opens_no_aws_account(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.client("sso-admin", region_name="eu-central-1").create_instance(Name="apps")
    pulled(aws_account, source=INSTANCE)
    state = instance_state(aws_account)
    assert (state.state, state.instance and state.instance.primary_region) == ("applications", "eu-central-1")
    assert not sources[SETS].serves(aws_account)


def test_a_member_is_told_who_holds_it(emulator: Emulator, aws_account: AwsAccount) -> None:
    organization = MadeOrganization(emulator)
    made = MadeIdentityCenter(emulator, organization)
    member = connect_member(organization.account("Staging"), "Staging")
    pulled(member, source=INSTANCE)
    state = instance_state(member)
    assert (state.state, state.held_by) == ("elsewhere", None)
    assert not sources[SETS].serves(member)

    made.delegate(member.account_id)
    pulled(member, source=INSTANCE)
    assert instance_state(member).state == "held"
    pulled(aws_account, source=INSTANCE)
    assert holder_of(made.arn) == aws_account  # who holds it answers before its delegate


def test_what_aws_denies_is_not_read(emulator: Emulator, aws_account: AwsAccount) -> None:
    denied = {"code": "AccessDeniedException", "status": 400, "message": "not authorized to perform: sso:ListInstances"}
    emulator.rules([{"action": "ListInstances", "when": "before", "error": denied}])
    assert pull_all(aws_account, source=INSTANCE).state == Run.State.FAILED
    assert instance_state(aws_account).state == "denied"


def test_an_assignment_that_is_denied_stays(center: Arranged, emulator: Emulator, aws_account: AwsAccount) -> None:
    denied = {"code": "AccessDeniedException", "status": 400, "message": "no"}
    rule = {"action": "ListAccountAssignments", "when": "before", "error": denied}
    emulator.rules([{**rule, "times": 1}])
    run = pulled(aws_account, source=ASSIGNMENTS)
    assert "Not read: " in str(run.log)
    emulator.rules([rule])
    assert pull_all(aws_account, source=ASSIGNMENTS).state == Run.State.FAILED
    assert AccountAssignment.objects.live().count() == 2
