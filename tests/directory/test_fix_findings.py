"""Fixes of what is found of permission sets, staged, applied and pulled: the finding goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.finding_source import DirectorySource
from directory.models import AccountAssignment, PermissionSet
from directory.unused_finding_source import UnusedAssignmentSource
from findings import refresh, staging
from findings.fixes import fix_of
from findings.models import Finding
from identities.models import IamRole
from sync import changes
from sync.models import Change
from tests.directory.arranged import Arranged, pull_directory
from tests.services.changing import worked
from tests.services.statements import allowing

pytestmark = pytest.mark.django_db


def found(aws_account: AwsAccount, rule: str) -> Finding | None:
    refresh.refresh(aws_account, sources=[DirectorySource(), UnusedAssignmentSource()])
    rows = Finding.objects.there().filter(aws_account=aws_account, rule=rule)
    return rows.select_related("aws_account").first()


def mend(aws_account: AwsAccount, rule: str, operator: Operator) -> None:
    finding = found(aws_account, rule)
    assert finding is not None
    plans = staging.plans_of([finding], operator)
    made = staging.stage(plans=plans, title="", reason="Mend", actor=operator)
    assert isinstance(made, Change)
    changes.apply(change=made, actor=operator)
    done = worked(made)
    assert done.state == Change.State.APPLIED, list(done.lines.values_list("line", flat=True))
    pull_directory(made.aws_account)


def test_long_sessions_are_shortened(center: Arranged, aws_account: AwsAccount, alice: Operator) -> None:
    mend(aws_account, "directory.long_session", alice)
    assert found(aws_account, "directory.long_session") is None
    assert PermissionSet.objects.get(name="Admin").session_s == 28_800


def test_what_was_edited_is_provisioned(center: Arranged, aws_account: AwsAccount, alice: Operator) -> None:
    about = {"InstanceArn": center.made.arn, "PermissionSetArn": center.read_only}
    center.made.sso.put_inline_policy_to_permission_set(**about, InlinePolicy=allowing("s3:GetObject"))
    pull_directory(aws_account)
    mend(aws_account, "directory.not_provisioned", alice)
    assert found(aws_account, "directory.not_provisioned") is None


def test_assignments_to_somebody_deleted_go(center: Arranged, aws_account: AwsAccount, alice: Operator) -> None:
    center.made.store.delete_group(IdentityStoreId=center.made.store_id, GroupId=center.platform)
    pull_directory(aws_account)
    mend(aws_account, "directory.assigned_to_deleted", alice)
    assert found(aws_account, "directory.assigned_to_deleted") is None


def test_what_nobody_uses_goes_and_others_stay(center: Arranged, aws_account: AwsAccount, alice: Operator) -> None:
    IamRole.objects.filter(name__contains="_Read_Only_").update(created_at=timezone.now() - timedelta(days=200))
    mend(aws_account, "directory.unused", alice)
    assert found(aws_account, "directory.unused") is None
    assert list(AccountAssignment.objects.live().values_list("set_id", flat=True)) == [
        PermissionSet.objects.get(name="Admin").aws_id
    ]


def test_two_fixes_of_one_plan_know_their_own_requests(
    center: Arranged, aws_account: AwsAccount, alice: Operator
) -> None:
    """Later steps wait for what AWS began in earlier ones, which they name by their place in the plan."""
    IamRole.objects.filter(name__contains="_Read_Only_").update(created_at=timezone.now() - timedelta(days=200))
    findings = [found(aws_account, rule) for rule in ("directory.long_session", "directory.unused")]
    plans = staging.plans_of([each for each in findings if each], alice)
    made = staging.stage(plans=plans, title="", reason="Mend", actor=alice)
    assert isinstance(made, Change)
    changes.apply(change=made, actor=alice)
    assert worked(made).state == Change.State.APPLIED, list(made.lines.values_list("line", flat=True))


def test_who_loses_everything_people_say(center: Arranged, aws_account: AwsAccount, alice: Operator) -> None:
    finding = found(aws_account, "directory.admin_directly")
    fix = fix_of(finding) if finding else None
    assert fix is not None and fix.steps is None
    assert "/do/withdraw/?assignment=" in fix.url


def test_who_may_not_stage_where_it_is_put_right_is_told_so_without_a_name(
    center: Arranged, aws_account: AwsAccount, erin: Operator, client_of: object
) -> None:
    IamRole.objects.filter(name__contains="_Read_Only_").update(created_at=timezone.now() - timedelta(days=200))
    finding = found(aws_account, "directory.unused")
    assert finding is not None
    other = AwsAccount.objects.create(account_id="555566667777", name="Elsewhere", emulated=True)
    Finding.objects.filter(pk=finding.pk).update(aws_account=other)
    IamRole.objects.filter(aws_id=finding.object_id).update(aws_account=other)
    PermissionSet.objects.filter(name="Read_Only").update(accounts=[other.account_id])
    AccountAssignment.objects.filter(set_id=PermissionSet.objects.get(name="Read_Only").aws_id).update(
        target_id=other.account_id
    )
    Grant.objects.filter(operator=erin).delete()
    Grant.objects.create(operator=erin, aws_account=other, role=Role.EDITOR)
    operator = Operator.objects.get(pk=erin.pk)
    moved = Finding.objects.select_related("aws_account").get(pk=finding.pk)
    [plan] = staging.plans_of([moved], operator)
    assert plan.steps == [] and plan.aws_account == other
    assert "another AWS account, in which you may not stage changes" in plan.left_out[0].why_not
    answer = client_of(operator).get(  # type: ignore[operator]
        reverse("fix_finding", kwargs={"account_id": other.account_id, "pk": moved.pk}), follow=True
    )
    page = answer.content.decode()
    assert "another AWS account, in which you may not stage changes" in page and aws_account.account_id not in page
