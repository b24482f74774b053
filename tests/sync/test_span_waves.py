"""A change across AWS accounts: wave after wave, and nothing more is begun once one of its changes has stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from emulator.process import Emulator
from sync import changes, clock, spanning
from sync.models import Change, SpanningChange
from sync.spanning.state import SpanState
from tests.services.across import READ_ONLY, Three, at, grant, in_aws, released, states, worked

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(emulator: Emulator, aws_account: AwsAccount) -> Three:
    return in_aws(emulator, aws_account)


@pytest.fixture
def erin(three: Three, erin: Operator) -> Operator:
    return grant(erin, Role.EDITOR, three.accounts)


def break_second(three: Three) -> None:
    """Somebody attaches it there behind the console's back."""
    three.worlds[1].iam.attach_role_policy(RoleName="ci", PolicyArn=READ_ONLY)


def halted(three: Three, erin: Operator) -> SpanningChange:
    span = three.span(erin)
    released(span, erin)
    break_second(three)
    return worked(span)


def test_each_wave_is_begun_when_the_last_is_applied(three: Three, erin: Operator) -> None:
    span = three.span(erin)
    assert (states(span), at(span).state) == (["proposed"] * 3, SpanState.PROPOSED)
    released(span, erin)
    assert (three.attached(), states(span)) == ([False] * 3, ["proposed"] * 3)
    spanning.advance(span.pk)
    assert states(span) == ["queued", "proposed", "proposed"]
    spanning.advance(span.pk)
    assert states(span) == ["queued", "proposed", "proposed"]
    changes.work(Change.objects.filter(span=span).earliest("pk").pk)
    spanning.advance(span.pk)
    assert states(span) == ["applied", "queued", "proposed"]
    assert three.attached() == [True, False, False]
    span = worked(span)
    assert (three.attached(), at(span).state) == ([True] * 3, SpanState.APPLIED)
    assert span.finished_at is not None
    assert AuditEntry.objects.filter(verb="change.across_applied").count() == 1
    sessions = {each.aws_account_id for each in Change.objects.filter(applied_by=erin)}
    assert len(sessions) == 3


def test_one_that_conflicts_halts_all_that_come_after_it(three: Three, erin: Operator) -> None:
    span = halted(three, erin)
    assert (states(span), at(span).state) == (["applied", "conflicted", "proposed"], SpanState.HALTED)
    assert span.halted_at is not None
    assert worked(span).finished_at is None
    assert three.attached() == [True, True, False]
    with pytest.raises(changes.PlanError, match="It stopped in Acme Data"):
        spanning.resume(span=span, actor=erin, digest=at(span).digest)


def test_what_stopped_is_planned_again_and_it_goes_on(three: Three, erin: Operator) -> None:
    span = halted(three, erin)
    three.worlds[1].iam.detach_role_policy(RoleName="ci", PolicyArn=READ_ONLY)
    three.worlds[1].again(three.roles[1])
    again = changes.replan(change=at(span).stopped[0], actor=erin)
    assert (again.span_id, again.wave) == (span.pk, 2)
    assert worked(span).halted_at is not None, "it waits for somebody"
    spanning.resume(span=span, actor=erin, digest=at(span).digest)
    span = worked(span)
    assert (states(span), three.attached()) == (["applied"] * 3, [True] * 3)
    assert at(span).state is SpanState.APPLIED


def test_what_stopped_is_left_out_and_it_goes_on(three: Three, erin: Operator) -> None:
    span = halted(three, erin)
    stopped = at(span).stopped[0]
    with pytest.raises(changes.PlanError, match="Say why"):
        spanning.leave_out(span=span, actor=erin, which=stopped.pk, reason=" ")
    spanning.leave_out(span=span, actor=erin, which=stopped.pk, reason="It has it already.")
    assert worked(span).halted_at is not None, "it waits for somebody"
    spanning.resume(span=span, actor=erin, digest=at(span).digest)
    span = worked(span)
    assert (states(span), at(span).state) == (["applied", "conflicted", "applied"], SpanState.APPLIED)
    entry = AuditEntry.objects.get(verb="change.across_left_out")
    assert (entry.aws_account, entry.actor) == (three.accounts[1], erin)


def test_one_wave_together_and_the_rest_of_it_is_held_back(three: Three, erin: Operator) -> None:
    """The first of a wave stops; of the others no worker has begun anything."""
    span = three.span(erin, waves=(1, 1, 1))
    released(span, erin)
    three.worlds[0].iam.attach_role_policy(RoleName="ci", PolicyArn=READ_ONLY)
    spanning.advance(span.pk)
    assert states(span) == ["queued"] * 3
    first, second, third = Change.objects.filter(span=span).order_by("aws_account_id")
    changes.work(first.pk)
    changes.work(second.pk)
    assert states(span) == ["conflicted", "queued", "queued"], "before anybody has noted that it halts"
    spanning.advance(span.pk)
    assert states(span) == ["conflicted", "approved", "approved"]
    changes.work(third.pk)
    assert three.attached() == [True, False, False]


def test_what_had_failed_is_retried_and_ends_before_it_is_resumed(three: Three, erin: Operator) -> None:
    span = three.span(erin)
    released(span, erin)
    three.worlds[0].emulator.rules([{"action": "AttachRolePolicy", "times": 1, "error": {"code": "AccessDenied"}}])
    span = worked(span)
    assert states(span) == ["failed", "proposed", "proposed"]
    changes.retry(change=at(span).stopped[0], actor=erin)
    span = worked(span)
    assert (states(span), at(span).state) == (["applied", "proposed", "proposed"], SpanState.HALTED)
    spanning.resume(span=span, actor=erin, digest=at(span).digest)
    assert states(worked(span)) == ["applied"] * 3


def test_the_whole_is_reversed_newest_wave_first(three: Three, erin: Operator) -> None:
    span = worked(released(three.span(erin), erin))
    back = spanning.propose_reverse_across(span=span, actor=erin)
    assert back.reverses == span
    waves = {each.aws_account: each.wave for each in at(back).changes}
    assert [waves[each] for each in three.accounts] == [3, 2, 1]
    assert three.attached() == [True] * 3
    released(back, erin)
    spanning.advance(back.pk)
    assert states(back) == ["proposed", "proposed", "queued"]
    worked(back)
    assert three.attached() == [False] * 3
    with pytest.raises(changes.PlanError, match="nothing to reverse"):
        spanning.propose_reverse_across(span=span, actor=erin)


def test_what_was_done_before_it_was_planned_again_is_reversed_too(three: Three, erin: Operator) -> None:
    """The second AWS account: one step was done, then it conflicted, and the rest was planned again."""
    plans = [
        spanning.AccountPlan(each, "Two policies", [*three.steps(n), *three.steps_of(n, "SecurityAudit")], n + 1)
        for n, each in enumerate(three.accounts)
    ]
    span = released(spanning.propose_across(actor=erin, reason="", plans=plans), erin)
    audit = three.worlds[1].iam
    audit.attach_role_policy(RoleName="ci", PolicyArn="arn:aws:iam::aws:policy/SecurityAudit")
    span = worked(span)
    assert states(span) == ["applied", "conflicted", "proposed"]
    audit.detach_role_policy(RoleName="ci", PolicyArn="arn:aws:iam::aws:policy/SecurityAudit")
    three.worlds[1].again(three.roles[1])
    changes.replan(change=at(span).stopped[0], actor=erin)
    spanning.resume(span=span, actor=erin, digest=at(span).digest)
    span = worked(span)
    assert states(span) == ["applied"] * 3
    worked(released(spanning.propose_reverse_across(span=span, actor=erin), erin))
    assert [world.attached(role) for world, role in zip(three.worlds, three.roles, strict=True)] == [[], [], []]


def test_cancelled_while_a_wave_runs(three: Three, erin: Operator) -> None:
    span = released(three.span(erin, waves=(1, 2, 2)), erin)
    spanning.advance(span.pk)
    Change.objects.filter(span=span, state="queued").update(state="applying", claim="x", heartbeat_at=clock.now())
    spanning.cancel(span=span, actor=erin)
    assert (states(span), at(span).state) == (["applying", "cancelled", "cancelled"], SpanState.STOPPING)
    Change.objects.filter(span=span, state="applying").update(state="queued", claim="")
    first = Change.objects.filter(span=span).earliest("pk")
    assert first.cancel_asked
    span = worked(span)
    assert (states(span), at(span).state) == (["cancelled"] * 3, SpanState.CANCELLED)
    assert span.finished_at is not None
    assert three.attached() == [False] * 3


def test_temporary_access_ends_in_each_by_itself(three: Three, erin: Operator) -> None:
    until = clock.now() + timedelta(hours=2)
    span = three.span(erin, until=until)
    ends = Change.objects.filter(ends__span=span)
    assert [each.state for each in ends.filter(span=None)] == ["awaiting_grant"] * 3
    spanning.leave_out(span=span, actor=erin, which=at(span).changes[2].pk, reason="Not there")
    worked(released(span, erin))
    found = dict(ends.values_list("aws_account", "state"))
    assert [found[each.pk] for each in three.accounts] == ["scheduled", "scheduled", "cancelled"]
    Change.objects.filter(ends__span=span, state="scheduled").update(not_before=clock.now())
    changes.sweep_due()
    for removal in ends.filter(state="queued"):
        changes.work(removal.pk)
    assert three.attached() == [False] * 3


def test_one_that_rests_halts_it(three: Three, erin: Operator) -> None:
    """AWS suspended it after the first wave was begun."""
    span = released(three.span(erin), erin)
    AwsAccount.objects.filter(pk=three.accounts[1].pk).update(resting=AwsAccount.Resting.SUSPENDED)
    span = worked(span)
    assert (states(span), at(span).state) == (["applied", "failed", "proposed"], SpanState.HALTED)
    assert "rests" in at(span).stopped[0].error["sentence"]
