"""Saved tests: run by plans and after pulls, changed by owners, loosened by two."""

from __future__ import annotations

from typing import Any

import pytest

from access.models import AccessTestResult
from access.saved_tests.content import KIND, TestContent, loosens
from access.saved_tests.running import TestOutcome, TestStatus, run
from access.simulation.question import SimulationQuestion
from access.simulation.supposing import live_state
from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from findings.models import Finding
from findings.refresh import refresh
from identities import operations as ops
from identities.models import IamUser
from sync import changes
from sync.changes.bookkeeping import PlanError
from sync.models import Change, SafeguardVersion
from sync.safeguards import services
from sync.safeguards.services import SafeguardError, Wanted
from tests.access.mirrored import arn, managed, role, user
from tests.conftest import make_operator
from tests.services.changing import propose
from tests.services.pages import change_address
from tests.services.rows import attach, join, make_group, make_user
from tests.services.statements import allow, trusting

pytestmark = pytest.mark.django_db
State = SafeguardVersion.State
USERS = arn("user/x")


def content(aws_account: AwsAccount, expected: str = "denied", **fields: Any) -> TestContent:
    fields = {"principals": ("dana",), "actions": ("iam:CreateUser",), "resources": (USERS,)} | fields
    return TestContent.of(SimulationQuestion(**fields), expected, live_state(aws_account).directory)


def outcome(aws_account: AwsAccount, expected: str = "denied", **fields: Any) -> TestOutcome:
    return run(content(aws_account, expected, **fields), live_state(aws_account))


def saved(
    aws_account: AwsAccount, actor: Operator, *, is_blocking: bool = True, expected: str = "denied", **fields: Any
) -> SafeguardVersion:
    wanted = Wanted("A guest may never write", content(aws_account, expected, **fields).as_json(), is_blocking)
    return services.make(kind=KIND, scope=aws_account, actor=actor, wanted=wanted)


@pytest.fixture
def dana(alone: AwsAccount) -> IamUser:
    found: IamUser = make_user(alone, "dana")
    return found


@pytest.fixture
def giving(alone: AwsAccount, dana: IamUser, erin: Operator) -> Any:
    """Proposes a change, by erin, that lets dana make users."""
    maker = managed(alone, "maker", [allow("iam:CreateUser")])
    AwsAccount.objects.update(writes_enabled=True)
    alone.refresh_from_db()
    return lambda by=erin: propose(alone, by, [ops.attach(dana, maker.arn)])


# ---- What a test says of a state -------------------------------------------------------------------------------
def test_it_passes_breaks_or_isnt_known(alone: AwsAccount, dana: IamUser) -> None:
    assert outcome(alone).status == "passes"
    assert outcome(alone, "allowed") == TestOutcome(
        TestStatus.BROKEN, (f"dana may not do iam:CreateUser on {USERS}.",), 0, 1
    )
    about_objects: dict[str, Any] = {"actions": ("s3:GetObject",), "resources": ("arn:aws:s3:::box/a",)}
    found = outcome(alone, **about_objects)
    assert (found.status, "bucket" not in found.sentences[0]) == ("unknown", True)
    assert outcome(alone, as_read=True, **about_objects).status == "passes"


def test_a_pattern_of_actions_is_asked_for_all_that_it_means(alone: AwsAccount) -> None:
    user(alone, "dana", allow("iam:DeleteUser", arn("user/temp-*")))
    about: dict[str, Any] = {"actions": ("iam:Delete*",), "resources": (arn("user/*"),)}
    found = outcome(alone, **about)
    assert (found.status, found.sentences) == (
        "broken",
        (f"dana may do iam:DeleteUser on {arn('user/*')} of some of what it means.",),
    )
    assert outcome(alone, **{**about, "resources": (arn("user/other-*"),)}).status == "passes"


def test_whom_it_asks_about_is_known_by_their_ids(alone: AwsAccount, dana: IamUser) -> None:
    found = content(alone, resources=(arn("user/dana"),), actions=("iam:GetUser",))
    IamUser.objects.filter(pk=dana.pk).update(name="dora", name_key="dora", arn=arn("user/dora"))
    assert run(found, live_state(alone)).status == "passes"
    IamUser.objects.filter(pk=dana.pk).update(gone_at=dana.first_seen)
    make_user(alone, "dana", aws_id="AIDAANOTHERONE")
    gone = run(found, live_state(alone))
    assert gone.status == "unknown"
    assert f"user/dana ({dana.aws_id}), whom it asks about, is gone from AWS." in gone.sentences
    assert f"dana ({dana.aws_id}), which it asks about, is gone from AWS." in gone.sentences


def test_a_group_without_members_is_not_known(alone: AwsAccount, dana: IamUser) -> None:
    guests = make_group(alone, "guests")
    assert outcome(alone, principals=("guests",)).status == "unknown"
    join(dana, guests)
    assert outcome(alone, principals=("guests",)).status == "passes"


def test_what_loosens_it(alone: AwsAccount, dana: IamUser) -> None:
    before = content(alone).as_json()
    assert not loosens(before, content(alone, principals=("dana", "*")).as_json())
    for other in (
        content(alone, "allowed"),
        content(alone, actions=("iam:GetUser",)),
        content(alone, as_read=True),
        content(alone, context={"aws:SourceIp": ("10.0.0.1",)}),
    ):
        assert loosens(before, other.as_json())


def test_to_name_a_resource_where_none_was_named_loosens_it(alone: AwsAccount) -> None:
    user(alone, "dana", allow("iam:CreateUser", arn("user/temp-*")))
    everywhere, elsewhere = content(alone, resources=()), content(alone, resources=(USERS,))
    assert run(everywhere, live_state(alone)).status != "passes"
    assert run(elsewhere, live_state(alone)).status == "passes"
    assert loosens(everywhere.as_json(), elsewhere.as_json())


# ---- Plans -------------------------------------------------------------------------------------------------------
def test_a_plan_that_breaks_it_isnt_applied(alone: AwsAccount, alice: Operator, erin: Operator, giving: Any) -> None:
    version = saved(alone, alice)
    change = giving()
    number = version.safeguard_id
    assert [(each["code"], each["severity"]) for each in change.findings] == [("BREAKS_TEST", "blocked")]
    assert change.findings[0]["message"] == (
        f"This change breaks test {number}. dana may do iam:CreateUser on {USERS}."
    )
    with pytest.raises(PlanError, match=rf"breaks test {number}\..* can’t be applied as it is"):
        changes.apply(change=change, actor=erin)
    with pytest.raises(PlanError, match="No approval is missing"):
        changes.break_glass(change=change, actor=alice, reason="now")


def test_one_that_blocks_nothing_is_told(alone: AwsAccount, erin: Operator, giving: Any) -> None:
    saved(alone, erin, is_blocking=False)
    change = giving()
    assert [(each["code"], each["severity"]) for each in change.findings] == [("BREAKS_TEST", "warning")]
    changes.apply(change=change, actor=erin)


def test_not_known_doesnt_pass_a_blocking_one(
    alone: AwsAccount, alice: Operator, dana: IamUser, erin: Operator
) -> None:
    AwsAccount.objects.update(writes_enabled=True)
    alone.refresh_from_db()
    saved(alone, alice)
    change = propose(alone, erin, [ops.delete(dana)])
    assert [(each["code"], each["severity"]) for each in change.findings] == [("LEAVES_TEST_UNKNOWN", "blocked")]


def test_a_plan_that_leaves_it_alone_isnt_blocked(alone: AwsAccount, alice: Operator, giving: Any) -> None:
    user(alone, "eve", allow("iam:CreateUser"))
    saved(alone, alice, principals=("eve",))
    assert [(each["code"], each["severity"]) for each in giving().findings] == [("TEST_FAILS_ANYWAY", "suggestion")]


def test_another_version_asks_again_at_the_apply(
    alone: AwsAccount, alice: Operator, erin: Operator, giving: Any, client_of: Any
) -> None:
    change = giving()
    approved = change.digest
    version = saved(alone, alice, actions=("iam:DeleteUser",))
    page = client_of(erin).get(change_address(change)).content.decode()
    assert "Press the button to see the plan under what holds now" in page
    assert "disabled aria-describedby" not in page
    with pytest.raises(PlanError, match=rf"has changed since this one was made \(test {version.safeguard_id}\)"):
        changes.apply(change=change, actor=erin)
    change.refresh_from_db()
    assert (change.state, change.safeguards) == (Change.State.PROPOSED, {str(version.safeguard_id): 1})
    assert change.digest != approved
    changes.apply(change=change, actor=erin)
    assert Change.objects.get(pk=change.pk).state == Change.State.QUEUED


def test_approvals_are_void_when_a_test_is_made(
    alone: AwsAccount, alice: Operator, erin: Operator, anton: Operator, giving: Any
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    change = giving()
    changes.approve(change=change, actor=anton)
    saved(alone, alice)
    with pytest.raises(PlanError, match="This change breaks test"):
        changes.apply(change=change, actor=erin)
    change.refresh_from_db()
    assert not change.approvals.filter(void=False).exists()
    assert [each["severity"] for each in change.findings] == ["blocked"]


# ---- Pulls -------------------------------------------------------------------------------------------------------
def test_after_a_pull_a_broken_one_is_a_finding(alone: AwsAccount, alice: Operator, dana: IamUser) -> None:
    version = saved(alone, alice)
    refresh(alone)
    result = AccessTestResult.objects.get()
    assert (result.status, result.version, result.answers) == ("passes", 1, 1)
    user(alone, "eve")
    attach(dana, managed(alone, "maker", [allow("iam:CreateUser")]))
    refresh(alone)
    result.refresh_from_db()
    assert (result.status, result.since == result.at) == ("broken", True)
    found = Finding.objects.get(source="access_tests")
    assert (found.rule, found.object_id, found.severity) == ("access.test_broken", str(version.safeguard_id), "high")
    services.delete(safeguard=version.safeguard, actor=alice)
    refresh(alone)
    found.refresh_from_db()
    assert found.state == Finding.State.MENDED


# ---- Who may -----------------------------------------------------------------------------------------------------
def test_only_owners_change_what_blocks(
    alone: AwsAccount, alice: Operator, bob: Operator, erin: Operator, dana: IamUser
) -> None:
    with pytest.raises(SafeguardError, match="Only an owner"):
        saved(alone, erin)
    with pytest.raises(SafeguardError, match="Only who may propose"):
        saved(alone, bob, is_blocking=False)
    version = saved(alone, alice)
    for actor in (erin, bob):
        with pytest.raises(SafeguardError, match="Only an owner"):
            services.delete(safeguard=version.safeguard, actor=actor)
    own = saved(alone, erin, is_blocking=False)
    with pytest.raises(SafeguardError, match="Only an owner"):
        services.change(safeguard=own.safeguard, actor=erin, wanted=Wanted("x", own.content, is_blocking=True))
    services.delete(safeguard=own.safeguard, actor=erin)
    assert AuditEntry.objects.filter(verb="safeguard.deleted").get().object_name == ""


def test_loosening_takes_a_second_person_where_approvals_are_asked_for(
    alone: AwsAccount, alice: Operator, anton: Operator, bob: Operator, dana: IamUser
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    alone.refresh_from_db()
    version = saved(alone, alice)
    stricter = Wanted("Guests", content(alone, principals=("dana", "*")).as_json(), is_blocking=True)
    assert services.change(safeguard=version.safeguard, actor=alice, wanted=stricter).state == State.IN_FORCE
    asked = services.delete(safeguard=version.safeguard, actor=alice)
    assert asked.state == State.PENDING
    with pytest.raises(SafeguardError, match="waits for a second person"):
        services.delete(safeguard=version.safeguard, actor=alice)
    with pytest.raises(SafeguardError, match="somebody else has to agree"):
        services.accept(version=asked, actor=alice)
    with pytest.raises(SafeguardError, match="Only an approver or owner"):
        services.accept(version=asked, actor=bob)
    services.refuse(version=asked, actor=anton)
    with pytest.raises(SafeguardError, match="decided already"):
        services.accept(version=asked, actor=anton)
    again = services.delete(safeguard=version.safeguard, actor=alice)
    services.accept(version=again, actor=anton)
    version.safeguard.refresh_from_db()
    assert version.safeguard.deleted_at is not None
    verbs = AuditEntry.objects.filter(verb__startswith="safeguard.").order_by("pk").values_list("verb", flat=True)
    assert [verb.partition(".")[2] for verb in verbs] == [
        "made",
        "changed",
        "loosening_asked",
        "loosening_refused",
        "loosening_asked",
        "loosened",
    ]


def test_never_by_the_author_of_a_change_that_it_blocks(alone: AwsAccount, alice: Operator, giving: Any) -> None:
    """Also where the change was proposed before the test was made."""
    olga = make_operator("olga", Role.OWNER, None)
    for early in (False, True):
        change = giving(alice) if early else None
        version = saved(alone, olga)
        change = change or giving(alice)
        with pytest.raises(SafeguardError, match=rf"You proposed change {change.pk}, which it stands against"):
            services.delete(safeguard=version.safeguard, actor=alice)
        services.delete(safeguard=version.safeguard, actor=olga)
        change.state = Change.State.CANCELLED
        change.save()


def test_an_only_owner_loosens_alone(alone: AwsAccount, alice: Operator, dana: IamUser) -> None:
    AwsAccount.objects.update(approvals_required=1)
    alone.refresh_from_db()
    version = saved(alone, alice)
    services.delete(safeguard=version.safeguard, actor=alice)
    assert AuditEntry.objects.filter(verb="safeguard.loosened_alone").count() == 1


def test_terraform_may_still_assume_deploy(alone: AwsAccount, alice: Operator, erin: Operator) -> None:
    AwsAccount.objects.update(writes_enabled=True)
    alone.refresh_from_db()
    terraform = role(alone, "terraform", allow("sts:AssumeRole"), trusts={"Service": "ec2.amazonaws.com"})
    deploy = role(alone, "deploy", trusts=terraform.arn)
    may: dict[str, Any] = {
        "principals": ("role/terraform",),
        "actions": ("sts:AssumeRole",),
        "resources": (deploy.arn,),
    }
    saved(alone, alice, expected="allowed", **may)
    change = propose(alone, erin, [ops.update_trust(deploy, trusting({"AWS": arn("root", account="210987654321")}))])
    assert [each["severity"] for each in change.findings if each["code"] == "BREAKS_TEST"] == ["blocked"]
