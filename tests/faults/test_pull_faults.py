"""What goes wrong while AWS is read: the run says so, and the mirror stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.mirrors import IamDetails
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.models import ManagedPolicy, PolicyVersion
from sync import pull
from sync.models import Facet, Revision, Run
from sync.selectors import coverage_of
from tests.services.pulling import picture, pull_all, pulled, seed

pytestmark = pytest.mark.django_db

MIRRORED = (IamUser, IamGroup, IamRole, Membership, Attachment, InlinePolicy, ManagedPolicy, PolicyVersion)
READ = "GetAccountAuthorizationDetails"


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount, settings: Any) -> Any:
    """A mirrored AWS account that comes in pages of two."""
    settings.PULL_PAGE_ITEMS = 2
    client = seed(emulator)
    pulled(aws_account)
    return client


def after_the_first(fault: dict[str, Any]) -> list[dict[str, Any]]:
    """Rules by which the first page comes well, and the second doesn't."""
    return [{"action": READ, "times": 1}, {"action": READ, **fault}]


def test_a_page_that_breaks_half_way_takes_nothing_away(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    before = picture(*MIRRORED)
    iam.delete_role_policy(RoleName="exporter", PolicyName="logs")
    emulator.rules(after_the_first({"when": "after", "truncate": True}))
    run = pull_all(aws_account)
    assert (run.state, run.gone) == (Run.State.FAILED, 0)
    assert run.error["sentence"]
    assert picture(*MIRRORED) == before


def test_a_missing_permission_is_named(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    error = {
        "code": "AccessDenied",
        "status": 403,
        "message": "User: arn:aws:iam::123456789012:user/console is not authorized to perform: "
        f"iam:{READ} on resource: *",
    }
    emulator.rules([{"action": READ, "error": error}])
    run = pull_all(aws_account)
    assert run.state == Run.State.FAILED
    assert run.error["class"] == "AccessDeniedError"
    assert run.error["statement"] == {"Effect": "Allow", "Action": f"iam:{READ}", "Resource": "*"}
    held = coverage_of(aws_account, run.source)
    assert (held.state, held.error) == ("denied", run.error)
    assert IamUser.objects.live().count() == 1


def test_the_permission_given_later_is_no_longer_missed(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    emulator.rules([{"action": READ, "error": {"code": "AccessDenied", "status": 403}, "times": 1}])
    pull_all(aws_account)
    pulled(aws_account)
    assert coverage_of(aws_account, "iam.details").is_read


def test_a_summary_that_is_denied_costs_the_progress_bar_only(
    iam: Any, aws_account: AwsAccount, emulator: Emulator
) -> None:
    emulator.rules([{"action": "GetAccountSummary", "error": {"code": "AccessDenied", "status": 403}}])
    assert pulled(aws_account).expected is None


def test_aws_that_is_not_there(iam: Any, aws_account: AwsAccount, settings: Any) -> None:
    settings.AWS_EMULATOR_URL = "http://127.0.0.1:1"
    run = pull_all(aws_account)
    assert (run.state, run.error["class"]) == (Run.State.FAILED, "UnreachableError")
    assert run.log[-1]["line"] == f"Failed: {run.error['sentence']}"


def test_the_next_run_makes_good_what_a_failed_one_left(
    emulator: Emulator, aws_account: AwsAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PULL_PAGE_ITEMS = 1
    monkeypatch.setattr(IamDetails, "reads_ahead", False)  # what happens after a page is before the next one is read
    iam = seed(emulator)
    trust = iam.get_role(RoleName="exporter")["Role"]["AssumeRolePolicyDocument"]
    iam.create_role(RoleName="second", AssumeRolePolicyDocument=json.dumps(trust))
    emulator.rules(after_the_first({"error": {"code": "AccessDenied", "status": 403}}))
    pull_all(aws_account)
    assert Facet.objects.count() == 0  # the only item waits for its continuation

    def join(run: Run) -> None:
        if run.pages == 2:  # the groups are read, the users are still to come
            iam.create_group(GroupName="latecomers")
            iam.add_user_to_group(GroupName="latecomers", UserName="jane")

    emulator.rules([{"action": READ, "times": 5}, {"action": READ, "error": {"code": "AccessDenied", "status": 403}}])
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    pull.finish(run.pk, progress=join)
    assert Facet.objects.filter(kind="iam.user", loose_ends=True).count() == 1  # one of her groups is still to come
    emulator.rules([])
    pulled(aws_account)
    assert set(Membership.objects.live().values_list("name", flat=True)) == {"developers", "latecomers"}
    assert set(Revision.objects.values_list("origin", "number")) == {("import", 1)}


def test_a_marker_that_aws_forgot_begins_again(iam: Any, aws_account: AwsAccount) -> None:
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    Run.objects.filter(pk=run.pk).update(cursor={"marker": "not-one", "held": {}, "seen": 3}, pages=2, seen=3)
    pull.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.seen) == (Run.State.DONE, 5)
    assert any("begins again" in entry["line"] for entry in run.log)


def test_a_fault_of_the_console_itself_ends_the_run(
    iam: Any, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: object, item: object) -> str:
        raise RuntimeError

    monkeypatch.setattr("identities.mirrors.PrincipalMirror.object_id", broken)
    run = pull_all(aws_account)
    assert (run.state, run.error["class"], run.is_active) == (Run.State.FAILED, "RuntimeError", False)
    assert "broke off" in caplog.text
