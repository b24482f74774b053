"""Who decides what about a change across AWS accounts, and what no longer counts once something of it is another."""

from __future__ import annotations

from typing import Any

import pytest

from accounts import resealing
from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from policies.models import Organization
from sync import changes, counter, spanning
from sync.calls import concealed
from sync.changes.approvers import valid_approvals
from sync.changes.plan import digest_of
from sync.counter.release import release as release_queue
from sync.models import Approval, BreakGlass, Change, SpanningChange
from sync.spanning.proposing import PlanErrorIn
from sync.spanning.state import SpanState
from tests.conftest import make_operator
from tests.services.across import Three, at, grant, in_mirror, released, states

pytestmark = pytest.mark.django_db

AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"


@pytest.fixture
def three(aws_account: AwsAccount) -> Three:
    return in_mirror(aws_account)


@pytest.fixture
def erin(three: Three, erin: Operator) -> Operator:
    return grant(erin, Role.EDITOR, three.accounts)


@pytest.fixture
def anton(three: Three, anton: Operator) -> Operator:
    """Approver of the second AWS account alone."""
    return grant(anton, Role.APPROVER, three.accounts[1:2])


@pytest.fixture
def vera(three: Three) -> Operator:
    """Approver of the other two."""
    return grant(make_operator("vera", None, None), Role.APPROVER, [three.accounts[0], three.accounts[2]])


def approve(span: SpanningChange, actor: Operator) -> None:
    spanning.approve(span=span, actor=actor, digest=at(span).digest)


def refused(act: object, **named: object) -> str:
    with pytest.raises(changes.PlanError) as caught:
        act(**named)  # type: ignore[operator]
    return str(caught.value)


def applied(change: Change) -> None:
    """As a worker leaves it."""
    change.steps.update(state="done")
    Change.objects.filter(pk=change.pk).update(state="applied", started_at=change.created_at)


def test_each_approves_in_the_name_of_their_aws_accounts(
    three: Three, erin: Operator, anton: Operator, vera: Operator
) -> None:
    three.set_approvals(1, 1, 1)
    span = three.span(erin)
    approve(span, anton)
    assert states(span) == ["proposed", "approved", "proposed"]
    [signed] = Approval.objects.all()
    assert (signed.span_digest, signed.digest) == (at(span).digest, signed.change.digest)
    assert "needed" in refused(released, span=span, actor=erin)
    approve(span, vera)
    assert at(span).state is SpanState.APPROVED
    released(span, erin)
    assert at(span).state is SpanState.APPLYING


def test_nobody_approves_their_own_nor_twice(three: Three, erin: Operator, anton: Operator) -> None:
    three.set_approvals(0, 1, 0)
    span = three.span(erin)
    assert "somebody else must approve" in refused(approve, span=span, actor=erin)
    approve(span, anton)
    assert "already" in refused(approve, span=span, actor=anton)


def test_what_was_read_is_what_is_signed(three: Three, erin: Operator, anton: Operator) -> None:
    three.set_approvals(0, 1, 0)
    span = three.span(erin)
    read = at(span).digest
    spanning.arrange(span=span, actor=erin, waves={each.pk: 1 for each in at(span).changes})
    assert "read it again" in refused(spanning.approve, span=span, actor=anton, digest=read)
    assert "read it again" in refused(spanning.release, span=span, actor=erin, digest=read)


def test_other_waves_void_what_was_approved(three: Three, erin: Operator, anton: Operator, vera: Operator) -> None:
    three.set_approvals(1, 1, 1)
    span = three.span(erin)
    approve(span, anton)
    approve(span, vera)
    pks = [each.pk for each in at(span).changes]
    spanning.arrange(span=span, actor=erin, waves=dict(zip(pks, (7, 7, 40), strict=True)))
    assert [each.wave for each in at(span).changes] == [1, 1, 2]
    assert "needed" in refused(released, span=span, actor=erin)
    spanning.advance(span.pk)
    assert (states(span), Approval.objects.filter(void=False).count()) == (["proposed"] * 3, 0)
    assert AuditEntry.objects.filter(verb="change.approvals_voided").count() == 3


def test_a_plan_that_was_made_again_voids_the_approvals_of_the_others(
    three: Three, erin: Operator, anton: Operator, vera: Operator
) -> None:
    three.set_approvals(1, 1, 1)
    span = three.span(erin)
    approve(span, vera)
    approve(span, anton)
    second = at(span).changes[1]
    Change.objects.filter(pk=second.pk).update(state="expired")
    second.steps.update(params={**second.steps.get().params, "policy_arn": AUDIT})
    changes.replan(change=second, actor=erin)
    spanning.advance(span.pk)
    assert [each.change_id for each in Approval.objects.filter(void=False)] == [second.pk]
    assert states(span) == ["proposed"] * 3


def test_one_of_them_is_applied_in_no_other_way(three: Three, erin: Operator, alice: Operator) -> None:
    three.set_approvals(0, 1, 0)
    owner = grant(alice, Role.OWNER, three.accounts)
    span = three.span(erin)
    first, second, _ = at(span).changes
    assert "begins it in its wave" in refused(changes.apply, change=first, actor=erin)
    assert "begins it in its wave" in refused(changes.break_glass, change=second, actor=owner, reason="Now")
    spanning.leave_out(span=span, actor=erin, which=first.pk, reason="Not there.")
    assert states(span)[0] == "cancelled"


def test_an_owner_of_all_of_them_applies_it_without_approvals(
    three: Three, erin: Operator, alice: Operator, anton: Operator, vera: Operator
) -> None:
    three.set_approvals(0, 1, 1)
    span = three.span(erin)
    owner = grant(alice, Role.OWNER, three.accounts[:2])
    digest = at(span).digest
    asked: dict[str, Any] = {"span": span, "digest": digest, "reason": "The key leaked"}
    assert "takes the role owner" in refused(spanning.break_glass, actor=owner, **asked)
    assert "takes the role owner" in refused(spanning.break_glass, actor=erin, **asked)
    owner = grant(alice, Role.OWNER, three.accounts)
    assert "can't wait" in refused(spanning.break_glass, actor=owner, **{**asked, "reason": " "})
    spanning.break_glass(actor=owner, **asked)
    applied(at(span).changes[0])
    spanning.advance(span.pk)
    assert states(span) == ["applied", "queued", "proposed"]
    assert BreakGlass.objects.filter(void=False, reviewed_at=None).count() == 2
    assert AuditEntry.objects.filter(verb="change.glass_broken").count() == 2


def test_who_may_not_propose_in_one_proposes_in_none(three: Three, erin: Operator) -> None:
    Grant.objects.filter(operator=erin, aws_account=three.accounts[2]).update(role=Role.VIEWER)
    with pytest.raises(PlanErrorIn) as caught:
        three.span(Operator.objects.get(pk=erin.pk))
    assert caught.value.aws_account == three.accounts[2]
    assert "needs a grant" in str(caught.value)
    assert (Change.objects.count(), SpanningChange.objects.count()) == (0, 0)


@pytest.mark.parametrize(("organization", "sentence"), [("o-other", "of several"), ("", "doesn’t know")])
def test_it_stays_in_one_organization(three: Three, erin: Operator, organization: str, sentence: str) -> None:
    rows = Organization.objects.filter(aws_account=three.accounts[1])
    if organization:
        rows.update(aws_id=organization)
    else:
        rows.delete()
    assert sentence in refused(three.span, actor=erin)


def test_an_owner_of_one_aws_account_decides_about_that_alone(three: Three, erin: Operator, alice: Operator) -> None:
    """Of the others, whose names they aren't told."""
    owner = grant(alice, Role.OWNER, three.accounts[1:2])
    span = three.span(erin)
    for act in (released, spanning.cancel):
        sentence = refused(act, span=span, actor=owner)
        assert "2 AWS accounts that you can’t see" in sentence
        assert "Acme Shop" not in sentence
    everything = {each.pk: 1 for each in at(span).changes}
    assert "can’t see" in refused(spanning.arrange, span=span, actor=owner, waves=everything)
    third = at(span).changes[2]
    assert "left out" in refused(spanning.leave_out, span=span, actor=owner, which=third.pk, reason="x")
    changes.cancel(change=at(span).changes[1], actor=owner)
    assert "It stopped in Acme Data" in refused(released, span=span, actor=erin)


def test_one_rejects_and_nothing_is_begun(three: Three, erin: Operator, anton: Operator) -> None:
    span = three.span(erin)
    spanning.reject(span=span, actor=anton, comment="Not in Data")
    assert (states(span), at(span).state) == (["proposed", "rejected", "proposed"], SpanState.REJECTED)
    assert "It stopped in Acme Data" in refused(released, span=span, actor=erin)


@pytest.mark.parametrize("lost", ["writes", "grant", "approver", "disconnected"])
def test_what_ends_between_two_waves_halts_it(three: Three, erin: Operator, anton: Operator, lost: str) -> None:
    three.set_approvals(0, 1, 0)
    span = three.span(erin)
    approve(span, anton)
    released(span, erin)
    applied(at(span).changes[0])
    data = three.accounts[1]
    if lost == "writes":
        AwsAccount.objects.filter(pk=data.pk).update(writes_enabled=False)
    elif lost == "disconnected":
        AwsAccount.objects.filter(pk=data.pk).update(connection="snapshot")
    else:
        Grant.objects.filter(operator=erin if lost == "grant" else anton, aws_account=data).delete()
    spanning.advance(span.pk)
    second = at(span).changes[1]
    assert (second.state in Change.UNDECIDED, at(span).state) == (True, SpanState.HALTED)
    assert second.error["sentence"]
    [entry] = AuditEntry.objects.filter(verb="change.across_halted")
    assert (entry.aws_account, entry.data["why"]) == (data, second.error["sentence"])


def test_a_queue_that_was_set_back_begins_nothing_and_is_resumed_by_somebody(three: Three, erin: Operator) -> None:
    span = released(three.span(erin), erin)
    counter.hold(why="Restored", actor=None)
    spanning.advance(span.pk)
    assert states(span) == ["proposed"] * 3
    release_queue(actor=None, going_on=())
    spanning.advance(span.pk)
    assert (states(span), at(span).state) == (["proposed"] * 3, SpanState.HALTED)


def test_one_that_nobody_applied_is_over_when_its_plans_have_expired(three: Three, erin: Operator) -> None:
    span = three.span(erin)
    Change.objects.update(expires_at=at(span).span.created_at)
    changes.sweep_due()
    spanning.advance_open()
    assert at(span).state is SpanState.EXPIRED
    assert at(span).span.finished_at is not None


def test_plans_that_are_sealed_again_stay_approved(
    three: Three, erin: Operator, anton: Operator, vera: Operator, settings: Any
) -> None:
    three.set_approvals(1, 1, 1)
    span = three.span(erin)
    for change in span.changes.all():
        step = change.steps.get()
        step.params = {**step.params, "said": concealed("Ada Lovelace")}
        step.save()
        change.digest = digest_of(change)
        change.save()
    approve(span, anton)
    approve(span, vera)
    settings.SEAL_KEYS = ["a new key of the ring, long enough for production", *settings.SEAL_KEYS]
    assert sum(batch.count for batch in resealing.reseal()) == 3
    assert [len(valid_approvals(change)) for change in span.changes.all()] == [1, 1, 1]
    assert states(span) == ["approved"] * 3
