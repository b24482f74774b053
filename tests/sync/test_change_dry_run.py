"""A dry run reads what is live, says what each step would meet, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.operations import attach, put_inline
from policies.operations import plan_update
from sync import changes
from sync.aws.calls import is_read
from sync.changes import dry_run
from sync.changes.dry_run import ForecastOutcome
from sync.models import Change, DryRun
from tests.services.changing import propose
from tests.services.console_roles import connect_by_roles, make_console_role
from tests.services.pages import BY_HTMX
from tests.services.statements import reports_policy
from tests.services.world import World
from tests.sync.planned import proposed, rested

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def tried(change: Change, actor: Operator) -> DryRun:
    run = dry_run.ask_dry_run(change=change, actor=actor)
    dry_run.work(run.pk)
    run.refresh_from_db()
    assert run.finished_at is not None
    return run


def outcomes(run: DryRun) -> list[str]:
    return [entry["outcome"] for entry in run.steps]


def writes(emulator: Emulator) -> list[str]:
    return [call["action"] for call in emulator.calls() if not is_read(call["service"], call["action"])]


def test_it_writes_nothing(world: World, erin: Operator) -> None:
    policy, role = world.policy(versions=5), world.role()
    steps = [
        *plan_update(policy, reports_policy("s3:GetObject")),
        put_inline(role, "more", reports_policy("s3:GetObject")),
    ]
    run = tried(propose(world.aws_account, erin, steps), erin)
    assert outcomes(run) == ["ready", "ready", "ready"]
    assert world.emulator.calls("GetPolicy")
    assert writes(world.emulator) == []


def test_also_while_writes_are_off(world: World, erin: Operator) -> None:
    change = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
    AwsAccount.objects.update(writes_enabled=False)
    assert outcomes(tried(change, erin)) == ["ready"]


def test_what_somebody_changed_meanwhile_is_a_conflict(world: World, erin: Operator) -> None:
    policy = world.policy()
    change = propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject")))
    world.iam.create_policy_version(PolicyArn=policy.arn, PolicyDocument=reports_policy("s3:Put"), SetAsDefault=True)
    run = tried(change, erin)
    assert outcomes(run) == ["conflict"]
    assert "expected v1 in force, found v2 in force, beside v1" in run.steps[0]["sentence"]


def test_what_is_so_already_is_said(world: World, erin: Operator) -> None:
    role, policy = world.role(), world.policy()
    change = propose(world.aws_account, erin, [attach(role, policy.arn)])
    world.iam.attach_role_policy(RoleName=role.name, PolicyArn=policy.arn)
    assert outcomes(tried(change, erin)) == ["so_already"]


def test_what_can_not_be_read_is_said(world: World, erin: Operator) -> None:
    change = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
    world.emulator.rules([{"action": "GetPolicy", "error": {"code": "AccessDenied", "status": 403}}])
    run = tried(change, erin)
    assert outcomes(run) == ["unread"]
    assert "iam:GetPolicy" in run.steps[0]["sentence"]


def test_a_role_that_can_not_be_assumed_is_said(world: World, erin: Operator) -> None:
    change = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
    connect_by_roles(world.aws_account)
    run = tried(change, erin)
    assert run.steps == []
    assert "can't assume its role" in run.error["sentence"]


def test_missing_permissions_are_named_or_said_to_be_unknown(world: World, erin: Operator) -> None:
    change = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
    connect_by_roles(world.aws_account)
    make_console_role(world.emulator, "console-read", actions=["iam:*"])
    make_console_role(world.emulator, "console-write", actions=["iam:Get*", "iam:List*"])
    [permission] = tried(change, erin).permissions
    assert permission["action"] == "iam:CreatePolicyVersion"
    assert permission["state"] in ("missing", "unknown")


def test_long_ones_go_on_where_they_were(world: World, erin: Operator, settings: object) -> None:
    change = propose(world.aws_account, erin, plan_update(world.policy(versions=5), reports_policy("s3:GetObject")))
    settings.WORKER_SLICE_S = -1  # type: ignore[attr-defined]
    run = dry_run.ask_dry_run(change=change, actor=erin)
    run.steps = [{"position": 1, "outcome": "ready", "sentence": "As it should be."}]
    run.save()
    dry_run.work(run.pk)
    assert not DryRun.objects.get().finished_at
    settings.WORKER_SLICE_S = 45  # type: ignore[attr-defined]
    dry_run.work(run.pk)
    assert outcomes(DryRun.objects.get()) == ["ready", "ready"]


def test_one_at_a_time(aws_account: AwsAccount, erin: Operator) -> None:
    change = proposed(aws_account, erin)
    assert dry_run.ask_dry_run(change=change, actor=erin) == dry_run.ask_dry_run(change=change, actor=erin)


def test_one_that_no_worker_took_ends_after_a_while(aws_account: AwsAccount, erin: Operator) -> None:
    run = dry_run.ask_dry_run(change=proposed(aws_account, erin), actor=erin)
    long_ago = timezone.now() - timedelta(hours=2)
    DryRun.objects.update(asked_at=long_ago, touched_at=long_ago)
    dry_run.sweep_due()
    run.refresh_from_db()
    assert "No worker did it" in run.error["sentence"]


def test_a_change_that_is_over_has_none(aws_account: AwsAccount, erin: Operator) -> None:
    change = rested(proposed(aws_account, erin), "applied", "done")
    with pytest.raises(changes.PlanError, match="can't be tried"):
        dry_run.ask_dry_run(change=change, actor=erin)


def test_the_page_offers_it_and_shows_the_last(
    aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    change = proposed(aws_account, erin)
    kwargs = {"account_id": aws_account.account_id, "pk": change.pk}
    offers = reverse("change_dry_run", kwargs=kwargs)
    assert offers in client_of(erin).get(reverse("change", kwargs=kwargs)).content.decode()
    html = client_of(erin).post(offers, follow=True).content.decode()
    assert "Looking at what is live" in html
    steps = [{"position": 1, "outcome": "conflict", "sentence": "It would stop here and send nothing."}]
    DryRun.objects.update(steps=steps, finished_at=timezone.now())
    answer = client_of(bob).get(reverse("change_tried", kwargs=kwargs), headers=BY_HTMX)
    assert answer.status_code == 286
    assert "1 would stop as conflicted. Nothing was written." in answer.content.decode()
    assert offers not in answer.content.decode()


PERMISSION = {"action": "iam:PutRolePolicy", "resource": "arn:aws:iam::123456789012:role/x", "detail": "No policy."}


@pytest.mark.parametrize(
    "found, said",
    [
        ({}, "No permission is missing"),
        ({"permissions": [{**PERMISSION, "state": "missing"}]}, "Lacks <code>iam:PutRolePolicy</code>"),
        ({"permissions": [{**PERMISSION, "state": "unknown"}]}, "Permissions: not known"),
        (
            {"error": {"class": "AccessDeniedError", "sentence": "The console can’t get in."}},
            "The console can’t get in.",
        ),
        *(
            ({"steps": [{"position": 7, "outcome": meets.value, "sentence": "So."}]}, "Step 7")
            for meets in ForecastOutcome
        ),
        ({"steps": [{"position": n, "outcome": "ready", "sentence": "So."} for n in range(25)]}, "5 further steps"),
    ],
)
def test_whatever_was_found_has_a_page(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf, found: dict[str, object], said: str
) -> None:
    change = proposed(aws_account, erin)
    DryRun.objects.create(change=change, asked_by=erin, finished_at=timezone.now(), **found)
    answer = client_of(erin).get(reverse("change", kwargs={"account_id": aws_account.account_id, "pk": change.pk}))
    assert said in answer.content.decode()
